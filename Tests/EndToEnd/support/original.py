"""A database as the original service leaves it, made by hand."""

import ctypes
import ctypes.util
import sqlite3

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, name TEXT, slug TEXT UNIQUE NOT NULL,
    password_hash TEXT NOT NULL, role TEXT NOT NULL DEFAULT 'user', created_at REAL);
CREATE TABLE runners (user_id INTEGER, backend TEXT, container_id TEXT, api_key TEXT, idle_seconds INTEGER);
CREATE TABLE conversations (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, backend TEXT NOT NULL,
    model TEXT, title TEXT, created_at REAL, updated_at REAL);
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER NOT NULL, role TEXT, content TEXT,
    created_at REAL);
CREATE TABLE user_env_overrides (user_id INTEGER, backend TEXT NOT NULL DEFAULT '', var TEXT, value TEXT);
CREATE TABLE shared_env (var TEXT PRIMARY KEY, shared INTEGER);
"""


def bcrypt(password, cost=10):
    """As the original stored it."""
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    return library.crypt(password.encode()[:72], f"$2b${cost}$CCCCCCCCCCCCCCCCCCCCC.".encode()).decode()


def write(path, people, share=()):
    """`people`: [{email, slug, password, role?, idle?, values: {(backend, variable): value}, chats: [[text, …]]}].

    The write-ahead log stays beside the file until the connection that is returned is closed."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(SCHEMA)
    for person in people:
        user = database.execute(
            "INSERT INTO users (email, name, slug, password_hash, role, created_at) VALUES (?, ?, ?, ?, ?, 1700000000)",
            (person["email"], person["slug"], person["slug"], bcrypt(person["password"]), person.get("role", "user")),
        ).lastrowid
        if "idle" in person:
            database.execute("INSERT INTO runners VALUES (?, 'demo', 'c', 'k', ?)", (user, person["idle"]))
        for (backend, variable), value in person.get("values", {}).items():
            database.execute("INSERT INTO user_env_overrides VALUES (?, ?, ?, ?)", (user, backend, variable, value))
        for texts in person.get("chats", []):
            chat = database.execute(
                "INSERT INTO conversations (user_id, backend, title, created_at, updated_at) VALUES (?, 'demo', ?, 1, 1)",
                (user, texts[0])).lastrowid
            for number, text in enumerate(texts):
                role = "assistant" if number % 2 else "user"
                database.execute(
                    "INSERT INTO messages (conversation_id, role, content, created_at) VALUES (?, ?, ?, 1)",
                    (chat, role, text))
    for variable in share:
        database.execute("INSERT INTO shared_env VALUES (?, 1)", (variable,))
    database.commit()
    return database
