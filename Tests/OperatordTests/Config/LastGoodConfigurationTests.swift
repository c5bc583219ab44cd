import Foundation
import Spec
import Testing

@testable import operatord

@Suite struct LastGoodConfigurationTests {
    private static let stack = """
        paths: {dataRoot: state}
        auth: {jwtSecret: {file: secret}}

        """
    private static let backends = """
        [{"name": "a", "image": "i:1", "internal_port": 1, "seed_subdir": "home",
          "mount_target": "/home/agent"}]
        """

    private let folder: TemporaryFolder
    private let files: ConfigurationFiles

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.stack, to: "stack.yaml")
        try folder.write(String(repeating: "s", count: 48), to: "secret")
        try folder.write(Self.backends, to: "backends.json")
        try folder.write("text", to: "seeds/home/file.txt")
        try folder.write("", to: "state/made")
        files = ConfigurationFiles(
            stackFile: "\(folder.path)/stack.yaml", environment: [:], workingDirectory: folder.path)
    }

    private func keep() throws -> StartConfiguration {
        let start = try StartConfiguration(files)
        try LastGoodConfiguration(stackFile: files.stackFile, savedAt: .now, snapshot: start.seen)
            .save(in: "\(folder.path)/state")
        return start
    }

    @Test func whatWasKeptIsReadAsItWasAlthoughEveryFileIsGone() throws {
        let before = try keep()
        #expect(before.rejected == nil)
        for name in ["secret", "backends.json", "seeds"] {
            try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
        }
        let after = try StartConfiguration(files)
        #expect(after.configuration == before.configuration)
        #expect(after.configuration.seeds["home"]?.files.map(\.path) == ["file.txt"])
        #expect(after.rejected != nil)
        #expect(after.seen != before.seen)
    }

    @Test func theDataRootIsFoundInAFileThatIsNoYAML() throws {
        let before = try keep()
        try folder.write("paths:\n  dataRoot: 'state'  # here\n broken: [", to: "stack.yaml")
        #expect(try StartConfiguration(files).configuration == before.configuration)
    }

    @Test func whatWasKeptForAnotherStackIsNotTaken() throws {
        _ = try keep()
        try folder.write("[", to: "backends.json")
        try folder.write(Self.stack, to: "other.yaml")
        let other = ConfigurationFiles(
            stackFile: "\(folder.path)/other.yaml", environment: [:], workingDirectory: folder.path)
        #expect(throws: ConfigInvalid.self) { try StartConfiguration(other) }
    }

    @Test func onlyItsOwnerMayReadIt() throws {
        _ = try keep()
        #expect(folder.status("state/configuration.last-good")?.permissions == 0o600)
    }

    @Test func theEnvironmentIsThatOfTheProcessThatStarts() throws {
        _ = try keep()
        try folder.write("[", to: "backends.json")
        let other = ConfigurationFiles(
            stackFile: files.stackFile, environment: ["ROUTER_PORT": "1234"], workingDirectory: folder.path)
        #expect(try StartConfiguration(other).configuration.stack.listen.port == 1234)
    }
}
