import GRDB

/// Where the original service's database keeps what is taken over.
///
/// Its documents name the tables `users`, `conversations`, `messages`, `runners` and `user_env_overrides`, but not all
/// columns, so each is found by the names it may have. What is not found and cannot be done without is an error that
/// says what was looked for and what is there; columns that are not known are passed over.
struct OriginalLayout {
    /// A table with the columns that were found: our name to theirs.
    struct Table {
        let name: String
        let columns: [String: String]

        /// The column as SQL, `NULL` for one that the table does not have.
        func sql(_ column: String) -> String { columns[column].map(Self.quoted) ?? "NULL" }

        var sqlName: String { Self.quoted(name) }

        private static func quoted(_ name: String) -> String {
            "\"\(name.replacing("\"", with: "\"\""))\""
        }
    }

    let users: Table
    let conversations: Table?
    let messages: Table?
    let overrides: Table?
    let idle: Table?
    let shared: Table?

    init(_ db: Database) throws {
        guard let users = try Self.find(db, Self.usersForm) else {
            throw ImportError.noTable(looked: Self.usersForm.names, has: try Self.tables(db))
        }
        self.users = users
        conversations = try Self.find(db, Self.conversationsForm)
        messages = try Self.find(db, Self.messagesForm)
        overrides = try Self.find(db, Self.overridesForm)
        idle = try Self.find(db, Self.idleForm)
        shared = try Self.find(db, Self.sharedForm)
    }

    /// Words for the tables that are not there.
    var absent: [String] {
        [
            (conversations == nil, "conversations"), (messages == nil, "messages"),
            (overrides == nil, "upstream values"),
            (idle == nil, "idle settings"), (shared == nil, "shared variables"),
        ].filter(\.0).map(\.1)
    }

    /// The names that a table and its columns may have, the likeliest first.
    private struct Form {
        let names: [String]
        var needed: [(column: String, names: [String])]
        var wanted: [(column: String, names: [String])] = []
    }

    private static let person = ["user_id", "owner_id", "uid"]
    private static let backend = ["backend", "backend_name", "backend_kind"]
    private static let variable = ["var", "var_name", "variable", "name", "env_var", "key", "env_name"]

    private static let usersForm = Form(
        names: ["users", "user"],
        needed: [
            ("id", ["id", "user_id"]), ("email", ["email"]),
            ("password", ["password_hash", "hashed_password", "pw_hash", "pwhash", "password_bcrypt", "password"]),
        ],
        wanted: [
            ("name", ["name", "display_name"]), ("slug", ["slug", "user_slug"]), ("role", ["role"]),
            ("is_admin", ["is_admin", "admin"]), ("created", ["created_at", "created"]),
            ("disabled", ["disabled", "is_disabled"]), ("active", ["is_active", "active", "enabled"]),
        ])
    private static let conversationsForm = Form(
        names: ["conversations", "conversation", "chats"],
        needed: [("id", ["id", "conversation_id"]), ("user", person), ("backend", backend)],
        wanted: [
            ("model", ["model"]), ("title", ["title", "name"]), ("created", ["created_at", "created"]),
            ("updated", ["updated_at", "updated", "last_message_at"]),
        ])
    private static let messagesForm = Form(
        names: ["messages", "message"],
        needed: [
            ("conversation", ["conversation_id", "conv_id", "chat_id"]), ("role", ["role"]),
            ("content", ["content", "text", "body"]),
        ],
        wanted: [("created", ["created_at", "created", "ts"])])
    private static let overridesForm = Form(
        names: ["user_env_overrides", "env_overrides"],
        needed: [("user", person), ("variable", variable), ("value", ["value", "var_value", "env_value"])],
        wanted: [("backend", backend)])
    private static let idleForm = Form(
        names: [
            "runner_settings", "user_backend_settings", "idle_settings", "user_idle_settings", "backend_settings",
            "runner_prefs", "runners",
        ],
        needed: [
            ("user", person), ("backend", backend), ("seconds", ["idle_seconds", "idle_ttl", "idle_timeout_seconds"]),
        ])
    private static let sharedForm = Form(
        names: ["shared_env", "admin_shared_env", "shared_env_vars", "env_shares", "shared_env_flags"],
        needed: [("variable", variable)], wanted: [("shared", ["shared", "is_shared", "enabled"])])

    /// The first of the tables that has all that is needed; nil when there is no such table. A table that lacks
    /// something is an error, unless another of the names has it.
    private static func find(_ db: Database, _ form: Form) throws -> Table? {
        var failure: ImportError?
        for name in form.names where try db.tableExists(name) {
            let has = try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [name])
            var columns: [String: String] = [:]
            for (column, names) in form.needed + form.wanted {
                columns[column] = names.lazy.compactMap { name in has.first { $0.lowercased() == name } }.first
            }
            guard let missing = form.needed.first(where: { columns[$0.column] == nil }) else {
                return Table(name: name, columns: columns)
            }
            // The idle time may be in another table than the first that is there.
            failure = failure ?? .noColumn(table: name, looked: missing.names, has: has)
        }
        if form.names == idleForm.names { return nil }
        if let failure { throw failure }
        return nil
    }

    private static func tables(_ db: Database) throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    }
}

/// Why an import cannot begin or go on.
package enum ImportError: Error, Sendable, Hashable, CustomStringConvertible {
    case noFile(path: String)
    case unreadable(path: String, message: String)
    /// The file to be read is the one to be written.
    case sameFile(path: String)
    /// operatord's own database.
    case ownDatabase(path: String)
    case noTable(looked: [String], has: [String])
    case noColumn(table: String, looked: [String], has: [String])

    package var description: String {
        switch self {
        case .noFile(let path): "\(path): there is no such file"
        case .unreadable(let path, let message): "\(path) cannot be read as a SQLite database: \(message)"
        case .sameFile(let path):
            "\(path) is the database that operatord itself uses here. Move the original aside with its -wal and -shm "
                + "files (mkdir original && mv router.db* original/) and import it from there"
        case .ownDatabase(let path):
            "\(path) was made by operatord, not by the original service; use a backup of it instead of an import"
        case .noTable(let looked, let has):
            "the database has no table \(looked.joined(separator: " or ")); it has "
                + (has.isEmpty ? "no tables" : has.joined(separator: ", "))
        case .noColumn(let table, let looked, let has):
            "table \(table) has no column \(looked.joined(separator: " or ")); it has \(has.joined(separator: ", "))"
        }
    }
}
