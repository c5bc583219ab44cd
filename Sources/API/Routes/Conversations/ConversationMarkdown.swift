import Spec

/// A conversation as Markdown. Texts are kept as they are: what agents write is Markdown already.
enum ConversationMarkdown {
    static func head(_ conversation: Conversation) -> String {
        let title = conversation.title.isEmpty ? "\(conversation.backend) \(conversation.number)" : conversation.title
        return "# \(title)\n\n\(conversation.backend) · \(conversation.model) · \(conversation.createdAt)\n"
    }

    static func section(_ message: Message) -> String {
        let name =
            switch message.role {
            case .user: "User"
            case .assistant: message.model.map { "Assistant (\($0))" } ?? "Assistant"
            case .system: "System"
            case .error: "Error"
            }
        let parts = [message.content].filter { !$0.isEmpty } + message.pictures.map { _ in "[image]" }
        return "\n## \(name)\n\n\(parts.joined(separator: "\n\n"))\n"
    }
}
