import Foundation
import Spec
import Testing

@testable import operatord

/// Fetching commits of a repository over `file://`, without an operator around it.
@Suite struct SourceFollowingTests {
    private let repository: WorkingRepository
    private let data: TemporaryFolder
    private let folder: SourceFolder

    init() async throws {
        repository = try await WorkingRepository()
        data = try TemporaryFolder()
        folder = SourceFolder(dataRoot: data.path)
    }

    private func bring(_ ref: String = "main", url: String? = nil) async throws -> SourceCommit {
        let source = SourceSpec(url: url ?? repository.url, ref: ref, secrets: "/nonexistent")
        return try await SourceFollower.bring(source, into: folder, environment: WorkingRepository.environment)
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(#require(folder.current).root)/\(name)", encoding: .utf8)
    }

    @Test func theCommitOfTheBranchIsCurrentWithAllItsFiles() async throws {
        let id = try await repository.commit(["stack.yaml": "instance: a", "seeds/x/run.sh": "#!/bin/sh"], "First one")
        let commit = try await bring()
        #expect(commit.id == id)
        #expect(commit.subject == "First one")
        #expect(folder.current?.commit == commit)
        #expect(try text("stack.yaml") == "instance: a")
        #expect(try text("seeds/x/run.sh") == "#!/bin/sh")
        #expect(try data.names(in: "source") == [id, "current"].sorted())
        #expect(data.status("source")?.permissions == 0o700)
    }

    @Test func aForcePushIsFollowedAndSoIsTheWayBack() async throws {
        let first = try await repository.commit(["stack.yaml": "one"])
        let second = try await repository.commit(["stack.yaml": "two"])
        #expect(try await bring().id == second)
        try await repository.git("checkout", "--quiet", "--orphan", "other")
        let third = try await repository.commit(["stack.yaml": "three"])
        try await repository.git("branch", "--force", "main", third)
        #expect(try await bring().id == third)
        #expect(try text("stack.yaml") == "three")
        try await repository.git("branch", "--force", "main", first)
        #expect(try await bring().id == first)
        try await repository.git("branch", "--force", "main", second)
        #expect(try await bring().id == second)
        #expect(try text("stack.yaml") == "two")
    }

    @Test func aTagAndACommitIdCanBeFollowedAndABranchOfThatNameComesFirst() async throws {
        let first = try await repository.commit(["f": "1"])
        try await repository.git("tag", "--annotate", "--message", "t", "v1")
        let second = try await repository.commit(["f": "2"])
        #expect(try await bring("v1").id == first)
        #expect(try await bring(second).id == second)
        #expect(try await bring(first).id == first)
        try await repository.git("branch", "v1", second)
        #expect(try await bring("v1").id == second)
        #expect(try await bring("refs/tags/v1").id == first)
    }

    @Test func whatCannotBeSeenChangesNothingAndSaysWhy() async throws {
        let id = try await repository.commit(["f": "1"])
        _ = try await bring()
        await #expect {
            try await bring("nowhere")
        } throws: { "\($0)".contains("has no branch or tag \"nowhere\"") }
        await #expect {
            try await bring(url: "file:///no/such/repository")
        } throws: { "\($0)".contains("does not appear to be a git repository") }
        #expect(folder.current?.commit?.id == id)
        #expect(try data.names(in: "source").filter { $0.hasPrefix("unfinished") } == [])
    }

    @Test func whatADeadProcessLeftBehindIsMendedAndTidiedAway() async throws {
        let id = try await repository.commit(["f": "1"])
        // Died while fetching; while removing an old commit; before the link was renamed.
        try data.write("half", to: "source/unfinished-1/tree/f")
        try data.write("half", to: "source/\(id)/tree/f")
        try data.link("source/unfinished-link", to: "elsewhere")
        try data.link("source/current", to: id)
        #expect(folder.current == nil)
        #expect(try await bring().id == id)
        #expect(try text("f") == "1")
        folder.tidy(inForce: id)
        #expect(try data.names(in: "source") == [id, "current"].sorted())
    }

    @Test func onlyAFewCommitsAreKeptAndThoseInUseAlways() async throws {
        let first = try await repository.commit(["f": "0"])
        _ = try await bring()
        var last = ""
        for number in 1...6 {
            last = try await repository.commit(["f": "\(number)"])
            _ = try await bring()
            folder.tidy(inForce: first)
        }
        let names = try data.names(in: "source")
        #expect(names.count == 3 + SourceFolder.keptCommits)
        #expect(names.contains(first) && names.contains(last) && names.contains("current"))
    }

    @Test func noHookAndNoFilterOfARepositoryIsRun() async throws {
        let witness = "\(data.path)/ran"
        try await repository.git("config", "core.hooksPath", "\(repository.folder.path)/hooks")
        try repository.folder.write("#!/bin/sh\ntouch \(witness)\n", to: "hooks/post-checkout")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: "\(repository.folder.path)/hooks/post-checkout")
        _ = try await repository.commit([".gitattributes": "f filter=evil", "f": "1"])
        // Even when the machine's own configuration knows such a filter.
        try data.write("[filter \"evil\"]\n  smudge = touch \(witness); cat\n  required = true\n", to: "gitconfig")
        var environment = WorkingRepository.environment
        environment["GIT_CONFIG_GLOBAL"] = "\(data.path)/gitconfig"
        let source = SourceSpec(url: repository.url, secrets: "/nonexistent")
        _ = try await SourceFollower.bring(source, into: folder, environment: environment)
        #expect(try text("f") == "1")
        #expect(data.status("ran") == nil)
    }

    @Test func aTreeThatIsTooLargeIsRefused() async throws {
        let id = try await repository.commit(["f": "1"])
        _ = try await bring()
        // Sparse, so that nothing is written.
        try repository.folder.write("", to: "large")
        #expect(truncate("\(repository.folder.path)/large", off_t(Git.maxBytes + 1)) == 0)
        try await repository.commit()
        await #expect { try await bring() } throws: { "\($0)".contains("more than 10000 files or 64 MiB") }
        #expect(folder.current?.commit?.id == id)
    }
}
