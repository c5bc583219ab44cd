import NIOCore
import NIOHTTP1

/// What the agent does about a chat request: decided from values, carried out by ``ChatHandler``.
struct Reply: Equatable {
    enum Act: Equatable {
        /// The parts of the text; streamed one each interval, or sent together after as long.
        case say([String], every: TimeAmount)
        case fail(status: Int)
        case relay
        case hang
        case exit(Int32)
    }

    /// Written to the agent's own log at once.
    var logLines: [String] = []
    /// Before anything is sent.
    var delay: TimeAmount = .zero
    var act: Act

    init(
        to request: ChatRequest, headers: HTTPHeaders, settings: Settings, environment: (String) -> String?
    ) {
        let text = request.lastUserText
        let interval = request.isStream ? settings.wordInterval : .zero
        let directives = text.utf8.contains(UInt8(ascii: "[")) ? Directive.all(in: text) : []
        if case .slow(let delay)? = directives.first(where: { if case .slow = $0 { true } else { false } }) {
            self.delay = delay
        }
        logLines = directives.compactMap { if case .log(let line) = $0 { line } else { nil } }
        switch directives.first(where: { !$0.accompaniesOthers }) {
        case .chunks(let count, let interval): act = .say((1...count).map { "\($0) " }, every: interval)
        case .fail(let status): act = .fail(status: status)
        case .exit(let code): act = .exit(code)
        case .hang: act = .hang
        case .bytes(let count): act = .say([String(repeating: "x", count: count)], every: .zero)
        case .headers: act = .say([Self.list(headers)], every: .zero)
        case .environment(let name): act = .say([Self.show(name, environment(name))], every: .zero)
        case .session: act = .say([headers.first(name: "x-session-id") ?? request.session ?? "none"], every: .zero)
        case .messages: act = .say([request.roles.joined(separator: ",")], every: .zero)
        case .slow, .log, nil:
            act = settings.upstream == nil ? .say(Self.words(of: "You said: \(text)"), every: interval) : .relay
        }
    }

    /// The text cut behind each run of spaces.
    private static func words(of text: String) -> [String] {
        var parts: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) { parts.append(word + " ") }
        if let last = parts.popLast() { parts.append(String(last.dropLast())) }
        return parts
    }

    private static func list(_ headers: HTTPHeaders) -> String {
        headers.map { "\($0.name.lowercased()): \($0.name.lowercased() == "authorization" ? "•••" : $0.value)" }
            .joined(separator: "\n")
    }

    /// A runner may hold an upstream key that was shared with its user: values of secrets are not said aloud.
    private static func show(_ name: String, _ value: String?) -> String {
        guard let value else { return "(unset)" }
        return ["KEY", "SECRET", "TOKEN", "PASSWORD"].contains(where: name.hasSuffix) ? "(set)" : value
    }
}

extension Directive {
    /// Whether another directive in the same text says what is answered.
    fileprivate var accompaniesOthers: Bool {
        switch self {
        case .slow, .log: true
        default: false
        }
    }
}
