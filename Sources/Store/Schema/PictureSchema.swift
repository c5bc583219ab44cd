/// The image files of messages, which go with them. An id of a message is never given twice.
enum PictureSchema {
    static let sql = """
        CREATE TABLE pictures (
            id INTEGER PRIMARY KEY,
            message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 3),
            type TEXT NOT NULL CHECK (type IN ('image/png', 'image/jpeg', 'image/webp', 'image/gif')),
            bytes INTEGER NOT NULL CHECK (bytes BETWEEN 1 AND 4194304),
            content BLOB NOT NULL,
            UNIQUE (message_id, number)
        ) STRICT;
        """
}
