/// An account with what its admin looks at.
package struct AccountOverview: Sendable, Hashable {
    package var account: Account
    /// Latest sign-in or request; nil when there was none.
    package var lastSeenAt: Timestamp?
    /// What is to become of the home when a deletion is under way; nil when none is.
    package var deletion: HomeFate?
    package var owned: OwnedRows

    package init(
        account: Account, lastSeenAt: Timestamp? = nil, deletion: HomeFate? = nil, owned: OwnedRows = OwnedRows()
    ) {
        self.account = account
        self.lastSeenAt = lastSeenAt
        self.deletion = deletion
        self.owned = owned
    }
}

/// How many rows of some kinds belong to an account and go with it.
package struct OwnedRows: Sendable, Hashable {
    package var conversations: Int
    package var messages: Int
    package var tokens: Int

    package init(conversations: Int = 0, messages: Int = 0, tokens: Int = 0) {
        self.conversations = conversations
        self.messages = messages
        self.tokens = tokens
    }
}

/// What becomes of a deleted user's folder.
package enum HomeFate: String, Sendable, Codable, CaseIterable {
    case keep, remove
}

/// Which accounts are asked for; what is nil does not narrow.
package struct AccountQuery: Sendable, Hashable {
    /// Part of the e-mail address, name or slug, without case.
    package var text: String?
    /// Only accounts with a smaller id.
    package var before: UserID?
    /// At most so many, the newest.
    package var limit: Int

    package init(text: String? = nil, before: UserID? = nil, limit: Int = 100) {
        self.text = text
        self.before = before
        self.limit = limit
    }
}

/// Changes of an account; what is nil stays as it is.
package struct AccountEdit: Sendable {
    package var name: String?
    /// Ends every session of the account.
    package var password: Secret?
    /// True ends every session and stops the runners.
    package var disabled: Bool?

    package init(name: String? = nil, password: Secret? = nil, disabled: Bool? = nil) {
        self.name = name
        self.password = password
        self.disabled = disabled
    }
}
