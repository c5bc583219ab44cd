/// Changes of accounts, by their owners and by the admin. Each call is one transaction.
package protocol AccountEditing: Sendable {
    /// nil when `current` is wrong; of two at once one is. Ends every session of the account.
    func changePassword(of id: UserID, from current: String, to new: Secret) async throws(AccountError) -> Account?
    /// Ends every session of the account. nil when there is no such account.
    func endSessions(of id: UserID) async throws(AccountError) -> Account?
    /// All of the edit or nothing. nil when there is no such account. The admin cannot be disabled.
    func editAccount(_ id: UserID, _ edit: AccountEdit) async throws(AccountError) -> Account?
    /// Remembers that the account did something now, to about a minute. Never fails: nothing depends on it.
    func noteSeen(_ id: UserID) async
}

/// Accounts as the admin sees them.
package protocol AccountListing: Sendable {
    /// Newest first.
    func accounts(_ query: AccountQuery) async throws(AccountError) -> [AccountOverview]
    /// nil when there is no such account.
    func accountOverview(_ id: UserID) async throws(AccountError) -> AccountOverview?
}

/// Named codes that let people sign up.
package protocol InviteKeeping: Sendable {
    /// Newest first.
    func invites(before id: Int64?, limit: Int) async throws -> [Invite]
    /// `uses` nil = unlimited. Throws ``AccountError/inviteNameTaken``.
    func createInvite(name: String, uses: Int?, expiresAt: Timestamp?) async throws(AccountError) -> Invite
    /// False when there is none.
    func revokeInvite(_ id: Int64) async throws(AccountError) -> Bool
}

/// All of the rows' side of managing accounts.
package typealias AccountAdministration = AccountEditing & AccountListing & AuditReading & InviteKeeping

/// Deletes accounts with all that is theirs, so that a death of the process in between is mended by the next start.
package protocol AccountRemoving: Sendable {
    /// Disables the account, waits until its runners are gone, then removes home (if asked) and rows. Goes on when the
    /// caller is cancelled. nil when there is no such account; throws ``AccountError/adminProtected`` for the admin.
    func removeAccount(_ id: UserID, home: HomeFate) async throws -> RemovedAccount?
}

/// What went with an account.
package struct RemovedAccount: Sendable, Hashable {
    package enum Home: String, Sendable, Codable {
        case kept, removed
        /// There was no folder.
        case none
    }

    /// Runners that had a container.
    package var runners: Int
    package var owned: OwnedRows
    package var home: Home

    package init(runners: Int, owned: OwnedRows, home: Home) {
        self.runners = runners
        self.owned = owned
        self.home = home
    }
}
