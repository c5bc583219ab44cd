import NIOCore

/// What the proxy reads of a request's body.
struct RequestFields: Equatable {
    var model: String
    /// `stream`; false when it is absent or null.
    var streams: Bool
    /// nil when it is absent, null or empty.
    var user: String?
    /// Where the model stands in a body that is a form; nil in JSON.
    var modelField: Range<Int>?

    /// Of a request whose path says which backend it is for.
    init(model: String) {
        self.model = model
        streams = false
    }

    /// Of a form, of which nothing else is read.
    init(_ multipart: MultipartModel) {
        model = multipart.text
        streams = false
        modelField = multipart.range
    }

    /// Reads the three members of the object that `body` is, and checks that the whole is JSON.
    init(_ body: ByteBuffer) throws(JSONProblem) {
        let bytes = body.readableBytesUInt8Span
        var model: JSONValue?
        var stream: JSONValue?
        var user: JSONValue?
        var reader = JSONReader()
        reader.skipSpace(in: bytes)
        try reader.readObject(in: bytes) { (member) throws(JSONProblem) in
            if member.name.equals("model", in: bytes) {
                try Self.set(&model, to: member.value, name: "model")
            } else if member.name.equals("stream", in: bytes) {
                try Self.set(&stream, to: member.value, name: "stream")
            } else if member.name.equals("user", in: bytes) {
                try Self.set(&user, to: member.value, name: "user")
            }
        }
        reader.skipSpace(in: bytes)
        guard reader.position == bytes.count else { throw .malformed(at: reader.position) }

        guard let name = try Self.string(model, name: "model", in: bytes), !name.isEmpty else {
            throw .missing("model")
        }
        self.model = name
        streams = try Self.bool(stream, name: "stream")
        self.user = try Self.string(user, name: "user", in: bytes).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func set(_ field: inout JSONValue?, to value: JSONValue, name: String) throws(JSONProblem) {
        guard field == nil else { throw .duplicate(name) }
        field = value
    }

    private static func string(_ value: JSONValue?, name: String, in bytes: Span<UInt8>) throws(JSONProblem) -> String?
    {
        switch value?.kind {
        case nil, .null: return nil
        case .string(let string):
            guard let text = string.decoded(from: bytes) else { throw .malformed(at: string.range.lowerBound) }
            return text
        default: throw .wrongType(member: name, expected: "a string")
        }
    }

    private static func bool(_ value: JSONValue?, name: String) throws(JSONProblem) -> Bool {
        switch value?.kind {
        case nil, .null: return false
        case .bool(let flag): return flag
        default: throw .wrongType(member: name, expected: "true or false")
        }
    }
}

extension APIFailure {
    init(_ problem: MultipartModel.Problem) {
        switch problem {
        case .malformed: self = .invalid("The body is not the form that its type says.", code: "invalid_multipart")
        case .missing: self.init(JSONProblem.missing("model"))
        }
    }

    init(_ problem: JSONProblem) {
        switch problem {
        case .malformed(let offset): self = .invalid("The body is not JSON: see byte \(offset).", code: "invalid_json")
        case .tooDeep: self = .invalid("The body is nested too deep.", code: "invalid_json")
        case .duplicate(let name):
            self = .invalid("\(name) occurs twice in the body.", parameter: name, code: "duplicate_member")
        case .wrongType(let name, let expected):
            self = .invalid("\(name) has to be \(expected).", parameter: name, code: "invalid_type")
        case .missing(let name):
            self = .invalid("The body has no \(name).", parameter: name, code: "missing_required_parameter")
        }
    }
}
