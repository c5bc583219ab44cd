import GRDB
package import Spec

extension Store: AccountEditing {
    package func changePassword(
        of id: UserID, from current: String, to new: Secret
    ) async throws(AccountError) -> Account? {
        try Self.checkLength(of: new)
        return try await accountErrors {
            let stored = try await pool.read { db in
                try String.fetchOne(db, sql: "SELECT password_hash FROM users WHERE id = ?", arguments: [id])
            }
            guard try await hasher.matches(Secret(current), stored: stored), let stored else { return nil }
            let hash = try await hasher.hash(new)
            return try await write { db, effects in
                // Whoever came first has made `current` wrong for the others.
                try db.execute(
                    sql: """
                        UPDATE users SET password_hash = ?, session_epoch = session_epoch + 1
                        WHERE id = ? AND password_hash = ? AND NOT disabled
                        """, arguments: [hash, id, stored])
                guard db.changesCount > 0, let account = try Account.fetch(db, id: id) else { return nil }
                effects.directoryEdit = { $0.put(account) }
                effects.audit(.userPassword, target: account.slug)
                return account
            }
        }
    }

    package func endSessions(of id: UserID) async throws(AccountError) -> Account? {
        try await accountErrors {
            try await write { db, effects in
                try db.execute(sql: "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = ?", arguments: [id])
                guard let account = try Account.fetch(db, id: id) else { return nil }
                effects.directoryEdit = { $0.put(account) }
                effects.audit(.sessionLogoutEverywhere, target: account.slug)
                return account
            }
        }
    }

    package func editAccount(_ id: UserID, _ edit: AccountEdit) async throws(AccountError) -> Account? {
        if let password = edit.password { try Self.checkLength(of: password) }
        var name: String?
        if let wanted = edit.name { name = try DisplayName.checked(wanted) }
        return try await accountErrors { [name] in
            var hash: String?
            if let password = edit.password { hash = try await hasher.hash(password) }
            return try await write { [hash] db, effects in
                guard let before = try Account.fetch(db, id: id) else { return nil }
                if edit.disabled == true, before.role == .admin { throw AccountError.adminProtected }
                if edit.disabled == false, try db.deletion(of: id) != nil { throw AccountError.beingDeleted }
                let ends = hash != nil || (edit.disabled == true && !before.disabled)
                try db.execute(
                    sql: """
                        UPDATE users SET name = coalesce(:name, name), disabled = coalesce(:disabled, disabled),
                            password_hash = coalesce(:hash, password_hash), session_epoch = session_epoch + :ends
                        WHERE id = :id
                        """,
                    arguments: ["name": name, "disabled": edit.disabled, "hash": hash, "ends": ends, "id": id])
                guard let after = try Account.fetch(db, id: id) else { return nil }
                effects.directoryEdit = { $0.put(after) }
                effects.changesDesiredState = before != after
                effects.audit(changeOf: before, to: after, withNewPassword: hash != nil)
                return after
            }
        }
    }
}

extension Effects {
    fileprivate mutating func audit(changeOf before: Account, to after: Account, withNewPassword: Bool) {
        if before.name != after.name {
            audit(.userUpdate, target: after.slug, before: before.name, after: after.name)
        }
        if withNewPassword { audit(.userPassword, target: after.slug) }
        if before.disabled != after.disabled {
            let words = (before.disabled ? "disabled" : "enabled", after.disabled ? "disabled" : "enabled")
            audit(after.disabled ? .userDisable : .userEnable, target: after.slug, before: words.0, after: words.1)
        }
    }
}
