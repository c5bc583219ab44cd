import GRDB
package import Spec

extension Store: AccountKeeping {
    package func createAccount(_ new: NewAccount) async throws(AccountError) -> Account {
        guard let email = EmailAddress(new.email) else { throw .emailInvalid }
        try Self.checkLength(of: new.password)
        var new = new
        if !new.name.isEmpty { new.name = try DisplayName.checked(new.name) }
        return try await accountErrors { [new] in
            let hash = try await hasher.hash(new.password)
            return try await write { [now] db, effects in
                let invite = try new.inviteCode.map { try Self.redeem(inviteCode: $0, at: now(), in: db) }
                let account = try Self.insert(new, email: email, passwordHash: hash, at: now(), into: db)
                effects.directoryEdit = { $0.put(account) }
                effects.changesDesiredState = true
                effects.audit(
                    .userCreate, target: account.slug,
                    after: "\(account.email), \(account.role)\(invite.map { ", invite:\($0)" } ?? "")")
                return account
            }
        }
    }

    package func authenticate(email: String, password: String) async throws(AccountError) -> Account? {
        try await accountErrors {
            let stored = try await passwordHash(email: email)
            let costs = stored.bcryptCosts
            guard try await hasher.matches(Secret(password), stored: stored.hash, bcryptCosts: costs),
                let id = stored.id, let hash = stored.hash
            else { return nil }
            guard BcryptHash(hash) != nil else { return try await noteLogin(of: id, with: hash) }
            let fresh = try await hasher.hash(Secret(password))
            if let account = try await noteLogin(of: id, with: hash, hashedAnew: fresh) { return account }
            // Another login may have been first to replace the hash.
            guard let now = try await passwordHash(email: email).hash,
                try await hasher.matches(Secret(password), stored: now)
            else { return nil }
            return try await noteLogin(of: id, with: now)
        }
    }

    package func account(_ id: UserID) -> Account? { directory.read { $0.accounts[id] } }

    /// From memory; compared as accounts are known, trimmed and without case.
    package func account(email: String) -> Account? {
        guard let email = EmailAddress(email)?.text else { return nil }
        return directory.read { $0.accounts.values.first { $0.email == email } }
    }

    package func account(slug: String) -> Account? { directory.read { $0.account(slug: slug) } }

    /// Makes the admin of a first boot. Does nothing when there is an admin or the e-mail address is taken.
    package func bootstrapAdmin(_ admin: StackSpec.BootstrapAdmin) async throws(AccountError) {
        let email = EmailAddress(admin.email)?.text
        let isDone = directory.read { contents in
            contents.accounts.values.contains { $0.role == .admin || $0.email == email }
        }
        guard !isDone else { return }
        _ = try await createAccount(
            NewAccount(email: admin.email, password: admin.password, name: admin.name, role: .admin))
    }

    /// Checks and inserts inside one write transaction, so of two that want one e-mail address one gets it.
    private static func insert(
        _ new: NewAccount, email: EmailAddress, passwordHash: String, at now: Timestamp, into db: Database
    ) throws -> Account {
        let emailTaken = "SELECT EXISTS (SELECT 1 FROM users WHERE email = ?)"
        if try Bool.fetchOne(db, sql: emailTaken, arguments: [email.text]) == true { throw AccountError.emailTaken }
        let hasAdmin = "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin')"
        if new.role == .admin, try Bool.fetchOne(db, sql: hasAdmin) == true { throw AccountError.adminExists }

        let slugTaken = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM users WHERE slug = :slug)
                    OR EXISTS (SELECT 1 FROM retired_slugs WHERE slug = :slug)
                """)
        let slug = try Slug.choose(name: new.name, emailLocalPart: email.localPart) {
            try Bool.fetchOne(slugTaken, arguments: ["slug": $0]) == true
        }
        let name = new.name.isEmpty ? String(email.localPart) : new.name
        try db.execute(
            sql: "INSERT INTO users (email, name, slug, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [email.text, name, slug, new.role.rawValue, passwordHash, now.milliseconds])
        return Account(
            id: db.lastInsertedRowID, email: email.text, name: name, slug: slug, role: new.role, createdAt: now)
    }

    /// nil of an unknown address; `bcryptCosts` are those of all accounts.
    private func passwordHash(email: String) async throws -> (id: UserID?, hash: String?, bcryptCosts: Set<Int>) {
        let email = EmailAddress(email)?.text
        return try await pool.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT id, password_hash FROM users WHERE email = ?", arguments: [email])
            let costs = try Int.fetchSet(
                db,
                sql: "SELECT DISTINCT CAST(substr(password_hash, 5, 2) AS INTEGER) FROM users "
                    + "WHERE password_hash GLOB '$2[aby]$*'")
            return (row?["id"], row?["password_hash"], costs)
        }
    }

    /// nil when the account was disabled, deleted or given another password since its hash was read.
    private func noteLogin(of id: UserID, with hash: String, hashedAnew: String? = nil) async throws -> Account? {
        try await write { [now] db, effects in
            try db.execute(
                sql: """
                    UPDATE users SET last_seen_at = ?, password_hash = coalesce(?, password_hash)
                    WHERE id = ? AND password_hash = ? AND NOT disabled
                    """,
                arguments: [now().milliseconds, hashedAnew, id, hash])
            guard db.changesCount > 0, let account = try Account.fetch(db, id: id) else { return nil }
            effects.actor.kind = .account(id, email: account.email)
            effects.audit(.sessionLogin, target: account.slug)
            return account
        }
    }

    /// Throws ``AccountError/passwordLength``.
    static func checkLength(of password: Secret) throws(AccountError) {
        guard (8...1024).contains(password.reveal().unicodeScalars.count) else { throw .passwordLength }
    }

    /// Turns what is no ``AccountError`` into `.store`.
    func accountErrors<Value>(_ body: () async throws -> Value) async throws(AccountError) -> Value {
        do {
            return try await body()
        } catch let error as AccountError {
            throw error
        } catch {
            throw .store("\(error)")
        }
    }
}
