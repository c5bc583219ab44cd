import ArgumentParser
import Foundation
import Store

/// The keys that seal values in the database.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "List and rotate the keys that seal what is secret in the database.",
        discussion: "Works whether or not `serve` runs; no runner is made anew by it.",
        subcommands: [List.self, Rotate.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the keys, oldest first, with how many values each seals. A key's id says nothing about it.")

        @OptionGroup var options: ConfigurationOptions
        @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

        private struct Line: Encodable {
            var id: String
            var values: Int
            var newest: Bool
        }

        func run() async throws {
            let lines = try await options.withStore { store in
                try await store.sealingKeys().map { Line(id: "\($0.id)", values: $0.values, newest: $0.isNewest) }
            }
            switch output {
            case .text:
                let rows = lines.map { [$0.id, "\($0.values)", $0.newest ? "seals new values" : "old"] }
                print(TextTable([["ID", "VALUES", "USE"]] + rows))
            case .json: print(try JSONEncoder.forPeople.text(lines))
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key, seal every value anew with it, and take the old keys out of the key file.",
            discussion: """
                Backups made before hold the key that belongs to them. When an old key has leaked together with the \
                database or a backup, change the upstream keys too: whoever has both has read them.
                """)

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let rotation = try await options.withStore { store in try await store.rotateSealingKey() }
            print(
                "\(rotation.resealed) values are sealed with the new key \(rotation.newest); "
                    + "old keys taken out of the key file: \(rotation.dropped).")
        }
    }
}
