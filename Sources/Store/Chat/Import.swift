package import Spec

extension Store {
    /// One transaction, so that an import is there as a whole or not at all. Other writers wait for it: about 0.1 s
    /// for each MiB of text.
    package func importConversations(_ archives: [ConversationArchive], owner: UserID) async throws -> [Conversation] {
        try await write { [mostPictureBytes] db, _ in
            let imported = try archives.map { try db.insert($0, owner: owner) }
            if archives.contains(where: { !$0.pictures.isEmpty }) {
                try db.requirePictureRoom(for: owner, most: mostPictureBytes())
            }
            return imported
        }
    }
}
