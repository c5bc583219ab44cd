import CLinux
import CoreFoundation
import Foundation
import Glibc
import Spec

/// One commit's files on disk.
struct Checkout: Codable, Equatable {
    /// nil for a folder that a command was pointed at.
    var commit: SourceCommit?
    /// Absolute; the top of the repository.
    var root: String
}

/// The commits that were fetched: `<dataRoot>/source/<commit id>/` with the files in `tree` and what the commit is in
/// `commit.json`, and the link `current` to the one that the ref named last.
///
/// A commit's folder is made under another name and renamed when it is whole and on the disk, so that there is no half
/// one, whenever the process dies.
struct SourceFolder {
    /// Besides the one that `current` names and the one in force.
    static let keptCommits = 3

    private static let unfinished = "unfinished-"

    let path: String

    init(dataRoot: String) { path = "\(dataRoot)/source" }

    /// The checkout that `current` names; nil when there is none, or it is not whole.
    var current: Checkout? {
        guard let id = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/current") else { return nil }
        return checkout(id)
    }

    func checkout(_ id: String) -> Checkout? {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(id)/commit.json"),
            let commit = try? JSONDecoder().decode(SourceCommit.self, from: data), commit.id == id
        else { return nil }
        return Checkout(commit: commit, root: "\(path)/\(id)/tree")
    }

    /// An empty folder for a fetch. Only its owner may look into it or into anything beside it.
    func begin() throws -> String {
        let folder = "\(path)/\(Self.unfinished)\(UUID().uuidString)"
        let onlyOwner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: onlyOwner)
        try FileManager.default.setAttributes(onlyOwner, ofItemAtPath: path)
        return folder
    }

    /// Makes the fetched folder that commit's.
    func finish(_ folder: String, as commit: SourceCommit) throws {
        try FileManager.default.removeItem(atPath: "\(folder)/repository")
        try JSONEncoder().encode(commit).write(to: URL(filePath: "\(folder)/commit.json"))
        try flush(folder)
        let place = "\(path)/\(commit.id)"
        if FileManager.default.fileExists(atPath: place) { try FileManager.default.removeItem(atPath: place) }
        guard rename(folder, place) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Points `current` at a commit that is there, in one step.
    func point(to id: String) throws {
        let temporary = "\(path)/\(Self.unfinished)link"
        unlink(temporary)
        guard symlink(id, temporary) == 0, rename(temporary, "\(path)/current") == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        try flush(path)
    }

    /// Removes what a process that died left behind, and all but the newest commits.
    func tidy(inForce: String?) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasPrefix(Self.unfinished) { remove(name) }
        let needed = Set([current?.commit?.id, inForce].compactMap { $0 })
        let others = names.filter { !needed.contains($0) && $0 != "current" && !$0.hasPrefix(Self.unfinished) }
        for name in others.sorted(by: { age($0) > age($1) }).dropFirst(Self.keptCommits) { remove(name) }
    }

    private func remove(_ name: String) { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    private func age(_ name: String) -> Int {
        var status = stat()
        return stat("\(path)/\(name)/commit.json", &status) == 0 ? status.st_mtim.tv_sec : 0
    }

    /// Returns when everything that was written to this file system is on the disk.
    private func flush(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CocoaError(.fileReadUnknown) }
        defer { close(descriptor) }
        guard syncfs(descriptor) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
