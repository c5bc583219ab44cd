/// The admin's place and a user's end, held by the schema whoever writes.
///
/// The index `one_admin` keeps a second admin out; these keep the one from being replaced (a row that `OR REPLACE`
/// makes way for fires no delete trigger), renamed in role, disabled or deleted. `deletion` says that a user is being
/// deleted and what becomes of the home; from then on the only way is forward.
enum AccountRulesSchema {
    static let sql = """
        ALTER TABLE users ADD COLUMN deletion TEXT CHECK (deletion IN ('keep', 'remove'));

        CREATE TRIGGER users_keep_admin_on_insert BEFORE INSERT ON users
        WHEN EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND (
            NEW.role = 'admin' OR id = NEW.id OR email = NEW.email OR slug = NEW.slug)) BEGIN
            SELECT RAISE(ABORT, 'there is one admin, who is not replaced');
        END;
        CREATE TRIGGER users_admin_is_enabled BEFORE INSERT ON users
        WHEN NEW.role = 'admin' AND (NEW.disabled OR NEW.deletion IS NOT NULL) BEGIN
            SELECT RAISE(ABORT, 'the admin is never disabled');
        END;
        CREATE TRIGGER users_keep_admin_on_update BEFORE UPDATE ON users
        WHEN OLD.role <> 'admin' AND EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND (
            id = NEW.id OR email = NEW.email OR slug = NEW.slug)) BEGIN
            SELECT RAISE(ABORT, 'there is one admin, who is not replaced');
        END;
        CREATE TRIGGER users_keep_role BEFORE UPDATE OF role ON users WHEN NEW.role <> OLD.role BEGIN
            SELECT RAISE(ABORT, 'a role never changes');
        END;
        CREATE TRIGGER users_keep_admin_enabled BEFORE UPDATE ON users
        WHEN OLD.role = 'admin' AND (NEW.disabled OR NEW.deletion IS NOT NULL) BEGIN
            SELECT RAISE(ABORT, 'the admin is never disabled');
        END;
        CREATE TRIGGER users_keep_admin_on_delete BEFORE DELETE ON users WHEN OLD.role = 'admin' BEGIN
            SELECT RAISE(ABORT, 'the admin is never deleted');
        END;

        CREATE TRIGGER users_deletion_is_final BEFORE UPDATE ON users
        WHEN OLD.deletion IS NOT NULL AND (NEW.deletion IS NULL OR NOT NEW.disabled) BEGIN
            SELECT RAISE(ABORT, 'a deletion is not taken back');
        END;
        CREATE TRIGGER users_deletion_disables BEFORE UPDATE ON users
        WHEN NEW.deletion IS NOT NULL AND NOT NEW.disabled BEGIN
            SELECT RAISE(ABORT, 'who is being deleted is disabled');
        END;
        """
}
