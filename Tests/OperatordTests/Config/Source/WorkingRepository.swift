import Foundation

@testable import operatord

/// A git repository that a test commits to.
struct WorkingRepository {
    static let environment = [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent",
        "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.test", "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.test", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
    ]
    static let backends = #"[{"name": "a", "image": "i:1", "internal_port": 1}]"#

    let folder: TemporaryFolder
    var url: String { "file://\(folder.path)" }

    init() async throws {
        folder = try TemporaryFolder()
        try await git("init", "--quiet", "--initial-branch=main")
    }

    @discardableResult
    func git(_ arguments: String...) async throws -> String {
        let ended = try await ChildProcess.run(
            "git", ["-C", folder.path] + arguments, environment: Self.environment, deadline: .seconds(20))
        guard ended.status == 0 else { throw Failed(words: String(decoding: ended.errors, as: UTF8.self)) }
        return String(decoding: ended.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The new commit's id.
    @discardableResult
    func commit(_ files: [String: String] = [:], _ message: String = "Edit") async throws -> String {
        for (name, text) in files { try folder.write(text, to: name) }
        try await git("add", "--all")
        try await git("commit", "--quiet", "--allow-empty", "--message", message)
        return try await git("rev-parse", "HEAD")
    }

    struct Failed: Error {
        var words: String
    }
}
