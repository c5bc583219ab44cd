import Spec

/// The model services that the configuration names.
enum UpstreamChecks {
    enum Answer: Hashable { case status(Int), none(String) }

    /// - Parameters:
    ///   - name: Who uses it: `sharedEnv` or a backend.
    ///   - isSeenFromHere: false when runners have networks or hosts of their own, where it may have another name.
    static func models(_ name: String, url: String, _ answer: Answer, isSeenFromHere: Bool) -> Finding {
        let shown = "LLM_BASE_URL of \(name), \(shown(url)),"
        switch answer {
        case .status(200..<300): return .ok("upstream", "\(shown) lists its models")
        case .status(401), .status(403):
            return .warning(
                "upstream", "\(shown) refuses the key", remedy: "Set LLM_API_KEY there to a key that it accepts.")
        case .status(404):
            return .warning(
                "upstream", "\(shown) has no /models", remedy: "Check the path: most services want it to end in /v1.")
        case .status(let status):
            return .warning("upstream", "\(shown) answers /models with \(status)", remedy: "Ask whoever runs it.")
        case .none(let why) where isSeenFromHere:
            return .failure(
                "upstream", "\(shown) cannot be reached: \(why)", remedy: "Check the address and its service.")
        case .none(let why):
            return .warning(
                "upstream", "\(shown) cannot be reached from here: \(why)",
                remedy: "Nothing to do if it is a name in the runners' own networks.")
        }
    }

    /// Without user, password and query, which may be secrets.
    static func shown(_ url: String) -> String {
        let plain = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = plain.firstRange(of: "://"), let at = plain.lastIndex(of: "@") else { return String(plain) }
        return String(plain[..<scheme.upperBound] + plain[plain.index(after: at)...])
    }
}
