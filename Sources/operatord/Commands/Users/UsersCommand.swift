import ArgumentParser
import Foundation
import Spec
import Store

/// Accounts from the shell of the operator's machine, for whoever may read the data root.
///
/// Works on the database itself, also while `serve` runs: SQLite keeps the two apart, and `serve` takes over what was
/// changed within about a second.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "List, create, disable, enable and delete accounts, and reset passwords.",
        discussion: """
            A USER is an e-mail address, a slug or an id. Works whether or not `serve` runs, which takes changes over \
            within about a second. There is one admin, who can neither be disabled nor deleted.
            """,
        subcommands: [
            List.self, Create.self, Disable.self, Enable.self, ResetPassword.self, DeleteUserCommand.self,
        ],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts, newest first.")

        @OptionGroup var options: ConfigurationOptions
        @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

        func run() async throws {
            let rows = try await options.withStore { store in
                try await store.accounts(AccountQuery(limit: .max)).map(UserRow.init)
            }
            switch output {
            case .text: print(UserRow.table(rows))
            case .json: print(try JSONEncoder.forPeople.text(rows))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an account. Without --password-stdin a password is made and printed.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The e-mail address.") var email: String
        @Option(help: "Shown on the page; default: from the e-mail address.") var name = ""
        @OptionGroup var password: PasswordOptions

        func run() async throws {
            let chosen = try password.choose()
            let account = try await options.withStore { store in
                try await store.createAccount(NewAccount(email: email, password: chosen.password, name: name))
            }
            print("Created \(account.email) (id \(account.id), slug \(account.slug)).")
            chosen.printIfMade()
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Disable an account: its sessions end and its runners stop.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address, slug or id.") var user: String

        func run() async throws {
            let account = try await UsersCommand.edit(user, AccountEdit(disabled: true), options)
            print("\(account.email) is disabled.")
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enable an account again.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address, slug or id.") var user: String

        func run() async throws {
            let account = try await UsersCommand.edit(user, AccountEdit(disabled: false), options)
            print("\(account.email) is enabled.")
        }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give an account another password and end its sessions. Without --password-stdin one is made.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address, slug or id.") var user: String
        @OptionGroup var password: PasswordOptions

        func run() async throws {
            let chosen = try password.choose()
            let account = try await UsersCommand.edit(user, AccountEdit(password: chosen.password), options)
            print("\(account.email) has another password.")
            chosen.printIfMade()
        }
    }

    private static func edit(
        _ user: String, _ edit: AccountEdit, _ options: ConfigurationOptions
    ) async throws -> Account {
        try await options.withStore { store in
            let id = try store.account(called: user).id
            guard let account = try await store.editAccount(id, edit) else { throw NoSuchUser(name: user) }
            return account
        }
    }
}

struct NoSuchUser: Error, CustomStringConvertible {
    let name: String

    var description: String { "There is no user \(name). operatord users list shows them." }
}

extension Store {
    /// By e-mail address, slug or id, in this order. Throws ``NoSuchUser``.
    func account(called name: String) throws(NoSuchUser) -> Account {
        let found = account(email: name) ?? account(slug: name) ?? UserID(name).flatMap { account($0) }
        guard let found else { throw NoSuchUser(name: name) }
        return found
    }
}

/// Where a new password comes from.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input, one line.") var passwordStdin = false

    struct Choice {
        var password: Secret
        var isMade: Bool

        /// The only time that a made one is shown.
        func printIfMade() { if isMade { print("Password: \(password.reveal())") } }
    }

    func choose() throws -> Choice {
        guard passwordStdin else { return Choice(password: Self.random(), isMade: true) }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw ValidationError("There is no password on standard input.")
        }
        return Choice(password: Secret(line), isMade: false)
    }

    /// 20 characters, 100 random bits.
    private static func random() -> Secret {
        var generator = SystemRandomNumberGenerator()
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789A")
        return Secret(String((0..<20).map { _ in letters[Int.random(in: letters.indices, using: &generator)] }))
    }
}

/// One line of `users list`.
struct UserRow: Encodable {
    let id: UserID
    let email: String
    let name: String
    let slug: String
    let role: Role
    /// `enabled`, `disabled` or `deleting`.
    let state: String
    let createdAt: String
    let lastSeenAt: String?

    init(_ overview: AccountOverview) {
        let account = overview.account
        id = account.id
        email = account.email
        name = account.name
        slug = account.slug
        role = account.role
        state = overview.deletion != nil ? "deleting" : account.disabled ? "disabled" : "enabled"
        createdAt = account.createdAt.description
        lastSeenAt = overview.lastSeenAt?.description
    }

    static func table(_ rows: [UserRow]) -> String {
        TextTable(
            [["ID", "EMAIL", "NAME", "SLUG", "ROLE", "STATE", "LAST SEEN"]]
                + rows.map {
                    ["\($0.id)", $0.email, $0.name, $0.slug, $0.role.rawValue, $0.state, $0.lastSeenAt ?? "-"]
                }
        ).description
    }
}
