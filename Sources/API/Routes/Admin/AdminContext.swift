import Hummingbird
import Spec

/// The context of routes that are the admin's; making it answers 401 without a session and 403 to everybody else.
struct AdminContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let account: Account

    init(context: APIContext) throws {
        guard let caller = context.caller else { throw APIFailure.signedOut }
        guard caller.account.role == .admin else {
            throw APIFailure(status: 403, code: "not_admin", message: "Only the admin may do this.")
        }
        coreContext = context.coreContext
        account = caller.account
    }
}

extension RequestContext {
    /// A whole number in the path; nil when it is none, so that there is nothing by that name.
    func number(_ name: String) throws -> Int64? { Int64(try parameters.require(name)) }
}
