import Glibc
import NIOCore

/// What the environment tells the agent. Read once at start.
struct Settings {
    var port = 8080
    /// The key that every `/v1` request must carry as a bearer token.
    var apiKey = ""
    /// Where chats are relayed to; nil means that the agent echoes.
    var upstream: Upstream?
    /// Between two words of an echo that is streamed.
    var wordInterval = TimeAmount.milliseconds(15)
    /// Before the port is opened.
    var startDelay = TimeAmount.zero
    /// Exit with 1 instead of starting.
    var crashes = false
    /// Answer `/v1/models` with 503 for ever, as a runtime that hangs in its start does.
    var neverReady = false

    struct Invalid: Error { var message: String }

    /// Throws ``Invalid`` when a variable has a value that cannot be meant, or the key is missing.
    init(environment: (String) -> String?) throws {
        if let text = environment("PORT") {
            guard let number = UInt16(text) else { throw Invalid(message: "PORT: \"\(text)\" is not a port") }
            port = Int(number)
        }
        guard let key = environment("DEMO_API_KEY"), !key.isEmpty else {
            throw Invalid(message: "DEMO_API_KEY is not set: it is the key that clients must send")
        }
        apiKey = key
        crashes = environment("DEMO_CRASH") == "1"
        neverReady = environment("DEMO_NEVER_READY") == "1"
        if let text = environment("DEMO_START_DELAY") {
            guard let delay = TimeAmount(people: text) else {
                throw Invalid(message: "DEMO_START_DELAY: \"\(text)\" is not a time like 2s or 500ms")
            }
            startDelay = delay
        }
        // Without an http(s) address there is no upstream: a backend's entry may hold `echo` as its lowest tier.
        if let base = environment("LLM_BASE_URL"), base.hasPrefix("http://") || base.hasPrefix("https://") {
            guard let upstream = Upstream(base: base, key: environment("LLM_API_KEY"), model: environment("LLM_MODEL"))
            else { throw Invalid(message: "LLM_BASE_URL: \"\(base)\" is not a URL like https://host/v1") }
            self.upstream = upstream
        }
    }
}

/// The OpenAI-compatible service that chats are relayed to.
struct Upstream {
    var isTLS: Bool
    var host: String
    var port: Int
    /// Path of the chat endpoint, `/v1/chat/completions`.
    var path: String
    var key: String?
    /// Replaces the request's model; nil passes it on.
    var model: String?

    /// nil when `base` is not `http(s)://host[:port][/path]`.
    init?(base: String, key: String?, model: String?) {
        guard let separator = base.firstRange(of: "://") else { return nil }
        isTLS = base[..<separator.lowerBound] == "https"
        let rest = base[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        var path = rest[authority.endIndex...]
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path + "/chat/completions"
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]) else { return nil }
            port = Int(number)
            host = String(authority[..<colon])
        } else {
            port = isTLS ? 443 : 80
            host = String(authority)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        self.model = model.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Value of the `Host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }
}

extension TimeAmount {
    /// Reads `20ms`, `2s`, `1m`; nil for anything else.
    init?(people text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number <= 86_400_000 else { return nil }
        switch text[digits.endIndex...] {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m": self = .minutes(number)
        default: return nil
        }
    }
}

/// A variable of the process' environment.
func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
