import Foundation
import Spec
import Testing

@testable import API

/// What a runner gets of a message's pictures, and what is kept of them.
@Suite struct RunPictureTests {
    private let png = Picture([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 7])!

    @Test func aRunnerGetsThemAsPartsAndAnEditKeepsThem() async throws {
        let png = png
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("seen")
            try await reply.done()
        } _: { world in
            let conversation = try await world.conversation()
            let begun = try await world.runs.begin(
                NewRun(conversation: conversation.id, input: .say("What is it?", parent: nil), pictures: [png]),
                in: conversation, of: world.caller)
            _ = try await world.ended(begun)
            let question = try #require(begun.question)
            #expect(question.pictures == [Picture.Facts(format: .png, byteCount: 9)])
            let parts = try parts(try #require(world.upstream.requests.last?.body))
            #expect(parts.map { $0["type"] as? String } == ["text", "image_url"])
            #expect(parts[0]["text"] as? String == "What is it?")
            let url = (parts[1]["image_url"] as? [String: String])?["url"]
            #expect(url == "data:image/png;base64,iVBORw0KGgoH")

            let edited = try await world.begin(.edit(question.id, "And now?"), in: conversation)
            _ = try await world.ended(edited)
            #expect(edited.question?.pictures == question.pictures)
            #expect(try self.parts(try #require(world.upstream.requests.last?.body)).count == 2)
            let copy = try await world.store.picture(
                0, of: try #require(edited.question?.id), owner: world.account.id)
            #expect(copy == png)
            await #expect(throws: ChatError.notFound) {
                try await world.store.picture(0, of: question.id, owner: world.account.id + 1)
            }
        }
    }

    @Test func onlyRealPicturesWithinTheLimitsAreRead() throws {
        #expect(try PictureAddress.read([PictureAddress.of(png)], at: "images") == [png])
        for wrong in ["", "data:image/png;base64,AAAA", "data:image/jpeg;base64,iVBORw0KGgoH", "https://a/b.png"] {
            #expect(throws: APIFailure.self) { try PictureAddress.read([wrong], at: "images") }
        }
        let large = Picture(png.content + [UInt8](repeating: 0, count: Picture.mostBytes))!
        #expect { try PictureAddress.read([PictureAddress.of(large)], at: "images") } throws: {
            ($0 as? APIFailure)?.status == 413
        }
        #expect { try PictureAddress.read(Array(repeating: PictureAddress.of(png), count: 5), at: "images") } throws: {
            ($0 as? APIFailure)?.code == "too_many_images"
        }
    }

    private func parts(_ body: String) throws -> [[String: Any]] {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        let messages = try #require(object["messages"] as? [[String: Any]])
        return try #require(messages.last?["content"] as? [[String: Any]])
    }
}
