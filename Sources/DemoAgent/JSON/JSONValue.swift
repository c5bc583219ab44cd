/// A JSON document as a tree. Objects keep their order and numbers their spelling, so that a body that is parsed and
/// written again means the same to whoever reads it next.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Equatable, Sendable {
        var name: String
        var value: JSONValue
    }

    /// The member of that name; nil when there is none or this is no object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var isTrue: Bool { self == .bool(true) }
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// Replaces the member of that name, or appends it. Does nothing to a value that is no object.
    mutating func set(_ name: String, to value: JSONValue) {
        guard case .object(var members) = self else { return }
        members.removeAll { $0.name == name }
        members.append(Member(name: name, value: value))
        self = .object(members)
    }
}
