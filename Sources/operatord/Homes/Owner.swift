import CoreFoundation
import Glibc

/// Whose a folder or file should be; nil leaves that half as it is.
struct Owner: Equatable {
    static let unchanged = Owner(uid: nil, gid: nil)

    var uid: UInt32?
    var gid: UInt32?

    func owns(_ status: stat) -> Bool {
        (uid ?? status.st_uid) == status.st_uid && (gid ?? status.st_gid) == status.st_gid
    }

    /// Gives an open file to this owner if it is not theirs. False with `errno` set when that is not allowed.
    func take(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return owns(status) || fchown(descriptor, uid ?? .max, gid ?? .max) == 0
    }
}

extension Owner: CustomStringConvertible {
    var description: String { "\(uid.map { "\($0)" } ?? "-"):\(gid.map { "\($0)" } ?? "-")" }
}
