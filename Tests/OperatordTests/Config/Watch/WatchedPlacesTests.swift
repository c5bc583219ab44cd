import Foundation
import Testing

@testable import operatord

@Suite struct WatchedPlacesTests {
    private let folder: TemporaryFolder
    /// Without the links that the system's own temporary folder may have.
    private let root: String

    init() throws {
        folder = try TemporaryFolder()
        root = URL(filePath: folder.path).resolvingSymlinksInPath().path
    }

    @Test func aFileIsWatchedTogetherWithItsNameInItsFolder() throws {
        try folder.write("{}", to: "etc/backends.json")
        let places = WatchedPlaces(files: ["\(root)/etc/backends.json"], folders: [])
        #expect(places.interests["\(root)/etc"] == .entries(["backends.json"]))
        #expect(places.interests["\(root)/etc/backends.json"] == .everything)
        #expect(places.interests[root] == .itself)
    }

    @Test func everyLinkOnTheWayIsWatchedWhereItStands() throws {
        try folder.write("{}", to: "v1/backends.json")
        try folder.link("data", to: "v1")
        try folder.link("backends.json", to: "data/backends.json")
        let places = WatchedPlaces(files: ["\(root)/backends.json"], folders: [])
        #expect(places.interests[root] == .entries(["backends.json", "data"]))
        #expect(places.interests["\(root)/v1"] == .entries(["backends.json"]))
        #expect(places.interests["\(root)/v1/backends.json"] == .everything)
    }

    @Test func aMissingFileIsWatchedForWhereItsFirstMissingNameShouldBe() throws {
        let places = WatchedPlaces(files: ["\(root)/not/there/yet.json"], folders: [])
        #expect(places.interests[root] == .entries(["not"]))
    }

    @Test func aLinkThatLeadsToItselfEnds() throws {
        try folder.link("loop", to: "loop")
        #expect(WatchedPlaces(files: ["\(root)/loop"], folders: []).interests[root] == .entries(["loop"]))
    }

    @Test func aFolderIsWatchedWithAllFoldersBelow() throws {
        try folder.write("x", to: "seeds/home/deep/file")
        let places = WatchedPlaces(files: [], folders: ["\(root)/seeds/home"])
        #expect(places.interests["\(root)/seeds/home"] == .everything)
        #expect(places.interests["\(root)/seeds/home/deep"] == .everything)
        #expect(places.interests["\(root)/seeds"] == .entries(["home"]))
    }
}
