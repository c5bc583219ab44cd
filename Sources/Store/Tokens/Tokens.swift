import Foundation
import GRDB
package import Spec

extension Store: TokenKeeping {
    /// More than anybody needs; bounds what one account can make this process remember.
    private static let mostTokens = 100

    package func createToken(_ new: NewToken, owner: UserID) async throws(TokenError) -> IssuedToken {
        let text = TokenText.make()
        let digest = TokenDigest(of: text[...])
        return try await tokenErrors {
            try await write { [now] db, effects in
                guard let account = try Account.fetch(db, id: owner) else { throw TokenError.ownerGone }
                let count = try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM tokens WHERE user_id = ?", arguments: [owner])
                guard count ?? 0 < Self.mostTokens else { throw TokenError.tooMany(limit: Self.mostTokens) }
                let token = try APIToken.insert(
                    new, owner: owner, prefix: TokenText.prefix(of: text), digest: digest, at: now(), into: db)
                effects.directoryEdit = { $0.tokens.put(token, digest: digest) }
                effects.audit(.tokenCreate, target: "\(account.slug)/token:\(token.id)", after: token.auditText)
                return IssuedToken(token: token, text: Secret(text))
            }
        }
    }

    package func tokens(of owner: UserID) -> [APIToken] { directory.read { $0.tokens.tokens(of: owner) } }

    package func revokeToken(_ id: TokenID, owner: UserID) async throws(TokenError) -> Bool {
        try await tokenErrors {
            try await write { db, effects in
                let row = try Row.fetchOne(
                    db, sql: "DELETE FROM tokens WHERE id = ? AND user_id = ? RETURNING *", arguments: [id, owner])
                guard let token = try row.map(APIToken.init(row:)), let account = try Account.fetch(db, id: owner)
                else {
                    return false
                }
                effects.directoryEdit = { $0.tokens.remove(id, owner: owner) }
                effects.audit(.tokenRevoke, target: "\(account.slug)/token:\(id)", before: token.auditText)
                return true
            }
        }
    }

    package func useToken(_ text: Substring) -> APIToken? {
        guard text.hasPrefix(TokenText.scheme) else { return nil }
        let digest = TokenDigest(of: text)
        guard let entry = directory.read({ $0.tokens[digest] }) else { return nil }
        let now = now()
        if let end = entry.token.expiresAt, end <= now { return nil }
        entry.use(at: now)
        return entry.token
    }

    /// Writes down when tokens were used, all in one transaction; nothing when none was. Called every few seconds, so that
    /// a request does not wait for it: what a killed process loses is the last few seconds' uses.
    package func saveTokenUse() async throws {
        let used = directory.read { $0.tokens.all }.compactMap { entry in entry.unsavedUse.map { (entry, $0) } }
        guard !used.isEmpty else { return }
        try await write { db, _ in
            let update = try db.cachedStatement(sql: "UPDATE tokens SET last_used_at = ? WHERE id = ?")
            for (entry, time) in used { try update.execute(arguments: [time, entry.token.id]) }
        }
        for (entry, time) in used { entry.markSaved(time) }
    }

    /// Turns what is no ``TokenError`` into `.store`.
    private func tokenErrors<Value>(_ body: () async throws -> Value) async throws(TokenError) -> Value {
        do {
            return try await body()
        } catch let error as TokenError {
            throw error
        } catch {
            throw .store("\(error)")
        }
    }
}

extension APIToken {
    init(row: Row) throws {
        let backends: String? = row["backends"]
        self.init(
            id: row["id"], owner: row["user_id"], name: row["name"], prefix: row["prefix"],
            backends: try backends.map { try JSONDecoder().decode([String].self, from: Data($0.utf8)) },
            createdAt: Timestamp(milliseconds: row["created_at"]), lastUsedAt: Self.time(row["last_used_at"]),
            expiresAt: Self.time(row["expires_at"]))
    }

    fileprivate static func insert(
        _ new: NewToken, owner: UserID, prefix: String, digest: TokenDigest, at now: Timestamp, into db: Database
    ) throws -> APIToken {
        let backends = try new.backends.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try db.execute(
            sql: """
                INSERT INTO tokens (user_id, name, prefix, digest, backends, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                owner, new.name, prefix, digest.data, backends, now.milliseconds, new.expiresAt?.milliseconds,
            ])
        return APIToken(
            id: db.lastInsertedRowID, owner: owner, name: new.name, prefix: prefix, backends: new.backends,
            createdAt: now, expiresAt: new.expiresAt)
    }

    /// What the audit log says of it.
    fileprivate var auditText: String {
        "\(name) (\(prefix)…) for \(backends.map { $0.joined(separator: ", ") } ?? "all backends")"
    }

    private static func time(_ milliseconds: Int64?) -> Timestamp? {
        milliseconds.map { Timestamp(milliseconds: $0) }
    }
}
