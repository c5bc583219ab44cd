/// What one check of `doctor` says.
struct Finding: Encodable, Hashable, Sendable {
    enum Level: String, Encodable, Sendable { case ok, warning, failure }

    /// What was looked at, `images`.
    let check: String
    let level: Level
    /// One sentence, without secrets.
    let message: String
    /// What to do, one sentence; nil for `ok`.
    let remedy: String?

    static func ok(_ check: String, _ message: String) -> Finding {
        Finding(check: check, level: .ok, message: message, remedy: nil)
    }

    static func warning(_ check: String, _ message: String, remedy: String) -> Finding {
        Finding(check: check, level: .warning, message: message, remedy: remedy)
    }

    static func failure(_ check: String, _ message: String, remedy: String) -> Finding {
        Finding(check: check, level: .failure, message: message, remedy: remedy)
    }
}

extension [Finding] {
    /// 0 all well, 1 a failure, 2 warnings only.
    var exitCode: Int32 {
        if contains(where: { $0.level == .failure }) { return 1 }
        return contains { $0.level == .warning } ? 2 : 0
    }
}
