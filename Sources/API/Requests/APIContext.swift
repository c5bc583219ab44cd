package import Hummingbird
import Logging
import NIOCore
import Spec

/// What is known about a request on its way to a route.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Set by ``RequestRecord`` before anything else.
    var requestID = ""
    /// The address that connected; nil when there is no network between.
    let clientAddress: SocketAddress?
    /// Set by ``SessionMiddleware``; nil without a valid session.
    var session: Session?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        clientAddress = source.channel.remoteAddress
    }
}

/// The context of routes that need a session; making it answers 401 without one.
struct SignedInContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let account: Account

    init(context: APIContext) throws {
        guard let session = context.session else { throw APIFailure.signedOut }
        coreContext = context.coreContext
        account = session.account
    }
}
