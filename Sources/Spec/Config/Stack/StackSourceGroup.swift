/// The machine's own `stack.yaml` of an installation whose configuration is in a repository.
extension StackReader {
    /// Whether this file only says where the real one is.
    var isBootstrap: Bool { repository == nil && root.field(.source) != nil }

    /// `source` and `paths`, which are the machine's; anything else belongs to the repository.
    func bootstrap() -> StackSpec {
        root.refuse(
            StackKey.allCases.filter { $0 != .source && $0 != .paths },
            "It is not read here, because source names a repository that holds the configuration.",
            "Move it to the stack.yaml of the repository."
        )
        root.group(.paths, PathsKey.self).refuse(
            [.backends, .seeds], "It is not read here, because source names a repository that holds these files.",
            "Move it to the stack.yaml of the repository."
        )
        var stack = StackSpec()
        stack.paths = paths()
        stack.source = source()
        return stack
    }

    /// What the machine says is not the repository's to say.
    func refuseWhatIsTheMachines() {
        root.refuse(
            [.source], "A repository cannot name another one.",
            "Take it out; source belongs to the stack.yaml on the machine."
        )
        root.group(.paths, PathsKey.self).refuse(
            [.dataRoot, .hostRoot, .usersRoot, .database, .frontend], "It is the machine's, not the repository's.",
            "Move it to the stack.yaml on the machine, beside source."
        )
    }

    private func source() -> SourceSpec {
        let group = root.group(.source, SourceKey.self)
        let url = group.required(.git)?.text(
            "a repository that can be followed",
            "Write https://…, ssh://…, user@host:path, git://…, file://… or an absolute path, without a password."
        ) { SourceAddress.isUsable($0) }
        let ref = group.field(.ref)?.text("a branch or tag", "Write its name, like main.", where: SourceAddress.isRef)
        let path = group.field(.path)?.text("a folder of the repository", "Write a relative path, or . for its top.") {
            $0 == "." || Path.isSafeRelative($0)
        }
        let username = group.field(.username)?.text()
        let password = group.field(.password).flatMap { secret($0) }
        if let user = group.field(.username), group.field(.password) == nil {
            user.report("There is no password for it.", "Add password: {file: …}, or take username out.")
        }
        return SourceSpec(
            url: url ?? "?", ref: ref ?? "main", path: path == "." ? "" : path ?? "",
            interval: group.field(.interval)?.duration(in: Limits.second...Limits.day) ?? .seconds(30),
            secrets: Path.absolute(group.field(.secrets)?.text() ?? "secrets", from: baseDirectory),
            username: password == nil ? nil : username ?? "git", password: password
        )
    }
}

/// What may be handed to `git` as a repository and a ref.
enum SourceAddress {
    private static let schemes = ["https://", "http://", "ssh://", "git://", "file://"]

    static func isUsable(_ url: String) -> Bool {
        guard !url.hasPrefix("-"), !url.contains(where: { $0.isWhitespace || $0.isNewline }), !url.utf8.contains(0)
        else { return false }
        if url.hasPrefix("/") { return Path.isAbsolute(url) }
        if let scheme = schemes.first(where: url.hasPrefix) {
            let rest = url.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" }
            let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
            guard scheme == "file://" || !authority.isEmpty, !authority.hasPrefix("-") else { return false }
            return scheme == "ssh://" ? !user.contains(":") : user.isEmpty
        }
        // user@host:path, as ssh is written for short; git's own helpers are name::address.
        guard !url.contains("://"), !url.contains("::"), let colon = url.firstIndex(of: ":") else { return false }
        let host = url[..<colon]
        return !host.isEmpty && !host.contains("/") && colon != url.index(before: url.endIndex)
    }

    /// By the rules of `git check-ref-format`, narrowed to what names have in practice.
    static func isRef(_ ref: String) -> Bool {
        Path.isSafeRelative(ref) && !ref.hasPrefix("-") && !ref.hasSuffix(".lock") && !ref.hasSuffix(".")
            && !ref.contains("..") && !ref.contains("@{")
            && ref.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }
    }

    /// Without user and password, for people and logs.
    static func shown(_ url: String) -> String {
        guard let scheme = schemes.first(where: url.hasPrefix) else { return url }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return scheme + rest[rest.index(after: at)...]
    }
}

extension SourceSpec {
    /// The address without user and password.
    package var shownURL: String { SourceAddress.shown(url) }
}
