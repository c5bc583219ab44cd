package import Hummingbird
import Logging
import NIOCore
import Spec

/// What is known about a request on its way to a route.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Set by ``RequestRecord`` before anything else.
    var requestID = ""
    /// Who asks: the address that connected, or the one that a trusted proxy names (``ClientAddress``); nil when there is
    /// no network between.
    var clientAddress: IPAddress?
    /// Set by ``SessionMiddleware``; nil without a valid session or API token.
    var caller: Caller?

    /// nil without a valid session, also when there is an API token.
    var session: Session? { caller?.session }

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        clientAddress = source.channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
    }
}

/// The context of routes that need a session or an API token; making it answers 401 without one.
struct SignedInContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let caller: Caller

    var account: Account { caller.account }

    init(context: APIContext) throws {
        guard let caller = context.caller else { throw APIFailure.signedOut }
        coreContext = context.coreContext
        self.caller = caller
    }
}
