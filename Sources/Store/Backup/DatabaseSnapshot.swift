import Foundation
import GRDB
import Glibc

/// Copies a database that others may be writing to, through SQLite's backup API.
package enum DatabaseSnapshot {
    /// Writes the database at `path`, as it is at one moment, to the new file `copy` (mode 0600, no log beside it).
    ///
    /// The moment is held by a read transaction. Writers go on meanwhile: with a write-ahead log a reader keeps none of
    /// them waiting, and without that transaction each of their commits would make the copy begin anew.
    /// `onStep` is called after every `pagesPerStep` pages. The schema is left as it is.
    package static func write(
        _ path: String, to copy: String, pagesPerStep: Int32 = 512, onStep: @escaping () throws -> Void = {}
    ) throws {
        guard access(path, F_OK) == 0 else {
            throw StoreError.file(path: path, message: String(cString: strerror(errno)))
        }
        guard access(copy, F_OK) != 0 else { throw StoreError.file(path: copy, message: "is there already") }
        try DatabaseFile.restrict(copy)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let source = try DatabaseQueue(path: path, configuration: configuration)
        let target = try DatabaseQueue(path: copy)
        try source.read { from in
            // A deferred transaction begins with its first read.
            _ = try Int.fetchOne(from, sql: "SELECT COUNT(*) FROM sqlite_schema")
            try target.writeWithoutTransaction { to in
                try from.backup(to: to, pagesPerStep: pagesPerStep) { _ in try onStep() }
                // One file, that can be read without writing beside it.
                try to.execute(sql: "PRAGMA journal_mode = DELETE")
            }
        }
        try target.close()
        try source.close()
    }
}
