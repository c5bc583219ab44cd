import Spec

/// A version of the Engine API, `1.41`.
struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    let major: Int
    let minor: Int

    /// The oldest that has what this client needs.
    static let oldest = APIVersion(major: 1, minor: 41)
    /// The newest that this client was written for. Docker 29 accepts nothing older than 1.44.
    static let newest = APIVersion(major: 1, minor: 44)

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    var description: String { "\(major).\(minor)" }

    static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The newest version that both sides speak: the smaller of our newest and the daemon's.
    static func negotiated(with daemon: VersionBody) throws(EngineError) -> APIVersion {
        guard let theirs = APIVersion(daemon.apiVersion) else {
            throw .malformed("GET /version: \"\(daemon.apiVersion)\" is no API version")
        }
        let agreed = min(newest, theirs)
        guard agreed >= oldest else {
            throw .refused(
                status: 400,
                message: "Docker \(daemon.version) speaks API \(theirs), at least \(oldest) is needed. "
                    + "Update Docker to 20.10 or newer."
            )
        }
        if let theirOldest = daemon.minAPIVersion.flatMap(APIVersion.init), agreed < theirOldest {
            throw .refused(
                status: 400,
                message:
                    "Docker \(daemon.version) speaks API \(theirOldest) and newer, this operatord up to \(newest). "
                    + "Update operatord."
            )
        }
        return agreed
    }
}
