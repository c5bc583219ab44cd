import Spec

/// How far the configuration in force follows its repository.
struct SourceReply: Encodable {
    struct Commit: Encodable {
        var id: String
        var subject: String
        var committedAt: String

        init(_ commit: SourceCommit) {
            id = commit.id
            subject = commit.subject
            committedAt = commit.committedAt.description
        }
    }

    /// Only for the operator: where a repository is need not be told to everybody.
    var url: String?
    var ref: String
    var applied: Nullable<Commit>
    var pending: Nullable<Commit>
    var lookedAt: Nullable<String>
    var reachable: Bool

    init(_ status: SourceStatus) {
        url = status.url
        ref = status.ref
        applied = Nullable(status.applied.map(Commit.init))
        pending = Nullable(status.pending.map(Commit.init))
        lookedAt = Nullable(status.lookedAt?.description)
        reachable = status.problem == nil
    }

    /// Without the address.
    static func forEverybody(_ status: SourceStatus) -> SourceReply {
        var reply = SourceReply(status)
        reply.url = nil
        return reply
    }
}
