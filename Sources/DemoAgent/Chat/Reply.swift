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

    /// How a streamed text goes on after some of its parts.
    enum Break: Equatable {
        case error(after: Int)
        case cut(after: Int)
    }

    /// Written to the agent's own log at once.
    var logLines: [String] = []
    /// Before anything is sent.
    var delay: TimeAmount = .zero
    /// Whether a stream begins with reasoning.
    var thinks = false
    /// Tool that a stream begins with a call of.
    var tool: String?
    var end: Break?
    var act: Act

    init(
        to request: ChatRequest, headers: HTTPHeaders, settings: Settings, environment: (String) -> String?
    ) {
        let text = request.lastUserText
        let interval = request.isStream ? settings.wordInterval : .zero
        let directives = text.utf8.contains(UInt8(ascii: "[")) ? Directive.all(in: text) : []
        for directive in directives {
            switch directive {
            case .slow(let delay): self.delay = delay
            case .log(let line): logLines.append(line)
            case .think: thinks = true
            case .tool(let name): tool = name
            case .breakOff(let count): end = .error(after: count)
            case .cut(let count): end = .cut(after: count)
            default: break
            }
        }
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
        default:
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
        case .slow, .log, .think, .tool, .breakOff, .cut: true
        default: false
        }
    }
}
