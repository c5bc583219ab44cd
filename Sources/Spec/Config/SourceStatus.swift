/// One commit of the repository that the configuration is followed in.
package struct SourceCommit: Sendable, Hashable, Codable {
    /// Hexadecimal, whole.
    package var id: String
    /// First line of the message, at most 200 characters.
    package var subject: String
    package var committedAt: Timestamp

    package init(id: String, subject: String, committedAt: Timestamp) {
        self.id = id
        self.subject = subject
        self.committedAt = committedAt
    }

    /// The first 12 characters of the id.
    package var shortID: String { String(id.prefix(12)) }
}

/// How far the configuration in force follows its repository.
package struct SourceStatus: Sendable, Hashable {
    /// Without user and password.
    package var url: String
    package var ref: String
    /// nil when what is in force was never a commit, as just after `source` was added.
    package var applied: SourceCommit?
    /// The newest one, when that is another; why it is not in force is in ``ConfigurationReading/rejected``.
    package var pending: SourceCommit?
    /// When the repository was last seen as it is; nil when not yet by this process.
    package var lookedAt: Timestamp?
    /// Why it could not be looked at the last time; nil when it could.
    package var problem: String?

    package init(
        url: String, ref: String, applied: SourceCommit? = nil, pending: SourceCommit? = nil,
        lookedAt: Timestamp? = nil, problem: String? = nil
    ) {
        self.url = url
        self.ref = ref
        self.applied = applied
        self.pending = pending
        self.lookedAt = lookedAt
        self.problem = problem
    }
}
