import ArgumentParser
import Foundation
import Spec
import Store

/// API tokens from the shell of the operator's machine, for whoever may read the data root.
struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "List, create and revoke API tokens.",
        discussion: """
            A USER is an e-mail address, a slug or an id. Works whether or not `serve` runs, which takes changes over \
            within about a second.
            """,
        subcommands: [List.self, Create.self, Revoke.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the tokens of a user, or of everybody, newest first. The tokens themselves are not kept.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address, slug or id; without it, everybody's.") var user: String?
        @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

        func run() async throws {
            let rows = try await options.withStore { store in
                var owners: [Account] = []
                if let user { owners = [try store.account(called: user)] } else { owners = try await store.everybody() }
                return owners.flatMap { owner in store.tokens(of: owner.id).map { TokenRow($0, owner: owner) } }
                    .sorted { $0.id > $1.id }
            }
            switch output {
            case .text: print(TokenRow.table(rows, now: SystemClock().now()))
            case .json: print(try JSONEncoder.forPeople.text(rows))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a token for a user and print it, the only time that it is shown.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address, slug or id.") var user: String
        @Option(help: "What it is for, 1 to 100 characters.") var name: String
        @Option(help: "A backend it is good for; repeat it for several. Default: all.") var backend: [String] = []
        @Option(help: "How long it holds, like 12h or 90d. Default: until it is revoked.") var expiresIn: String?

        func run() async throws {
            let configuration = try options.load(requiringSecrets: false)
            for backend in backend where !configuration.backends.contains(where: { $0.name == backend }) {
                let names = configuration.backends.map(\.name).joined(separator: ", ")
                throw ValidationError("There is no backend \(backend). There are: \(names).")
            }
            let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
            guard (1...100).contains(name.count) else { throw ValidationError("A name has 1 to 100 characters.") }
            let end = try expiresIn.map { text in
                guard let duration = Quantity.duration(text), duration > .zero else {
                    throw ValidationError("\(text) is not a duration. Write a number with a unit, like 12h or 90d.")
                }
                return SystemClock().now() + duration
            }
            let new = NewToken(
                name: name, backends: backend.isEmpty ? nil : Array(Set(backend)).sorted(), expiresAt: end)
            let issued = try await options.withStore { store in
                try await store.createToken(new, owner: try store.account(called: user).id)
            }
            print(issued.text.reveal())
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a token; a running operatord lets nobody in with it from about a second later on.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The token's id, from `operatord tokens list`.") var id: TokenID

        func run() async throws {
            let owner = try await options.withStore { store in
                for owner in try await store.everybody()
                where store.tokens(of: owner.id).contains(where: { $0.id == id }) {
                    if try await store.revokeToken(id, owner: owner.id) { return owner }
                }
                throw ValidationError("There is no token \(id). operatord tokens list shows them.")
            }
            print("Token \(id) of \(owner.email) is revoked.")
        }
    }
}

extension Store {
    fileprivate func everybody() async throws -> [Account] {
        try await accounts(AccountQuery(limit: .max)).map(\.account)
    }
}

/// One line of `tokens list`.
private struct TokenRow: Encodable {
    let id: TokenID
    let user: String
    let name: String
    let prefix: String
    /// nil = all.
    let backends: [String]?
    let createdAt: String
    let lastUsedAt: String?
    let expiresAt: String?
    private let end: Timestamp?

    private enum CodingKeys: CodingKey {
        case id, user, name, prefix, backends, createdAt, lastUsedAt, expiresAt
    }

    init(_ token: APIToken, owner: Account) {
        id = token.id
        user = owner.email
        name = token.name
        prefix = token.prefix
        backends = token.backends
        createdAt = token.createdAt.description
        lastUsedAt = token.lastUsedAt?.description
        expiresAt = token.expiresAt?.description
        end = token.expiresAt
    }

    static func table(_ rows: [TokenRow], now: Timestamp) -> String {
        let lines = rows.map { row in
            [
                "\(row.id)", row.user, row.name, "\(row.prefix)…", row.backends?.joined(separator: ",") ?? "all",
                row.lastUsedAt ?? "never",
                row.end.map { $0 <= now ? "expired" : $0.description } ?? "never",
            ]
        }
        return TextTable([["ID", "USER", "NAME", "TOKEN", "BACKENDS", "LAST USED", "EXPIRES"]] + lines).description
    }
}
