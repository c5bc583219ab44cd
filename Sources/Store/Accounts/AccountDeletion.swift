import GRDB
package import Spec

/// The rows' part of a deletion: first the mark, which holds over a restart, at the end the rows.
extension Store {
    /// Disables the account for good and notes what becomes of its home; again for one that is marked changes nothing.
    /// nil when there is no such account. Throws ``AccountError/adminProtected``.
    package func beginDeletion(of id: UserID, home: HomeFate) async throws(AccountError) -> Account? {
        try await accountErrors {
            try await write { db, effects in
                guard let account = try Account.fetch(db, id: id) else { return nil }
                guard account.role != .admin else { throw AccountError.adminProtected }
                try db.execute(
                    sql: """
                        UPDATE users SET deletion = ?, disabled = 1, session_epoch = session_epoch + 1
                        WHERE id = ? AND deletion IS NULL
                        """, arguments: [home.rawValue, id])
                guard db.changesCount > 0, let marked = try Account.fetch(db, id: id) else { return account }
                effects.directoryEdit = { $0.put(marked) }
                effects.changesDesiredState = true
                effects.audit(.userDelete, target: account.slug, before: account.email, after: "home: \(home.rawValue)")
                return marked
            }
        }
    }

    /// Accounts whose deletion has begun, with what becomes of their homes.
    package func deletions() async throws -> [(account: Account, home: HomeFate)] {
        try await pool.read { db in
            try Account.fetchAll(db).filter(\.disabled).compactMap { account in
                try db.deletion(of: account.id).map { (account, $0) }
            }
        }
    }

    /// Backends for which the user ever wished a runner.
    package func wishedBackends(ofUser slug: String) async throws -> [String] {
        try await pool.read { db in
            try String.fetchAll(
                db, sql: "SELECT backend FROM wishes JOIN users ON id = user_id WHERE slug = ? ORDER BY backend",
                arguments: [slug])
        }
    }

    /// The last step: removes the rows of an account whose deletion has begun, which nothing brings back, and says
    /// what went. The slug is never given again. nil when there is none such.
    package func finishDeletion(of id: UserID) async throws -> OwnedRows? {
        let finished = try await write { db, effects -> (owned: OwnedRows, text: Int64)? in
            guard try db.deletion(of: id) != nil else { return nil }
            let owned = try OwnedRows.count(db, of: id)
            let text = try db.unindexConversations(of: id)
            try db.execute(sql: "DELETE FROM users WHERE id = ?", arguments: [id])
            effects.directoryEdit = { $0.remove(id) }
            effects.changesDesiredState = true
            return (owned, text)
        }
        guard let finished else { return nil }
        await forget(finished.text)
        return finished.owned
    }
}

extension Database {
    /// nil when no deletion has begun or there is no such account.
    func deletion(of id: UserID) throws -> HomeFate? {
        try String.fetchOne(self, sql: "SELECT deletion FROM users WHERE id = ?", arguments: [id])
            .flatMap(HomeFate.init)
    }
}
