/// Conversations, their messages, the runs that write answers, and the search index.
///
/// `content` and `reasoning` are UTF-8 blobs, because SQLite's text ends at a NUL. Rules that live here: a number is
/// given once within (user, backend), a message's parent and a conversation's head belong to the same conversation,
/// and a conversation has at most one run that is not over.
enum ChatSchema {
    static let sql = """
        -- The last number given, kept when the conversation is deleted.
        CREATE TABLE chat_numbers (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL CHECK (backend <> ''),
            last INTEGER NOT NULL CHECK (last > 0),
            PRIMARY KEY (user_id, backend)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL CHECK (backend <> ''),
            number INTEGER NOT NULL CHECK (number > 0),
            model TEXT NOT NULL,
            title TEXT NOT NULL,
            is_pinned INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
            head INTEGER,
            message_count INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            UNIQUE (user_id, backend, number),
            FOREIGN KEY (id, head) REFERENCES messages (conversation_id, id)
        ) STRICT;
        CREATE INDEX conversations_by_activity ON conversations (user_id, updated_at, id);

        CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent_id INTEGER CHECK (parent_id < id),
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system', 'error')),
            status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'stopped', 'failed', 'interrupted')),
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            model TEXT,
            tools TEXT,
            failure TEXT,
            usage TEXT,
            content BLOB NOT NULL,
            reasoning BLOB NOT NULL,
            UNIQUE (conversation_id, id),
            FOREIGN KEY (conversation_id, parent_id) REFERENCES messages (conversation_id, id)
        ) STRICT;
        CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id);
        CREATE TRIGGER messages_count_up AFTER INSERT ON messages BEGIN
            UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id;
        END;
        CREATE TRIGGER messages_count_down AFTER DELETE ON messages BEGIN
            UPDATE conversations SET message_count = message_count - 1 WHERE id = OLD.conversation_id;
        END;

        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            message_id INTEGER NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
            status TEXT NOT NULL
                CHECK (status IN ('waiting', 'running', 'complete', 'stopped', 'failed', 'interrupted')),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            CHECK ((status IN ('waiting', 'running')) = (ended_at IS NULL))
        ) STRICT;
        CREATE INDEX runs_by_conversation ON runs (conversation_id);
        CREATE UNIQUE INDEX one_unfinished_run ON runs (conversation_id) WHERE ended_at IS NULL;

        -- Holds words only, not the texts: what was put in must be given again to take it out.
        CREATE VIRTUAL TABLE search USING fts5 (
            owner, words, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
        );

        -- One row for each deletion whose text may still be in free space or in the search index.
        CREATE TABLE forgotten (
            id INTEGER PRIMARY KEY AUTOINCREMENT
        ) STRICT;
        """
}
