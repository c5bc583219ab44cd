import Foundation
import GRDB
import Spec

@testable import Store

/// A database as the original service's documents describe it.
struct OriginalFixture {
    static let schema = """
        CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, name TEXT,
            slug TEXT UNIQUE NOT NULL, password_hash TEXT NOT NULL, role TEXT NOT NULL DEFAULT 'user', created_at REAL);
        CREATE TABLE runners (user_id INTEGER, backend TEXT, container_id TEXT, api_key TEXT, idle_seconds INTEGER);
        CREATE TABLE conversations (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, backend TEXT NOT NULL, model TEXT,
            title TEXT, created_at REAL, updated_at REAL);
        CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL, role TEXT, content TEXT,
            created_at REAL);
        CREATE TABLE user_env_overrides (user_id INTEGER, backend TEXT NOT NULL DEFAULT '', var TEXT, value TEXT);
        CREATE TABLE shared_env (var TEXT PRIMARY KEY, shared INTEGER);
        """
    static let people = """
        INSERT INTO users (id, email, name, slug, password_hash, role, created_at) VALUES
            (1, 'Root@example.com', 'Root', 'root', '\(hash)', 'admin', 1700000000),
            (2, 'alice@example.com', 'Alice', 'alice', '\(hash)', 'user', 1700000001.5);
        INSERT INTO runners VALUES (2, 'demo', 'c1', 'k1', 900), (1, 'demo', 'c2', 'k2', 5);
        INSERT INTO conversations VALUES (7, 2, 'demo', 'demo/main', 'Hello', 1700000010, 1700000020),
            (8, 2, 'demo', NULL, NULL, 1700000030, 1700000030), (9, 99, 'demo', NULL, 'lost', 0, 0);
        INSERT INTO messages VALUES (1, 7, 'user', 'hi', 1700000011), (2, 7, 'assistant', 'hey', 1700000011),
            (3, 8, 'user', 'second', 1700000030), (4, 8, 'tool', 'x', 1700000030);
        INSERT INTO user_env_overrides VALUES (1, '', 'LLM_API_KEY', 'sk-root'), (2, 'demo', 'LLM_MODEL', ' small '),
            (2, '', 'EMPTY', '');
        INSERT INTO shared_env VALUES ('LLM_API_KEY', 1), ('LLM_MODEL', 0);
        """
    /// Of `U*U`.
    static let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

    let path: String

    init(in folder: URL, schema: String = schema, people: String = people) throws {
        path = folder.appending(path: "original ?#1.db").path
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { try $0.execute(sql: schema + people) }
        try queue.close()
    }

    func edit(_ sql: String) throws { try DatabaseQueue(path: path).inDatabase { try $0.execute(sql: sql) } }

    func open() throws -> OriginalDatabase { try OriginalDatabase(path: path) }
}

extension ImportOptions {
    static func test(apply: Bool = true, joins: Set<String> = []) -> ImportOptions {
        ImportOptions(apply: apply, joins: joins, idleSeconds: 60...21_600, backends: ["demo"])
    }
}
