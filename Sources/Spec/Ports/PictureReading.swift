/// The pictures of a user's messages.
package protocol PictureReading: Sendable {
    /// `number` counts from 0. Throws ``ChatError/notFound`` when there is no such picture of this user.
    func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture

    /// A word for this picture and no other, also where a restored database gave the message's id once more. Does not
    /// read the picture; throws as ``picture(_:of:owner:)``.
    func pictureTag(_ number: Int, of message: MessageID, owner: UserID) async throws -> String
}
