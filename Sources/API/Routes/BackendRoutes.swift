import Hummingbird
import Spec

/// `GET /api/backends`: the kinds of runner there are, with the user's own idle time of each.
struct BackendRoutes: Sendable {
    private let configuration: any ConfigurationReading
    private let editing: any DesiredStateEditing

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        editing = dependencies.editing
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.get("api/backends", use: list)
    }

    @Sendable private func list(request: Request, context: SignedInContext) async throws -> Response {
        let configuration = configuration.current
        let idleSeconds = try await editing.idleSeconds(ofUser: context.account.slug)
        let rules = UserRules(configuration.stack)
        let backends = configuration.backends.filter { context.caller.mayUse(backend: $0.name) }.map { backend in
            let standard = configuration.defaultIdleSeconds(of: backend)
            return BackendsReply.Backend(
                name: backend.name, displayName: backend.displayName, models: backend.models,
                defaultIdleSeconds: standard,
                idleSeconds: rules.idleTime(of: context.account, backend, own: idleSeconds[backend.name]).seconds,
                userOverridableEnv: backend.userOverridableEnv, disabled: backend.disabled)
        }
        return try .json(BackendsReply(backends: backends))
    }
}

/// Never holds `extra_env` or anything else of a container.
private struct BackendsReply: Encodable {
    var backends: [Backend]

    struct Backend: Encodable {
        var name: String
        var displayName: String
        var models: [String]
        var defaultIdleSeconds: Int
        var idleSeconds: Int
        var userOverridableEnv: [String]
        var disabled: Bool
    }
}

extension Configuration {
    /// Idle seconds of a backend's runners unless their user chose others; 0 = never.
    func defaultIdleSeconds(of backend: BackendSpec?) -> Int {
        max(0, backend?.defaultIdleSeconds ?? stack.runners.idleSeconds)
    }
}
