package import Spec

/// What an import did, or would do.
package struct ImportReport: Sendable, Encodable {
    /// Of one kind of thing, how many were taken, were here from an earlier import, and were left out.
    package struct Count: Sendable, Encodable, Hashable {
        package var taken = 0
        package var alreadyHere = 0
        package var leftOut = 0
    }

    package enum Outcome: String, Sendable, Encodable { case created, joined, alreadyHere, leftOut }

    package struct Person: Sendable, Encodable {
        package var email: String
        package var outcome: Outcome
        /// nil for who is left out.
        package var slug: String?
        package var role: Role?
        /// Where the home is, or nil when there is none there yet; set by whoever can look.
        package var home: String?
    }

    /// Something that an operator should know, with what to do about it.
    package struct Finding: Sendable, Encodable, Hashable {
        /// An e-mail address or the name of a table.
        package var about: String
        package var what: String
        package var remedy: String
    }

    package var source: String
    /// false: a dry run, which changed nothing.
    package var applied: Bool
    package var accounts = Count()
    package var conversations = Count()
    package var messages = Count()
    package var values = Count()
    package var idleSettings = Count()
    package var sharedVariables = Count()
    package var people: [Person] = []
    package var findings: [Finding] = []

    init(source: String, applied: Bool) {
        self.source = source
        self.applied = applied
    }

    package mutating func find(_ about: String, _ what: String, remedy: String) {
        findings.append(Finding(about: about, what: what, remedy: remedy))
    }
}

/// How to import.
package struct ImportOptions: Sendable {
    /// false: only say what would happen.
    package var apply: Bool
    /// E-mail addresses of accounts here that are the same person's in the original.
    package var joins: Set<String>
    /// Other idle times than 0 (never) are brought into it, in seconds.
    package var idleSeconds: ClosedRange<Int>
    /// Names of the backends that are configured here.
    package var backends: Set<String>

    package init(apply: Bool, joins: Set<String> = [], idleSeconds: ClosedRange<Int>, backends: Set<String>) {
        self.apply = apply
        self.joins = Set(joins.compactMap { EmailAddress($0)?.text })
        self.idleSeconds = idleSeconds
        self.backends = backends
    }
}
