package import Hummingbird
import Spec

/// All routes with everything that holds for each request, in the order in which a request meets it.
package func makeRouter(_ dependencies: APIDependencies, authenticator: Authenticator) throws -> Router<APIContext> {
    let router = try makeRoutes(dependencies, authenticator: authenticator)
    refuseOtherMethods(of: router)
    return router
}

/// What `docs/openapi.yaml` describes: each route with its own methods only.
package func makeRoutes(_ dependencies: APIDependencies, authenticator: Authenticator) throws -> Router<APIContext> {
    let auth = dependencies.configuration.current.stack.auth
    let cookies = SessionCookie(isSecure: auth.cookieSecure, ttl: auth.sessionTTL)
    let sessions = SessionMiddleware(
        authenticator: authenticator, cookies: cookies, accounts: dependencies.administration, clock: dependencies.clock
    )

    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RequestRecord(logger: dependencies.logger))
    router.add(middleware: CommonHeaders())
    router.add(middleware: CrossOrigin(configuration: dependencies.configuration))
    router.add(middleware: ErrorReplies())
    router.add(middleware: ClientAddress(configuration: dependencies.configuration))
    router.add(middleware: SameOrigin())
    router.add(middleware: sessions)
    router.add(middleware: RequestActor())
    router.add(middleware: TokenReach())

    HealthRoutes(dependencies).add(to: router)
    let limits = SignInLimits(clock: dependencies.clock)
    AuthRoutes(dependencies, authenticator: authenticator, cookies: cookies, limits: limits).add(to: router)
    MeRoutes(dependencies, authenticator: authenticator, cookies: cookies, limits: limits).add(to: router)
    let signedIn = router.group(context: SignedInContext.self)
    BackendRoutes(dependencies).add(to: signedIn)
    RunnerRoutes(dependencies).add(to: signedIn)
    ProgressRoute(dependencies).add(to: signedIn)
    ValueRoutes(dependencies).add(to: signedIn)
    ConversationRoutes(dependencies).add(to: signedIn)
    MessageRoutes(dependencies).add(to: signedIn)
    PictureRoutes(dependencies).add(to: signedIn)
    ConversationSearchRoute(dependencies).add(to: signedIn)
    ConversationTransferRoutes(dependencies).add(to: signedIn)
    ModelRoutes(dependencies).add(to: signedIn)
    TokenRoutes(dependencies).add(to: signedIn)
    RunRoutes(dependencies).add(to: signedIn)
    EventRoute(dependencies).add(to: signedIn)
    let admin = router.group(context: AdminContext.self)
    AdminUserRoutes(dependencies).add(to: admin)
    AdminPlanRoutes(dependencies).add(to: admin)
    AdminRunnerRoutes(dependencies).add(to: admin)
    AdminBackendRoutes(dependencies).add(to: admin)
    AdminSharedValueRoutes(dependencies).add(to: admin)
    AdminInviteRoutes(dependencies).add(to: admin)
    AdminAuditRoutes(dependencies).add(to: admin)
    if let root = dependencies.pageRoot { try Page(folder: root).add(to: router) }
    return router
}

/// Answers 405 with `Allow` where the path exists and the method does not.
private func refuseOtherMethods(of router: Router<APIContext>) {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]
        .compactMap(HTTPRequest.Method.init(rawValue:))
    var offers = Dictionary(grouping: router.routes, by: \.path.description).mapValues { Set($0.map(\.method)) }
    // Answered before the router is asked.
    for path in ["chat/completions", "completions", "embeddings", "responses"] { offers["/v1/" + path] = [.post] }
    for (path, var offered) in offers {
        if offered.contains(.get) { offered.insert(.head) }
        let allow = methods.filter(offered.contains).map(\.rawValue)
        for method in methods where !offered.contains(method) {
            router.on(RouterPath(path), method: method) { _, _ -> Response in
                throw APIFailure.methodNotAllowed(method.rawValue, allow: allow)
            }
        }
    }
}
