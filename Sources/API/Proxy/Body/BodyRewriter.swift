import NIOCore
import Spec

/// Changes a body to what a backend's runtime takes; everything else in it stays byte for byte.
struct BodyRewriter: Sendable {
    private let forwardsModel: Bool
    private let sessionField: String?
    private let history: HistoryMode

    /// nil for a backend that takes bodies as they come.
    init?(_ backend: BackendSpec) {
        guard backend.forwardModelEnv != nil || backend.sessionField != nil || backend.history != .full else {
            return nil
        }
        forwardsModel = backend.forwardModelEnv != nil
        sessionField = backend.sessionField
        history = backend.history
    }

    /// - Parameters:
    ///   - modelField: where the model stands in a form, of which nothing else is changed; nil for JSON.
    ///   - model: replaces the value of `model` where the backend wants that; nil leaves it.
    ///   - session: becomes the session field's value, whatever the client sent in it.
    func rewrite(_ body: ByteBuffer, modelField: Range<Int>? = nil, model: String?, session: String)
        throws(JSONProblem) -> ByteBuffer
    {
        if let modelField {
            guard forwardsModel, let model else { return body }
            return Self.apply([Edit(range: modelField, text: .plain(model))], to: body)
        }
        let bytes = body.readableBytesUInt8Span
        var reader = JSONReader()
        reader.skipSpace(in: bytes)
        let start = reader.position
        var edits: [Edit] = []
        var hasMessages = false
        var hasSession = false
        try reader.readObject(in: bytes) { (member) throws(JSONProblem) in
            if forwardsModel, let model, member.name.equals("model", in: bytes) {
                edits.append(Edit(range: member.value.range, text: .string(model)))
            } else if let sessionField, member.name.equals(sessionField, in: bytes) {
                if hasSession { throw .duplicate(sessionField) }
                hasSession = true
                edits.append(Edit(range: member.value.range, text: .string(session)))
            } else if history == .last, member.name.equals("messages", in: bytes), member.value.kind == .array {
                if hasMessages { throw .duplicate("messages") }
                hasMessages = true
                if let last = try Self.lastUserMessage(of: member.value, in: bytes) {
                    edits.append(Edit(range: member.value.range, text: .array(of: last)))
                }
            }
        }
        if let sessionField, !hasSession {
            edits.insert(Edit(range: start + 1..<start + 1, text: .member(sessionField, session)), at: 0)
        }
        return Self.apply(edits, to: body)
    }

    private static func lastUserMessage(of messages: JSONValue, in bytes: Span<UInt8>) throws(JSONProblem) -> Range<
        Int
    >? {
        var last: Range<Int>?
        var reader = JSONReader(at: messages.range.lowerBound)
        try reader.readArray(in: bytes) { (element) throws(JSONProblem) in
            guard element.kind == .object else { return }
            var isUser = false
            var inner = JSONReader(at: element.range.lowerBound)
            try inner.readObject(in: bytes) { (member) throws(JSONProblem) in
                guard case .string(let role) = member.value.kind, member.name.equals("role", in: bytes) else { return }
                isUser = role.equals("user", in: bytes)
            }
            if isUser { last = element.range }
        }
        return last
    }

    private static func apply(_ edits: [Edit], to body: ByteBuffer) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(body.readableBytes + 256)
        var copied = 0
        for edit in edits {
            result.write(body, range: copied..<edit.range.lowerBound)
            switch edit.text {
            case .plain(let text):
                result.writeString(text)
            case .string(let text):
                result.writeJSONString(text)
            case .member(let name, let value):
                // The object is never empty: a body without `model` does not come here.
                result.writeJSONString(name)
                result.writeStaticString(":")
                result.writeJSONString(value)
                result.writeStaticString(",")
            case .array(let element):
                result.writeStaticString("[")
                result.write(body, range: element)
                result.writeStaticString("]")
            }
            copied = edit.range.upperBound
        }
        result.write(body, range: copied..<body.readableBytes)
        return result
    }

    /// What takes the place of a range of the body. Ranges ascend and do not overlap.
    private struct Edit {
        enum Text {
            case plain(String)
            case string(String)
            case member(String, String)
            /// Of one element, which is in the body.
            case array(of: Range<Int>)
        }

        var range: Range<Int>
        var text: Text
    }
}

extension ByteBuffer {
    /// `range` counts from the reader index of `source`.
    fileprivate mutating func write(_ source: ByteBuffer, range: Range<Int>) {
        guard let slice = source.getSlice(at: source.readerIndex + range.lowerBound, length: range.count) else {
            return
        }
        writeImmutableBuffer(slice)
    }
}
