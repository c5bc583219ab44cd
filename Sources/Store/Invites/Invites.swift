import GRDB
package import Spec

extension Store: InviteKeeping {
    package func invites(before id: Int64?, limit: Int) async throws -> [Invite] {
        try await pool.read { [sealer] db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM invites WHERE :before IS NULL OR id < :before ORDER BY id DESC LIMIT :limit",
                arguments: ["before": id, "limit": limit]
            ).map { try Invite(row: $0, sealer: sealer) }
        }
    }

    package func createInvite(name: String, uses: Int?, expiresAt: Timestamp?) async throws(AccountError) -> Invite {
        let name = try DisplayName.checked(name)
        return try await accountErrors {
            try await write { [sealer, now] db, effects in
                let isTaken = "SELECT EXISTS (SELECT 1 FROM invites WHERE name = ?)"
                if try Bool.fetchOne(db, sql: isTaken, arguments: [name]) == true { throw AccountError.inviteNameTaken }
                let (code, created) = (InviteCode(), now())
                let sealed = try sealer.seal(Secret(code.text), at: .inviteCode(digest: code.digest))
                try db.execute(
                    sql: """
                        INSERT INTO invites (name, code_digest, sealed_code, uses_left, created_at, expires_at)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [name, code.digest, sealed, uses, created.milliseconds, expiresAt?.milliseconds])
                effects.audit(.inviteCreate, target: "invite:\(name)", after: uses.map { "\($0) uses" } ?? "unlimited")
                return Invite(
                    id: db.lastInsertedRowID, name: name, code: Secret(code.text), usesLeft: uses, createdAt: created,
                    expiresAt: expiresAt)
            }
        }
    }

    package func revokeInvite(_ id: Int64) async throws(AccountError) -> Bool {
        try await accountErrors {
            try await write { db, effects in
                let revoked = try String.fetchOne(
                    db, sql: "DELETE FROM invites WHERE id = ? RETURNING name", arguments: [id])
                guard let revoked else { return false }
                effects.audit(.inviteRevoke, target: "invite:\(revoked)")
                return true
            }
        }
    }

    /// Takes one use of the code and gives the invite's name; throws ``AccountError/inviteInvalid``. The use comes
    /// back when the transaction fails.
    static func redeem(inviteCode text: String, at now: Timestamp, in db: Database) throws -> String {
        let name = try InviteCode(typed: text).flatMap { code in
            try String.fetchOne(
                db,
                sql: """
                    UPDATE invites SET uses_left = uses_left - 1, used = used + 1
                    WHERE code_digest = ? AND (uses_left IS NULL OR uses_left > 0)
                    AND (expires_at IS NULL OR expires_at > ?) RETURNING name
                    """, arguments: [code.digest, now.milliseconds])
        }
        guard let name else { throw AccountError.inviteInvalid }
        return name
    }
}

extension Invite {
    fileprivate init(row: Row, sealer: Sealer) throws {
        let expiry: Int64? = row["expires_at"]
        self.init(
            id: row["id"], name: row["name"],
            code: try sealer.open(row["sealed_code"], at: .inviteCode(digest: row["code_digest"])),
            usesLeft: row["uses_left"], used: row["used"], createdAt: Timestamp(milliseconds: row["created_at"]),
            expiresAt: expiry.map { Timestamp(milliseconds: $0) })
    }
}

extension SealedPlace {
    static func inviteCode(digest: String) -> SealedPlace {
        SealedPlace(table: "invites", column: "sealed_code", row: [digest])
    }
}
