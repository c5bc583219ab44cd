/// One line of the audit log: who changed what, when and from where. Never holds a secret's value.
package struct AuditEntry: Sendable, Hashable {
    /// Grows with time; the cursor of a page.
    package var id: Int64
    package var at: Timestamp
    package var actor: Actor
    package var action: AuditAction
    /// What was changed: a slug (`alice`), below it what belongs to the user (`alice/hermes-agent`,
    /// `alice/hermes-agent/LLM_API_KEY`, `alice/token:7`), or `invite:NAME`, `shared:VARIABLE`.
    package var target: String
    /// What it was, in a word or two; of a secret only `set` or `unset`. nil when there was nothing.
    package var before: String?
    package var after: String?

    package init(
        id: Int64, at: Timestamp, actor: Actor, action: AuditAction, target: String, before: String? = nil,
        after: String? = nil
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.before = before
        self.after = after
    }
}

/// Which entries are asked for; what is nil does not narrow.
package struct AuditQuery: Sendable, Hashable {
    /// E-mail address of an account, or `system`, `command_line`, `anonymous`; compared without case.
    package var actor: String?
    package var action: AuditAction?
    /// The target itself, or what it belongs to: `alice` finds `alice/hermes-agent` too.
    package var target: String?
    /// First moment that counts.
    package var since: Timestamp?
    /// First moment that does not.
    package var until: Timestamp?
    /// Only entries with a smaller id.
    package var before: Int64?
    /// At most so many, the newest.
    package var limit: Int

    package init(
        actor: String? = nil, action: AuditAction? = nil, target: String? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, before: Int64? = nil, limit: Int = 100
    ) {
        self.actor = actor
        self.action = action
        self.target = target
        self.since = since
        self.until = until
        self.before = before
        self.limit = limit
    }
}
