import Spec

/// The file that ``ConversationExport`` writes, read again. What it has besides this is ignored, as ids of the
/// installation it comes from.
struct ConversationImport: Decodable {
    var format: String
    var version: Int
    var conversations: [ImportedConversation]

    /// Throws 422 that names the place of the first mistake.
    func checked(now: Timestamp) throws(APIFailure) -> [ConversationArchive] {
        guard format == ConversationExport.format else {
            throw .import("format", "is not \"\(ConversationExport.format)\"")
        }
        guard version == ConversationExport.version else {
            throw .import("version", "is not \(ConversationExport.version), the only one known here")
        }
        var archives: [ConversationArchive] = []
        for (index, conversation) in conversations.enumerated() {
            archives.append(try conversation.checked(at: "conversations[\(index)]", now: now))
        }
        return archives
    }
}

struct ImportedConversation: Decodable {
    var backend: String
    var model: String?
    var title: String?
    var pinned: Bool?
    var head: MessageID?
    var createdAt: Int64?
    var updatedAt: Int64?
    var messages: [ImportedMessage]

    func checked(at place: String, now: Timestamp) throws(APIFailure) -> ConversationArchive {
        guard (1...100).contains(backend.unicodeScalars.count) else {
            throw .import("\(place).backend", "has to have 1 to 100 characters")
        }
        if let model, !(1...200).contains(model.unicodeScalars.count) {
            throw .import("\(place).model", "has to have 1 to 200 characters")
        }
        let created = try Timestamp(imported: createdAt, at: "\(place).created_at") ?? now
        let updated = try Timestamp(imported: updatedAt, at: "\(place).updated_at") ?? created
        var known: Set<MessageID> = []
        var checked: [Message] = []
        var pictures: [MessageID: [Picture]] = [:]
        for (index, message) in messages.enumerated() {
            let place = "\(place).messages[\(index)]"
            checked.append(try message.checked(at: place, known: known, now: updated))
            known.insert(message.id)
            if let images = message.images, !images.isEmpty {
                pictures[message.id] = try PictureAddress.read(images.map(\.url), at: "\(place).images")
            }
        }
        if let head, !known.contains(head) { throw .import("\(place).head", "names no message of this conversation") }
        return ConversationArchive(
            backend: backend, model: model ?? backend, title: title ?? "", isPinned: pinned ?? false,
            createdAt: created, updatedAt: updated, head: head, messages: checked,
            pictures: pictures)
    }
}

struct ImportedMessage: Decodable {
    var id: MessageID
    var parentId: MessageID?
    var role: Message.Role
    var content: String
    var images: [ImportedPicture]?
    var reasoning: String?
    var tools: [ToolCallReply]?
    var status: Message.Status?
    var error: MessageFailureReply?
    var usage: UsageReply?
    var model: String?
    var createdAt: Int64?
    var endedAt: Int64?

    /// `known` are the messages before it.
    func checked(at place: String, known: Set<MessageID>, now: Timestamp) throws(APIFailure) -> Message {
        if known.contains(id) { throw .import("\(place).id", "is that of an earlier message too") }
        if let parentId, !known.contains(parentId) {
            throw .import("\(place).parent_id", "names no message before it")
        }
        for (name, text) in [("content", content), ("reasoning", reasoning ?? "")]
        where text.utf8.count > ConversationExport.mostTextBytes {
            throw .import("\(place).\(name)", "has more than \(ConversationExport.mostTextBytes >> 20) MiB")
        }
        var toolCalls: [ToolCall] = []
        for (index, tool) in (tools ?? []).enumerated() {
            toolCalls.append(try tool.checked(at: "\(place).tools[\(index)]"))
        }
        return Message(
            id: id, conversation: 0, parent: parentId, role: role, content: content, reasoning: reasoning ?? "",
            tools: toolCalls,
            // Nobody writes it any more.
            status: status == .running ? .interrupted : status ?? .complete, failure: error?.failure,
            usage: usage.map {
                TokenUsage(prompt: $0.promptTokens, completion: $0.completionTokens, total: $0.totalTokens)
            },
            model: model, createdAt: try Timestamp(imported: createdAt, at: "\(place).created_at") ?? now,
            endedAt: try Timestamp(imported: endedAt, at: "\(place).ended_at"))
    }
}

/// A picture as a data URL.
struct ImportedPicture: Decodable {
    var url: String
}

extension ToolCallReply {
    fileprivate func checked(at place: String) throws(APIFailure) -> ToolCall {
        ToolCall(
            id: id, name: name, arguments: arguments, output: output.value,
            status: status == .running ? .failed : status,
            startedAt: try Timestamp(imported: startedAt, at: "\(place).started_at") ?? .epoch,
            endedAt: try Timestamp(imported: endedAt.value, at: "\(place).ended_at"))
    }
}

extension MessageFailureReply {
    fileprivate var failure: MessageFailure {
        MessageFailure(
            status: status, code: code, message: message, detail: detail.value, requestID: requestId,
            retryAfterSeconds: retryAfterSeconds.value)
    }
}

extension Timestamp {
    /// nil without one; throws 422 for what is no time in seconds since 1970.
    fileprivate init?(imported seconds: Int64?, at place: String) throws(APIFailure) {
        guard let seconds else { return nil }
        // To the year 9999; more is a mistake, such as milliseconds.
        guard (0..<253_402_300_800).contains(seconds) else {
            throw .import(place, "is no time in seconds since 1970")
        }
        self.init(milliseconds: seconds * 1000)
    }
}

extension APIFailure {
    fileprivate static func `import`(_ place: String, _ problem: String) -> APIFailure {
        APIFailure(
            status: 422, code: "invalid_import", message: "\(place) \(problem). Nothing was imported.",
            parameter: place)
    }
}
