import NIOCore
import NIOHTTP1
import Synchronization

/// The last answers of the Responses API, and the requests that name them: `/v1/responses/{id}`.
final class KeptResponses: Sendable {
    private static let most = 1000

    private struct Entry {
        var object: JSONValue
        var input: String
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Forgets all when there are too many.
    func keep(_ object: JSONValue, input: String, id: String) {
        entries.withLock { entries in
            if entries.count >= Self.most { entries = [:] }
            entries[id] = Entry(object: object, input: input)
        }
    }

    /// - Parameter path: behind `/v1/responses/`.
    func answer(_ method: HTTPMethod, path: Substring, with responder: Responder) {
        let parts = path.split(separator: "/", maxSplits: 1)
        let id = String(parts.first ?? "")
        guard let entry = entries.withLock({ $0[id] }) else {
            return responder.failure(.notFound, "there is no response \(id)", type: "not_found_error")
        }
        switch (method, parts.dropFirst().first) {
        case (.GET, nil), (.POST, "cancel"): send(entry.object, responder)
        case (.DELETE, nil):
            entries.withLock { $0[id] = nil }
            send(
                JSONValue([("id", .string(id)), ("object", .string("response")), ("deleted", .bool(true))]), responder)
        case (.GET, "input_items"): send(Self.items(entry.input), responder)
        default: responder.failure(.methodNotAllowed, "\(method) is not for \(path)")
        }
    }

    private static func items(_ input: String) -> JSONValue {
        let content = JSONValue([("type", .string("input_text")), ("text", .string(input))])
        let item = JSONValue([
            ("id", .string("msg_input")), ("type", .string("message")), ("role", .string("user")),
            ("content", .array([content])),
        ])
        return JSONValue([
            ("object", .string("list")), ("data", .array([item])), ("first_id", .string("msg_input")),
            ("last_id", .string("msg_input")), ("has_more", .bool(false)),
        ])
    }

    private func send(_ value: JSONValue, _ responder: Responder) {
        var body = ByteBuffer()
        body.writeJSON(value)
        responder.whole(.ok, body)
    }
}
