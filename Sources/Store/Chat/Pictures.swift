import Foundation
import GRDB
package import Spec

extension Store: PictureReading {
    package func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture {
        let content = try await pool.read { db in
            try Data.fetchOne(
                db,
                sql: """
                    SELECT p.content FROM pictures p JOIN messages m ON m.id = p.message_id
                    JOIN conversations c ON c.id = m.conversation_id
                    WHERE p.message_id = ? AND p.number = ? AND c.user_id = ?
                    """, arguments: [message, number, owner])
        }
        guard let content, let picture = Picture(Array(content)) else { throw ChatError.notFound }
        return picture
    }
}

extension Database {
    func insert(_ pictures: [Picture], of message: MessageID, owner: UserID) throws {
        guard !pictures.isEmpty else { return }
        for (number, picture) in pictures.enumerated() {
            try execute(
                sql: "INSERT INTO pictures (message_id, number, type, bytes, content) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    message, number, picture.format.rawValue, picture.content.count, Data(picture.content),
                ])
        }
        try requireRoom(for: owner)
    }

    /// Gives a message the pictures of another one, such as the one that it is an edit of.
    func copyPictures(of old: MessageID, to message: MessageID, owner: UserID) throws {
        try execute(
            sql: """
                INSERT INTO pictures (message_id, number, type, bytes, content)
                SELECT ?, number, type, bytes, content FROM pictures WHERE message_id = ?
                """, arguments: [message, old])
        if changesCount > 0 { try requireRoom(for: owner) }
    }

    /// Throws ``ChatError/picturesFull`` when there are too many by now; the transaction ends with it.
    private func requireRoom(for owner: UserID) throws {
        let bytes = try Int.fetchOne(
            self,
            sql: """
                SELECT sum(p.bytes) FROM conversations c JOIN messages m ON m.conversation_id = c.id
                JOIN pictures p ON p.message_id = m.id WHERE c.user_id = ?
                """, arguments: [owner])
        if (bytes ?? 0) > Picture.mostBytesPerUser { throw ChatError.picturesFull }
    }
}
