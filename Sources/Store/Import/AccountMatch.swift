import Foundation
import Spec

/// What becomes of one of the original's users; a pure decision over what is here.
enum AccountMatch: Hashable {
    /// A new account. `movedFrom` is the slug it had, when it cannot keep it.
    case create(email: String, slug: String, role: Role, movedFrom: String?)
    /// An account that is here already: its password and values stay, conversations are added.
    case join(UserID)
    /// An earlier import made or joined this account.
    case known(UserID)
    case leaveOut(why: String, remedy: String)

    static func decide(_ user: OriginalUser, isTheAdmin: Bool, here: Standing) -> AccountMatch {
        guard let email = EmailAddress(user.email) else {
            return .leaveOut(
                why: "\"\(user.email)\" is no e-mail address", remedy: "give the user one in a copy of the original")
        }
        if let id = here.imported[ImportedKey(id: user.id, email: email.text)] {
            guard here.accounts.contains(where: { $0.id == id }) else {
                return .leaveOut(
                    why: "the account was imported and then deleted here",
                    remedy: "create a new account if it is wanted")
            }
            return .known(id)
        }
        if let account = here.accounts.first(where: { $0.email == email.text }) {
            // An address does not prove who signed up with it: chats and keys are not given away unasked.
            if (isTheAdmin && account.role == .admin) || here.joins.contains(email.text) { return .join(account.id) }
            return .leaveOut(
                why: "an account with this e-mail address is here already (slug \(account.slug))",
                remedy: "if it is the same person, import again with --join \(email.text)")
        }
        let role: Role = isTheAdmin && !here.accounts.contains { $0.role == .admin } ? .admin : .user
        if let slug = user.slug, Slug.isValid(slug), !here.isTaken(slug) {
            return .create(email: email.text, slug: slug, role: role, movedFrom: nil)
        }
        let slug = Slug.choose(
            name: user.slug ?? user.name, emailLocalPart: email.localPart,
            isTaken: { here.isTaken($0) || here.reserved.contains($0) })
        return .create(email: email.text, slug: slug, role: role, movedFrom: user.slug)
    }
}

/// Whom an earlier import took over.
struct ImportedKey: Hashable {
    var id: String
    var email: String
}

/// What an import finds here and adds to.
struct Standing {
    var accounts: [Account]
    var retiredSlugs: Set<String>
    var imported: [ImportedKey: UserID]
    /// Addresses of which the operator says that both accounts are the same person's.
    var joins: Set<String>
    /// Slugs that the original's other users have, so that nobody is given one that a later one should keep.
    var reserved: Set<String> = []

    func isTaken(_ slug: String) -> Bool {
        retiredSlugs.contains(slug) || accounts.contains { $0.slug == slug }
    }
}
