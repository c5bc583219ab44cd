import Spec

/// The pictures that go to a runner with a run's messages: those of the newest messages, at most 16 MiB together, so
/// that a long conversation does not become a request of gigabytes. Of others the text says `[image]`.
struct RunPictures {
    static let mostBytes = Picture.mostPerMessage * Picture.mostBytes

    private(set) var byMessage: [MessageID: [Picture]] = [:]

    init() {}

    init(of messages: [Message], owner: UserID, from reading: any PictureReading) async throws {
        var left = Self.mostBytes
        for message in messages.reversed() where !message.pictures.isEmpty {
            left -= message.pictures.reduce(0) { $0 + $1.byteCount }
            if left < 0 { return }
            for number in message.pictures.indices {
                let picture = try await reading.picture(number, of: message.id, owner: owner)
                byMessage[message.id, default: []].append(picture)
            }
        }
    }
}
