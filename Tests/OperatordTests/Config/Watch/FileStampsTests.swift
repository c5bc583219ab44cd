import Foundation
import Testing

@testable import operatord

@Suite struct FileStampsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("{}", to: "backends.json")
        try folder.write("x", to: "seeds/home/file")
    }

    private var stamps: FileStamps {
        FileStamps(files: ["\(folder.path)/backends.json"], folders: ["\(folder.path)/seeds"])
    }

    @Test func whatWasNotTouchedHasTheSameStamps() {
        #expect(stamps == stamps)
    }

    @Test func aFileOfTheSameSizeInPlaceOfAnotherIsSeen() throws {
        let before = stamps
        try folder.write("[]", to: "fresh")
        try FileManager.default.removeItem(atPath: "\(folder.path)/backends.json")
        try FileManager.default.moveItem(
            atPath: "\(folder.path)/fresh", toPath: "\(folder.path)/backends.json")
        #expect(stamps != before)
    }

    @Test func aFileThatGoesIsSeen() throws {
        let before = stamps
        try FileManager.default.removeItem(atPath: "\(folder.path)/backends.json")
        #expect(stamps != before)
    }

    @Test func aNewFileOfASeedIsSeen() throws {
        let before = stamps
        try folder.write("y", to: "seeds/home/deep/other")
        #expect(stamps != before)
    }
}
