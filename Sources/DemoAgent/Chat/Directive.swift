import NIOCore

/// An instruction in a user's message, `[[word arguments]]`, by which a test makes the agent behave in a certain way.
enum Directive: Equatable {
    /// `[[slow 2s]]`: wait before anything is sent.
    case slow(TimeAmount)
    /// `[[chunks 50 20ms]]`: that many chunks, one each interval; a non-stream answer comes after all of them.
    case chunks(Int, every: TimeAmount)
    /// `[[fail 500]]`: answer with that status.
    case fail(Int)
    /// `[[exit 3]]`: end the process with that code.
    case exit(Int32)
    /// `[[hang]]`: never answer.
    case hang
    /// `[[bytes 100000]]`: answer with that many letters.
    case bytes(Int)
    /// `[[headers]]`: answer with the request's headers, one a line.
    case headers
    /// `[[env NAME]]`: answer with a variable; of a key or password only whether it is set.
    case environment(String)
    /// `[[log some words]]`: write them to the agent's log.
    case log(String)
    /// `[[session]]`: answer with the session that the request names.
    case session
    /// `[[messages]]`: answer with the roles of the messages.
    case messages
    /// `[[think]]`: stream some `reasoning_content` first.
    case think
    /// `[[tool ls]]`: stream the events of a tool call first, as Hermes does.
    case tool(String)
    /// `[[break 3]]`: after that many chunks send an error instead of the rest.
    case breakOff(after: Int)
    /// `[[cut 3]]`: after that many chunks end without a word about it.
    case cut(after: Int)

    /// All directives in a text, in order. What looks like one but is none is left to the echo.
    static func all(in text: String) -> [Directive] {
        var found: [Directive] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "[["), let close = rest[open.upperBound...].firstRange(of: "]]") {
            if let directive = Directive(words: rest[open.upperBound..<close.lowerBound].split(separator: " ")) {
                found.append(directive)
            }
            rest = rest[close.upperBound...]
        }
        return found
    }

    private init?(words: [Substring]) {
        switch (words.first, words.count) {
        case ("slow", 2):
            guard let delay = TimeAmount(people: words[1]) else { return nil }
            self = .slow(delay)
        case ("chunks", 3):
            guard let count = Int(words[1]), 1...100_000 ~= count, let interval = TimeAmount(people: words[2]) else {
                return nil
            }
            self = .chunks(count, every: interval)
        case ("fail", 2):
            guard let status = Int(words[1]), 400...599 ~= status else { return nil }
            self = .fail(status)
        case ("exit", 2):
            guard let code = Int32(words[1]), 0...255 ~= code else { return nil }
            self = .exit(code)
        case ("bytes", 2):
            guard let count = Int(words[1]), 0...(64 << 20) ~= count else { return nil }
            self = .bytes(count)
        case ("break", 2):
            guard let count = Int(words[1]), count >= 0 else { return nil }
            self = .breakOff(after: count)
        case ("cut", 2):
            guard let count = Int(words[1]), count >= 0 else { return nil }
            self = .cut(after: count)
        case ("tool", 2): self = .tool(String(words[1]))
        case ("think", 1): self = .think
        case ("env", 2): self = .environment(String(words[1]))
        case ("log", 2...): self = .log(words.dropFirst().joined(separator: " "))
        case ("hang", 1): self = .hang
        case ("headers", 1): self = .headers
        case ("session", 1): self = .session
        case ("messages", 1): self = .messages
        default: return nil
        }
    }
}
