import Foundation
import Glibc

/// Why a backup cannot be made, read or restored.
struct BackupError: Error, CustomStringConvertible {
    let description: String

    static func message(_ text: String) -> BackupError { BackupError(description: text) }

    /// What the system call that just failed says about the path.
    static func system(_ path: String) -> BackupError {
        BackupError(description: "\(path): \(String(cString: strerror(errno)))")
    }
}

/// One thing that is wrong with a backup.
struct BackupProblem: Codable, Hashable, Sendable {
    /// The member of the archive, or its file name when it is the archive itself.
    let place: String
    let message: String
}
