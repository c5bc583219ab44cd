/// Who asks for a change, for the audit log. The API sets it for each request, the command line for each command.
package struct Actor: Sendable, Hashable {
    /// Who acts when nobody said so: operatord by itself.
    @TaskLocal package static var current = Actor(kind: .system)

    package enum Kind: Sendable, Hashable {
        case system
        case commandLine
        case account(UserID, email: String)
        /// Somebody without a session, such as at a sign-up.
        case anonymous

        /// nil unless it is an account.
        package var account: UserID? {
            if case .account(let id, _) = self { id } else { nil }
        }

        /// The account's at that time; nil unless it is an account.
        package var email: String? {
            if case .account(_, let email) = self { email } else { nil }
        }

        /// As the audit log writes it.
        package var word: String {
            switch self {
            case .system: "system"
            case .commandLine: "command_line"
            case .account: "account"
            case .anonymous: "anonymous"
            }
        }
    }

    package var kind: Kind
    /// `x-request-id` of the request; nil outside one.
    package var requestID: String?
    /// Address that the request came from; nil outside one.
    package var address: String?

    package init(kind: Kind, requestID: String? = nil, address: String? = nil) {
        self.kind = kind
        self.requestID = requestID
        self.address = address
    }
}
