import Foundation
import GRDB
package import Spec

extension Store: PictureReading {
    package func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture {
        let content = try await pool.read { db in
            try Data.fetchOne(db, sql: "SELECT p.content \(Self.owned)", arguments: [message, number, owner])
        }
        guard let content, let picture = Picture(Array(content)) else { throw ChatError.notFound }
        return picture
    }

    package func pictureTag(_ number: Int, of message: MessageID, owner: UserID) async throws -> String {
        let written = try await pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT m.created_at \(Self.owned)", arguments: [message, number, owner])
        }
        guard let written else { throw ChatError.notFound }
        return "\(message)-\(number)-\(written)"
    }

    private static let owned = """
        FROM pictures p JOIN messages m ON m.id = p.message_id JOIN conversations c ON c.id = m.conversation_id
        WHERE p.message_id = ? AND p.number = ? AND c.user_id = ?
        """
}

/// Whoever writes pictures asks in the same transaction whether there is room (``requirePictureRoom(for:most:)``), once
/// for all of them.
extension Database {
    func insert(_ pictures: [Picture], of message: MessageID) throws {
        for (number, picture) in pictures.enumerated() {
            try execute(
                sql: "INSERT INTO pictures (message_id, number, type, bytes, content) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    message, number, picture.format.rawValue, picture.content.count, Data(picture.content),
                ])
        }
    }

    /// Gives a message the pictures of another one, such as the one that it is an edit of.
    func copyPictures(of old: MessageID, to message: MessageID) throws {
        try execute(
            sql: """
                INSERT INTO pictures (message_id, number, type, bytes, content)
                SELECT ?, number, type, bytes, content FROM pictures WHERE message_id = ?
                """, arguments: [message, old])
    }

    /// Throws ``ChatError/picturesFull(limit:)`` when the user's pictures have more than `limit` bytes by now; the
    /// transaction ends with it. 0 is no limit.
    func requirePictureRoom(for owner: UserID, most limit: Int) throws {
        guard limit > 0 else { return }
        let bytes = try Int.fetchOne(
            self,
            sql: """
                SELECT sum(p.bytes) FROM conversations c JOIN messages m ON m.conversation_id = c.id
                JOIN pictures p ON p.message_id = m.id WHERE c.user_id = ?
                """, arguments: [owner])
        if (bytes ?? 0) > limit { throw ChatError.picturesFull(limit: limit) }
    }
}
