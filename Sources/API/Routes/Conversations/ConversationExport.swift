import Hummingbird
import NIOCore
import Spec

/// Writes conversations as a file, page by page, so that an export of any size needs the memory of one page.
struct ConversationExport: Sendable {
    /// `format` of the file; see ``ConversationImport``.
    static let format = "operatord-conversations"
    static let version = 1

    /// Bytes of one text that an import takes: an answer may be longer than what a person may post.
    static let mostTextBytes = 16 << 20

    private static let rowsOfPage = 500

    let conversations: any ConversationKeeping
    let owner: UserID

    /// `{format, version, exported_at, conversations: [conversation with messages]}`, all branches. Conversations that
    /// are deleted meanwhile are left out.
    func json(_ ids: [ConversationID], at now: Timestamp) -> ResponseBody {
        ResponseBody { writer in
            try await writer.write(
                ByteBuffer(
                    string: """
                        {"format":"\(Self.format)","version":\(Self.version),"exported_at":\(now.wholeSeconds),\
                        "conversations":[
                        """))
            var isFirst = true
            for id in ids {
                guard let conversation = try await found({ try await conversations.conversation(id, owner: owner) })
                else { continue }
                // The object stays open for its messages.
                let head = try JSONText.encode(ConversationReply(conversation)).dropLast()
                try await writer.write(ByteBuffer(string: isFirst ? "\n" : ",\n"))
                try await writer.write(ByteBuffer(bytes: head + Array(#","messages":["#.utf8)))
                isFirst = false
                var last: MessageID?
                while case let page = try await messages(of: id, after: last), !page.isEmpty {
                    var text = ByteBuffer()
                    for message in page {
                        text.writeString(last == nil ? "\n" : ",\n")
                        last = message.id
                        guard !message.pictures.isEmpty else {
                            text.writeBytes(try JSONText.encode(MessageReply(message)))
                            continue
                        }
                        // The object stays open for its pictures, which are written one by one.
                        var reply = MessageReply(message)
                        reply.images = nil
                        text.writeBytes(try JSONText.encode(reply).dropLast())
                        text.writeString(#","images":["#)
                        for number in message.pictures.indices {
                            guard
                                let picture = try await found({
                                    try await conversations.picture(number, of: message.id, owner: owner)
                                })
                            else { continue }
                            if number > 0 { text.writeString(",") }
                            text.writeBytes(try JSONText.encode(PictureReply(picture)))
                            try await writer.write(text)
                            text.clear()
                        }
                        text.writeString("]}")
                    }
                    try await writer.write(text)
                }
                try await writer.write(ByteBuffer(string: "]}"))
            }
            try await writer.write(ByteBuffer(string: "\n]}\n"))
            try await writer.finish(nil)
        }
    }

    /// The shown branch for people, each message under a heading with its role.
    func markdown(_ conversation: Conversation, shown: [MessageID]) -> ResponseBody {
        let isShown = Set(shown)
        return ResponseBody { writer in
            try await writer.write(ByteBuffer(string: ConversationMarkdown.head(conversation)))
            var last: MessageID?
            while case let page = try await messages(of: conversation.id, after: last), !page.isEmpty {
                for message in page where isShown.contains(message.id) {
                    try await writer.write(ByteBuffer(string: ConversationMarkdown.section(message)))
                }
                last = page.last?.id
            }
            try await writer.finish(nil)
        }
    }

    /// Empty after the last, and when the conversation is deleted meanwhile.
    private func messages(of id: ConversationID, after last: MessageID?) async throws -> [Message] {
        try await found {
            try await conversations.messages(of: id, after: last, limit: Self.rowsOfPage, owner: owner)
        } ?? []
    }

    private func found<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch ChatError.notFound {
            return nil
        }
    }
}
