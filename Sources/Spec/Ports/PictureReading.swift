/// The pictures of a user's messages.
package protocol PictureReading: Sendable {
    /// `number` counts from 0. Throws ``ChatError/notFound`` when there is no such picture of this user.
    func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture
}
