import ArgumentParser
import Foundation
import Spec
import Store

/// The way over from the original service.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over users, conversations and settings from the original service's router.db.",
        discussion: """
            Says what would happen and changes nothing; --apply does it. The file is only read. A second import changes \
            nothing, and one that was cut off is completed by the next. Works whether or not `serve` runs, which takes \
            what was imported over within about a second.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "Path of the original's router.db.", completion: .file()) var database: String
    @Flag(help: "Do it. Without this nothing is changed.") var apply = false
    @Option(help: "E-mail address of an account here that is the same person's in the original. May be repeated.")
    var join: [String] = []
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let configuration = try options.load(requiringSecrets: false)
        let stack = configuration.stack
        let root = DataRoot(paths: stack.paths)
        guard !Self.isSame(database, root.database) else { throw ImportError.sameFile(path: database) }
        let original = try OriginalDatabase(path: database)
        let settings = ImportOptions(
            apply: apply, joins: Set(join),
            idleSeconds: stack.runners.minIdleSeconds...StackSpec.RunnerDefaults.mostIdleSeconds,
            backends: Set(configuration.backends.map(\.name)))
        var report = try await Self.withStore(root, create: apply) { store in
            try await Actor.$current.withValue(Actor(kind: .commandLine)) {
                try await store.importOriginal(original, settings)
            }
        }
        report.lookForHomes(in: root.usersRoot)
        switch output {
        case .text: print(report.text)
        case .json: print(try JSONEncoder.forPeople.text(report))
        }
    }

    /// The installation's store, or before its first start a new one; for a dry run one that is thrown away.
    private static func withStore<Value>(
        _ root: DataRoot, create: Bool, _ body: (Store) async throws -> Value
    ) async throws -> Value {
        let clock = SystemClock()
        if FileManager.default.fileExists(atPath: root.database) {
            return try await body(root.openExistingStore(clock: clock).store)
        }
        var folder: URL?
        defer { if let folder { try? FileManager.default.removeItem(at: folder) } }
        var database = root.database
        var keyFile = root.keyFile
        if create {
            try root.create()
        } else {
            let made = FileManager.default.temporaryDirectory.appending(path: "operatord-import-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: made, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            folder = made
            (database, keyFile) = (made.path + "/router.db", made.path + "/keys")
        }
        let sealer = try Sealer.load(keyFile: keyFile, database: database)
        return try await body(Store.open(at: database, sealer: sealer, now: clock.now, onChange: {}))
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        func identity(_ path: String) -> [Int?]? {
            (try? FileManager.default.attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path)).map
            {
                [$0[.systemNumber] as? Int, $0[.systemFileNumber] as? Int]
            }
        }
        guard let one = identity(one) else { return false }
        return one == identity(other)
    }
}
