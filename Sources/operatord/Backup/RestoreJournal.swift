import Foundation
import Spec

/// What a restore has decided to put in place: `<dataRoot>/restore.json`, there from the moment at which everything is
/// unpacked, checked and on the disk until everything has its name.
///
/// With it a restore that was cut off is only ever completed, by whoever holds the data root's lock.
struct RestoreJournal: Codable, Equatable {
    /// A file or folder that gets its name, and where what had the name before goes.
    struct Move: Codable, Equatable {
        let staged: String
        let target: String
        let aside: String
        /// Endings of files that belong to the target and go with it.
        let companions: [String]
    }

    /// SHA-256 of the manifest, to know the backup again.
    let backup: String
    let installation: String
    let moves: [Move]

    static func path(_ dataRoot: String) -> String { "\(dataRoot)/restore.json" }

    /// nil when no restore was cut off.
    static func find(_ dataRoot: String) throws -> RestoreJournal? {
        let path = path(dataRoot)
        guard Durably.exists(path) else { return nil }
        do { return try JSONDecoder().decode(RestoreJournal.self, from: Data(contentsOf: URL(filePath: path))) } catch {
            throw BackupError.message("\(path) cannot be read: \(error)")
        }
    }

    func save(_ dataRoot: String) throws {
        try Durably.write(JSONEncoder.forPeople.encode(self), to: Self.path(dataRoot))
    }

    /// Puts in place what is not yet. May be cut off anywhere and called again. Needs the data root's lock.
    ///
    /// - Parameter onStep: Called before every change of a name, for tests that cut it off.
    func complete(_ dataRoot: String, onStep: () throws -> Void = {}) throws {
        for move in moves where Durably.exists(move.staged) {
            // The target last: while it is there its companions are its own.
            for ending in move.companions + [""] where Durably.holdsSomething(move.target + ending) {
                try onStep()
                try Durably.move(move.target + ending, to: move.aside + ending)
            }
            try onStep()
            try Durably.move(move.staged, to: move.target)
        }
        try onStep()
        try Durably.remove(Self.path(dataRoot))
    }

    /// What was there before and where it is now.
    var movedAside: [String] {
        moves.flatMap { move in ([""] + move.companions).map { move.aside + $0 } }.filter(Durably.exists)
    }
}

extension DataRoot {
    /// Completes a restore that was cut off; nil when there is none. To be called with the data root's lock.
    func completeRestore() throws -> RestoreJournal? {
        guard let journal = try RestoreJournal.find(paths.dataRoot) else { return nil }
        try journal.complete(paths.dataRoot)
        return journal
    }
}
