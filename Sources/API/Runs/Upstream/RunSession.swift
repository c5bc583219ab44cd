import Spec

/// Which of a runtime's sessions a run speaks to, and what it says there.
///
/// A runtime with sessions keeps their history itself and does not look at what a request brings, so each branch of a
/// conversation has a session of its own: what was edited away or answered anew is not remembered. The first request
/// of a branch's session tells what came before it.
struct RunSession {
    /// `agstack-c<conversation>`, with `-b<message>` behind it on a branch that begins with that message. Safe in a
    /// header and stable as long as the conversation exists.
    let id: String
    let messages: [Message]

    init(_ begun: BegunRun, backend: BackendSpec) {
        let path = begun.history + [begun.answer]
        let branch = path.last(where: \.beginsBranch)?.id
        id = "agstack-c\(begun.conversation.id)" + (branch.map { "-b\($0)" } ?? "")
        let hasSessions = backend.sessionHeader != nil || backend.sessionField != nil || backend.history == .last
        let isNew = branch != nil && (branch == begun.answer.id || branch == begun.history.last?.id)
        if hasSessions, isNew, let question = begun.history.last, begun.history.count > 1 {
            messages = [question.telling(begun.history.dropLast())]
        } else {
            messages = begun.history
        }
    }
}

extension Message {
    /// The text, with `[image]` for each picture.
    var contentNamingPictures: String {
        ([content].filter { !$0.isEmpty } + pictures.map { _ in "[image]" }).joined(separator: "\n")
    }

    /// Whether there is an older one in its place.
    fileprivate var beginsBranch: Bool { siblings.first.map { $0 < id } ?? false }

    /// The message with the ones before it in its text.
    fileprivate func telling(_ earlier: ArraySlice<Message>) -> Message {
        let lines = earlier.map { "\($0.role.rawValue): \($0.contentNamingPictures)" }
        var message = self
        message.content = """
            [Earlier in this conversation]
            \(lines.joined(separator: "\n\n"))

            [Now]
            \(content)
            """
        return message
    }
}
