import HTTPTypes
import Hummingbird
import NIOCore
import Spec

/// `/api/admin/audit`: who changed what.
struct AdminAuditRoutes: Sendable {
    private let administration: any AccountAdministration

    init(_ dependencies: APIDependencies) { administration = dependencies.administration }

    func add(to group: RouterGroup<AdminContext>) { group.get("api/admin/audit", use: list) }

    @Sendable private func list(request: Request, context: AdminContext) async throws -> Response {
        let page = try PageRequest(request)
        let found = try await administration.auditEntries(try query(request, page))
        let (shown, next) = page.page(found, id: \.id)
        switch request.uri.queryParameters["format"] {
        case nil, "json": return try .json(AuditList(entries: shown.map(AuditReply.init), next: next))
        case "csv": return Self.csv(shown, next: next.value)
        default: throw APIFailure.invalid("format is json or csv.", parameter: "format")
        }
    }

    /// The cursor of the next page is in a header, for the text has no place for it.
    private static func csv(_ entries: ArraySlice<AuditEntry>, next: Int64?) -> Response {
        var headers: HTTPFields = [
            .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"audit.csv\"",
        ]
        if let next { headers[.nextCursor] = String(next) }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: AuditCSV.text(entries))))
    }

    private func query(_ request: Request, _ page: PageRequest) throws(APIFailure) -> AuditQuery {
        let parameters = request.uri.queryParameters
        func text(_ name: Substring) -> String? {
            parameters[name].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
        }
        func time(_ name: Substring) throws(APIFailure) -> Timestamp? {
            guard let text = text(name) else { return nil }
            guard let time = Int64(text).flatMap(Timestamp.init(wholeSeconds:)) else {
                throw .invalid("\(name) is a time in seconds since 1970.", parameter: String(name))
            }
            return time
        }
        var action: AuditAction?
        if let word = text("action") {
            action = AuditAction(rawValue: word)
            guard action != nil else { throw .invalid("There is no action \(word).", parameter: "action") }
        }
        return AuditQuery(
            actor: text("actor"), action: action, target: text("target"), since: try time("since"),
            until: try time("until"), before: page.before, limit: page.probing)
    }
}

private struct AuditList: Encodable {
    var entries: [AuditReply]
    var next: Nullable<Int64>
    /// All that there are, for whoever offers a choice of them.
    var actions = AuditAction.allCases
}

private struct AuditReply: Encodable {
    var id: Int64
    var at: Int64
    var actor: ActorReply
    var action: AuditAction
    var target: String
    var before: Nullable<String>
    var after: Nullable<String>
    var requestId: Nullable<String>
    var address: Nullable<String>

    struct ActorReply: Encodable {
        var kind: String
        var id: Nullable<UserID>
        var email: Nullable<String>
    }

    init(_ entry: AuditEntry) {
        id = entry.id
        at = entry.at.wholeSeconds
        actor = ActorReply(
            kind: entry.actor.kind.word, id: Nullable(entry.actor.kind.account),
            email: Nullable(entry.actor.kind.email))
        action = entry.action
        target = entry.target
        before = Nullable(entry.before)
        after = Nullable(entry.after)
        requestId = Nullable(entry.actor.requestID)
        address = Nullable(entry.actor.address)
    }
}
