import Foundation
import Spec

/// The system's `git`, asked about one repository that is only ever read.
///
/// It asks nobody anything, runs no hook and no filter, and gets none of operatord's variables but those it needs to
/// reach a server.
struct Git: Sendable {
    /// What one tree may hold; a configuration is far below.
    static let maxFiles = 10_000
    static let maxBytes = 64 << 20

    private static let lookDeadline = Duration.seconds(20)
    private static let fetchDeadline = Duration.seconds(120)
    private static let fetched = "refs/operatord/fetched"
    private static let passedOn = [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK",
        "GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSL_CAINFO", "SSL_CERT_FILE",
        "SSL_CERT_DIR", "http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    ]

    private let source: SourceSpec
    private let environment: [String: String]

    init(_ source: SourceSpec, environment: [String: String]) {
        self.source = source
        var own = environment.filter { Self.passedOn.contains($0.key) && !$0.value.isEmpty }
        own["GIT_TERMINAL_PROMPT"] = "0"
        own["GIT_ASKPASS"] = "true"
        own["SSH_ASKPASS"] = "true"
        own["GCM_INTERACTIVE"] = "never"
        own["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file"
        own["LC_ALL"] = "C"
        if own["GIT_SSH_COMMAND"] == nil, own["GIT_SSH"] == nil { own["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes" }
        if let username = source.username, let password = source.password {
            own["OPERATORD_GIT_USERNAME"] = username
            own["OPERATORD_GIT_PASSWORD"] = password.reveal()
        }
        self.environment = own
    }

    /// The commit that the ref names now.
    func tip() async throws(SourceFailure) -> (id: String, ref: String) {
        if Self.isCommitID(source.ref) { return (source.ref.lowercased(), source.ref.lowercased()) }
        let names = ["refs/heads/\(source.ref)", "refs/tags/\(source.ref)^{}", "refs/tags/\(source.ref)", source.ref]
        let output = try await git(
            ["ls-remote", "--quiet", "--", source.url] + names, Self.lookDeadline, credentials: true)
        let found = Dictionary(
            String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { line in
                let parts = line.split(separator: "\t")
                return parts.count == 2 && Self.isCommitID(String(parts[0]))
                    ? (String(parts[1]), String(parts[0])) : nil
            }, uniquingKeysWith: { first, _ in first })
        guard let name = names.first(where: { found[$0] != nil }), let id = found[name] else {
            throw SourceFailure(
                message: "\(source.shownURL) has no branch or tag \"\(source.ref)\".",
                remedy: "Make it, or change source.ref.")
        }
        return (id, name.hasSuffix("^{}") ? String(name.dropLast(3)) : name)
    }

    /// Fetches what `ref` (as ``tip()`` gave it) names into a new repository in `folder`, and its files, all of them,
    /// into `folder/tree`. Nothing else may be in the folder.
    func fetch(_ ref: String, into folder: String) async throws(SourceFailure) -> SourceCommit {
        let repository = "\(folder)/repository"
        _ = try await git(["init", "--quiet", "--bare", "--template=", repository], Self.lookDeadline)
        _ = try await git(
            [
                "--git-dir=\(repository)", "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
                "--", source.url, "+\(ref):\(Self.fetched)",
            ], Self.fetchDeadline, credentials: true)
        let shown = try await git(
            ["--git-dir=\(repository)", "show", "--no-patch", "--format=%H%n%ct%n%s", "\(Self.fetched)^{commit}"],
            Self.lookDeadline)
        let lines = String(decoding: shown, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, Self.isCommitID(String(lines[0])), let seconds = Int64(lines[1]) else {
            throw SourceFailure(message: "git shows no commit.", remedy: "Check that source.ref names one.")
        }
        let commit = SourceCommit(
            id: String(lines[0]), subject: String(lines[2].filter { !$0.isNewline }.prefix(200)),
            committedAt: Timestamp(milliseconds: seconds * 1000))
        try await checkSize(of: commit.id, in: repository)
        try await checkOut(commit.id, of: repository, into: folder)
        return commit
    }

    private func checkSize(of commit: String, in repository: String) async throws(SourceFailure) {
        let list = try await git(
            ["--git-dir=\(repository)", "ls-tree", "-r", "-l", "-z", "--full-tree", commit], Self.lookDeadline)
        // Mode, type, id and size, then a tab and the path.
        let sizes = list.split(separator: 0).map { entry in
            let words = entry.prefix { $0 != UInt8(ascii: "\t") }.split(separator: UInt8(ascii: " "))
            return words.count == 4 ? Int(String(decoding: words[3], as: UTF8.self)) ?? 0 : 0
        }
        guard sizes.count <= Self.maxFiles, sizes.reduce(0, +) <= Self.maxBytes else {
            throw SourceFailure(
                message: "Commit \(commit.prefix(12)) has more than \(Self.maxFiles) files or "
                    + "\(Self.maxBytes >> 20) MiB.",
                remedy: "Give the configuration a repository of its own.")
        }
    }

    private func checkOut(_ commit: String, of repository: String, into folder: String) async throws(SourceFailure) {
        do {
            try FileManager.default.createDirectory(atPath: "\(folder)/tree", withIntermediateDirectories: false)
        } catch {
            throw SourceFailure(message: "\(folder): \(error.reason).", remedy: "Check the data root.")
        }
        let place = ["-C", "\(folder)/tree", "--git-dir=\(repository)", "--work-tree=\(folder)/tree"]
        _ = try await git(place + ["read-tree", commit], Self.lookDeadline)
        _ = try await git(place + ["checkout-index", "--all", "--quiet"], Self.fetchDeadline)
    }

    /// What it wrote. `credentials`: a call to the server, with what the machine's git configuration has for it; all
    /// others know no configuration, so that nothing of it is run.
    private func git(
        _ arguments: [String], _ deadline: Duration, credentials: Bool = false
    ) async throws(SourceFailure) -> Data {
        var environment = environment
        var options = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false"]
        if !credentials {
            environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
            environment["GIT_CONFIG_SYSTEM"] = "/dev/null"
            environment["OPERATORD_GIT_PASSWORD"] = nil
        } else if source.password != nil {
            options += ["credential.helper=", "credential.helper=\(Self.helper)"]
        }
        let ended: ChildProcess.Ended
        do {
            ended = try await ChildProcess.run(
                "git", options.flatMap { ["-c", $0] } + arguments, environment: environment, deadline: deadline,
                maxOutput: 4 << 20)
        } catch .notStarted(let program, let reason) {
            throw SourceFailure(
                message: "\(program) cannot be started: \(reason).", remedy: "Install git where operatord runs.")
        } catch {
            throw SourceFailure(message: "\(source.shownURL): \(error)", remedy: Self.remedy)
        }
        guard ended.status == 0 else {
            throw SourceFailure(message: "\(source.shownURL): \(words(ended.errors))", remedy: Self.remedy)
        }
        return ended.output
    }

    private static let remedy =
        "Check source.git, the network, and that operatord's user may read the repository; it is tried again."
    private static let helper =
        #"!f() { test "$1" = get && echo "username=$OPERATORD_GIT_USERNAME" && echo "password=$OPERATORD_GIT_PASSWORD"; }; f"#

    /// git's complaint on one line, at most 300 characters, without user, password and other addresses' credentials.
    private func words(_ errors: Data) -> String {
        var text = String(decoding: errors, as: UTF8.self)
        if let password = source.password?.reveal(), !password.isEmpty {
            text = text.replacing(password, with: "***")
        }
        text = text.replacing(/:\/\/[^\/@\s]*@/, with: "://")
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300)
        return line.isEmpty ? "git failed and said nothing." : line + (line.hasSuffix(".") ? "" : ".")
    }

    private static func isCommitID(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
    }
}
