import Foundation
import GRDB
import Spec

extension Store {
    /// Takes over what the original service has, or says what would be taken over.
    ///
    /// Each account is one transaction with its values, so is each handful of conversations; all of them note what they
    /// took. So a second import changes nothing, and one that was cut off is completed by the next.
    package func importOriginal(
        _ original: OriginalDatabase, _ options: ImportOptions
    ) async throws -> ImportReport {
        var report = ImportReport(source: original.path, applied: options.apply)
        for table in original.layout.absent {
            report.find(table, "the original has no table of them", remedy: "nothing to do, unless you know of some")
        }
        let users = try original.users()
        var standing = try await standing(joins: options.joins)
        standing.reserved = Set(users.compactMap(\.slug))
        // The original has one; should it have more, the oldest that may sign in is the one.
        let admin = users.first { $0.isAdmin && !$0.isDisabled } ?? users.first(where: \.isAdmin)
        var adminAccount: UserID?
        for user in users {
            let isAdmin = user.id == admin?.id
            let match = AccountMatch.decide(user, isTheAdmin: isAdmin, here: standing)
            let taken = try await take(user, match, from: original, options, &standing, &report)
            if isAdmin { adminAccount = taken }
            Self.explain(user, match, isAdmin: isAdmin, in: standing, &report)
            try await takeConversations(of: user, for: taken, match, from: original, options, &report)
        }
        let ownAdmin = standing.accounts.first { $0.role == .admin }?.id
        try await takeShared(
            from: original, isAdminTaken: adminAccount != nil && adminAccount == ownAdmin, options, &report)
        try original.reportOrphans(&report)
        report.noteBackends(options.backends, try original.backends())
        return report
    }

    private func standing(joins: Set<String>) async throws -> Standing {
        try await pool.read { db in
            let imported = try Row.fetchAll(db, sql: "SELECT original_id, email, user_id FROM imported_accounts")
            return Standing(
                accounts: try Account.fetchAll(db),
                retiredSlugs: try String.fetchSet(db, sql: "SELECT slug FROM retired_slugs"),
                imported: Dictionary(
                    uniqueKeysWithValues: imported.map {
                        (ImportedKey(id: $0["original_id"], email: $0["email"]), $0["user_id"])
                    }),
                joins: joins)
        }
    }

    /// The account here, nil for who is left out. In a dry run a new one has an id that nobody has.
    private func take(
        _ user: OriginalUser, _ match: AccountMatch, from original: OriginalDatabase, _ options: ImportOptions,
        _ standing: inout Standing, _ report: inout ImportReport
    ) async throws -> UserID? {
        let overrides = try original.overrides(of: user)
        let idle = try original.idleSettings(of: user)
        switch match {
        case .leaveOut(let why, let remedy):
            report.accounts.leftOut += 1
            report.values.leftOut += overrides.count
            report.idleSettings.leftOut += idle.count
            report.people.append(.init(email: user.email, outcome: .leftOut))
            report.find(user.email, "left out: \(why)", remedy: remedy)
            return nil
        case .known(let id):
            report.accounts.alreadyHere += 1
            report.values.alreadyHere += overrides.count
            report.idleSettings.alreadyHere += idle.count
            report.note(standing.accounts.first { $0.id == id }, .alreadyHere)
            return id
        case .create(let email, let slug, let role, _):
            report.accounts.taken += 1
            let named = (try? DisplayName.checked(user.name)) ?? String(email.prefix { $0 != "@" })
            var account = Account(
                id: -Int64(standing.accounts.count) - 1, email: email, name: named, slug: slug, role: role,
                disabled: user.isDisabled && role != .admin, createdAt: user.createdAt ?? now())
            let values = OriginalValues(overrides, idle, options, for: user, existing: [], &report)
            if options.apply { account = try await insert(account, user, values) }
            standing.accounts.append(account)
            report.note(account, .created)
            return account.id
        case .join(let id):
            report.accounts.taken += 1
            let existing = try await places(of: id)
            let values = OriginalValues(overrides, idle, options, for: user, existing: existing, &report)
            if options.apply { try await join(id, user, values) }
            report.note(standing.accounts.first { $0.id == id }, .joined)
            return id
        }
    }

    private func insert(_ new: Account, _ user: OriginalUser, _ values: OriginalValues) async throws -> Account {
        // One that cannot be checked is kept as what nobody's password matches.
        let hash = BcryptHash(user.passwordHash)?.text ?? "none"
        return try await write { [sealer] db, effects in
            try db.execute(
                sql: """
                    INSERT INTO users (email, name, slug, role, disabled, password_hash, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    new.email, new.name, new.slug, new.role.rawValue, new.disabled, hash, new.createdAt.milliseconds,
                ])
            let account = Account(
                id: db.lastInsertedRowID, email: new.email, name: new.name, slug: new.slug, role: new.role,
                disabled: new.disabled, createdAt: new.createdAt)
            try values.insert(for: account.id, slug: account.slug, sealer: sealer, into: db, &effects)
            try db.note(user, as: account)
            effects.directoryEdit = { $0.put(account) }
            effects.changesDesiredState = true
            effects.audit(.userCreate, target: account.slug, after: "\(account.email), \(account.role), imported")
            return account
        }
    }

    private func join(_ id: UserID, _ user: OriginalUser, _ values: OriginalValues) async throws {
        try await write { [sealer] db, effects in
            guard let account = try Account.fetch(db, id: id) else { throw StoreError.unknownUser(user.email) }
            try values.insert(for: id, slug: account.slug, sealer: sealer, into: db, &effects)
            try db.execute(sql: "UPDATE wishes SET generation = generation + 1 WHERE user_id = ?", arguments: [id])
            try db.note(user, as: account)
            effects.changesDesiredState = true
        }
    }

    /// Values and idle settings that an account has here.
    private func places(of id: UserID) async throws -> Set<OriginalValues.Place> {
        try await pool.read { db in
            let overrides = try Row.fetchAll(
                db, sql: "SELECT backend, variable FROM overrides WHERE user_id = ?", arguments: [id]
            ).map { OriginalValues.Place(backend: $0["backend"], variable: $0["variable"]) }
            let idle = try String.fetchAll(
                db, sql: "SELECT backend FROM idle_settings WHERE user_id = ?", arguments: [id]
            ).map { OriginalValues.Place(backend: $0, variable: nil) }
            return Set(overrides + idle)
        }
    }

    /// Flags are taken with the admin whose values they share, never for another admin's values.
    private func takeShared(
        from original: OriginalDatabase, isAdminTaken: Bool, _ options: ImportOptions, _ report: inout ImportReport
    ) async throws {
        let variables = try original.sharedVariables()
        guard isAdminTaken else {
            report.sharedVariables.leftOut += variables.count
            if !variables.isEmpty {
                report.find(
                    "shared variables",
                    "not shared: \(variables.joined(separator: ", ")), because the admin here is not the original's, "
                        + "and it is the admin's own value that is shared",
                    remedy: "let the admin set and share the values in Settings")
            }
            return
        }
        for variable in variables {
            let isKnown = try await pool.read { db in try db.isShareImported(variable) }
            if isKnown {
                report.sharedVariables.alreadyHere += 1
                continue
            }
            report.sharedVariables.taken += 1
            guard options.apply else { continue }
            _ = try await setShared(variable: variable, true)
            // Noted after: cut off in between, the flag is set again, which changes nothing.
            try await write { db, _ in try db.noteShare(variable) }
        }
    }

    private static func explain(
        _ user: OriginalUser, _ match: AccountMatch, isAdmin: Bool, in standing: Standing, _ report: inout ImportReport
    ) {
        guard case .create(let email, let slug, let role, let movedFrom) = match else { return }
        if let movedFrom {
            report.find(
                email, "the slug \(movedFrom) is taken here or not one of this service, so it becomes \(slug)",
                remedy: "with the account's runners stopped, move the home users/\(movedFrom) to users/\(slug)")
        }
        if user.isAdmin, role != .admin {
            let admin = standing.accounts.first { $0.role == .admin }?.email ?? "another account"
            report.find(
                email, "is an admin in the original and a user here: there is one admin, \(admin)",
                remedy: "nothing to do; the admin's password can be reset with operatord users reset-password")
        }
        if BcryptHash(user.passwordHash) == nil {
            report.find(
                email, "its password hash cannot be checked (it is not bcrypt of cost 4 to 15), so nobody can sign in",
                remedy: "operatord users reset-password \(email)")
        }
    }
}

extension ImportReport {
    fileprivate mutating func note(_ account: Account?, _ outcome: Outcome) {
        guard let account else { return }
        people.append(Person(email: account.email, outcome: outcome, slug: account.slug, role: account.role))
    }

    fileprivate mutating func noteBackends(_ configured: Set<String>, _ used: Set<String>) {
        for backend in used.subtracting(configured).sorted() {
            find(
                "backend \(backend)", "is not configured here; what belongs to it is kept for when it is",
                remedy: "add it to backends.json under that name")
        }
    }
}

extension Database {
    fileprivate func note(_ user: OriginalUser, as account: Account) throws {
        try execute(
            sql: "INSERT INTO imported_accounts (original_id, email, user_id) VALUES (?, ?, ?)",
            arguments: [user.id, EmailAddress(user.email)?.text ?? account.email, account.id])
    }

    fileprivate func isShareImported(_ variable: String) throws -> Bool {
        try Bool.fetchOne(
            self, sql: "SELECT EXISTS (SELECT 1 FROM imported_shares WHERE variable = ?)", arguments: [variable])
            ?? false
    }

    fileprivate func noteShare(_ variable: String) throws {
        try execute(sql: "INSERT OR IGNORE INTO imported_shares (variable) VALUES (?)", arguments: [variable])
    }
}
