import Dispatch
import Foundation
import Spec

/// Writes runners' homes below the users root.
///
/// The agent owns what is in its home and may have planted anything there, so every step is taken from an open folder
/// to a name in it, never along a path, and no symbolic link is followed. A preparation that was cut off leaves whole
/// files and at most a temporary one, which the next preparation replaces.
struct HomeWriter: HomePreparing {
    let usersRoot: String
    /// File calls block, so they run here. One home's work always goes to the same queue and is done in turn.
    private let queues: [DispatchQueue]

    /// - Parameter usersRoot: `StackSpec.Paths.usersDirectory`; made when missing. Homes elsewhere are refused.
    init(usersRoot: String) {
        self.usersRoot = usersRoot
        queues = (0..<8).map { DispatchQueue(label: "operatord.homes.\($0)") }
    }

    func prepare(_ home: HomeSpec) async throws(HomeError) {
        try await inTurn(home.path) { () throws(HomeError) in try write(home) }
    }

    /// Runs file calls on the queue of `key`.
    func inTurn<Value: Sendable>(
        _ key: String, _ work: @escaping @Sendable () throws(HomeError) -> Value
    ) async throws(HomeError) -> Value {
        let queue = queues[Int(key.hashValue.magnitude % UInt(queues.count))]
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(HomeError) in try work() }) }
        }
        return try result.get()
    }

    private func write(_ home: HomeSpec) throws(HomeError) {
        let files: [RenderedFile]
        do { files = try SeedRenderer.render(home) } catch { throw HomeError(path: home.path, message: "\(error)") }
        let owner = Owner(uid: home.ownerUID, gid: home.ownerGID)
        let folder = try openHome(home.path, owner: owner)
        for file in files {
            try Self.put(file, at: Self.names(in: file.path, below: home.path), in: folder, owner: owner)
        }
    }

    /// The folders between the users root and the home stay operatord's and let others pass through but not look.
    private func openHome(_ path: String, owner: Owner) throws(HomeError) -> Folder {
        guard path.hasPrefix(usersRoot + "/") else { throw HomeError(path: path, message: "is not below \(usersRoot)") }
        let names = try Self.names(in: String(path.dropFirst(usersRoot.count + 1)), below: usersRoot)
        var folder = try Folder(root: usersRoot)
        for name in names.dropLast() { folder = try folder.folder(name, mode: 0o711, owner: .unchanged) }
        return try folder.folder(names[names.count - 1], mode: 0o755, owner: owner)
    }

    /// Puts a file where the last name says, making the folders that lead there.
    ///
    /// Where the agent has put something else than a folder on the way, a file that is copied once stays away.
    private static func put(
        _ file: RenderedFile, at names: ArraySlice<String>, in folder: borrowing Folder, owner: Owner
    ) throws(HomeError) {
        guard let name = names.first else { return }
        if names.count > 1 {
            if !file.isTemplated, try folder.entry(name) == .other { return }
            let next = try folder.folder(name, mode: 0o755, owner: owner)
            try put(file, at: names.dropFirst(), in: next, owner: owner)
        } else if file.isTemplated {
            guard try !folder.holds(file, as: name, owner: owner) else { return }
            try folder.write(file, as: name, owner: owner, isDurable: false)
        } else if try folder.entry(name) == .missing {
            try folder.write(file, as: name, owner: owner, isDurable: true)
        }
    }

    /// The names of a relative path, at least one; refuses those that lead elsewhere.
    private static func names(in path: String, below root: String) throws(HomeError) -> ArraySlice<String> {
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else {
            throw HomeError(path: "\(root)/\(path)", message: "is not a plain path below \(root)")
        }
        return names[...]
    }
}
