/// Accounts and sessions. Passwords are hashed and checked behind it; nobody else sees one.
package protocol AccountKeeping: Sendable {
    /// Creates with the given role. `.admin` is refused when there is an admin.
    func createAccount(_ new: NewAccount) async throws(AccountError) -> Account
    /// nil when the pair is wrong or the account disabled; takes the same time either way.
    func authenticate(email: String, password: String) async throws(AccountError) -> Account?
    /// From memory: no row is read.
    func account(_ id: UserID) -> Account?
    /// From memory.
    func account(slug: String) -> Account?
    /// Voids one session before its expiry.
    func revokeSession(_ sessionID: String, expiresAt: Timestamp) async throws(AccountError)
    /// From memory.
    func isSessionRevoked(_ sessionID: String) -> Bool
}

package struct NewAccount: Sendable {
    package var email: String
    package var password: Secret
    /// Empty: taken from the e-mail address.
    package var name: String
    package var role: Role
    /// A named code, of which one use goes with the account; nil when none is needed.
    package var inviteCode: String?

    package init(
        email: String, password: Secret, name: String = "", role: Role = .user, inviteCode: String? = nil
    ) {
        self.email = email
        self.password = password
        self.name = name
        self.role = role
        self.inviteCode = inviteCode
    }
}

package enum AccountError: Error, Sendable, Hashable, CustomStringConvertible {
    case emailInvalid
    /// Fewer than 8 or more than 1,024 characters.
    case passwordLength
    case emailTaken
    case adminExists
    /// Empty, longer than 200 characters, or with control characters.
    case nameInvalid
    /// No such code, or it is used up or expired.
    case inviteInvalid
    case inviteNameTaken
    /// The admin is neither disabled nor deleted.
    case adminProtected
    /// The account is being deleted; nothing brings it back.
    case beingDeleted
    case store(String)

    package var description: String {
        switch self {
        case .emailInvalid: "this is not an e-mail address"
        case .passwordLength: "a password has 8 to 1,024 characters"
        case .emailTaken: "an account with this e-mail address exists"
        case .adminExists: "there is an admin already"
        case .nameInvalid: "a name has 1 to 200 characters, none of them a control character"
        case .inviteInvalid: "this is not a valid invite code"
        case .inviteNameTaken: "an invite with this name exists"
        case .adminProtected: "the admin can neither be disabled nor deleted"
        case .beingDeleted: "this account is being deleted"
        case .store(let message): message
        }
    }
}
