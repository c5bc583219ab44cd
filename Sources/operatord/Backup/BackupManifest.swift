import Foundation

/// What a backup holds: the member `manifest.json` of the archive.
struct BackupManifest: Codable, Equatable, Sendable {
    struct Member: Codable, Equatable, Sendable {
        let name: String
        let bytes: Int
        /// Lower-case hex.
        let sha256: String
    }

    static let currentFormat = 1

    /// Names of the members.
    static let name = "manifest.json"
    /// Digest of the manifest, as `sha256sum` writes it.
    static let digest = "manifest.json.sha256"
    static let database = "router.db"
    static let keys = "keys"
    static let homes = "homes.tar"

    /// Of the archive; another one is refused.
    let format: Int
    /// Version of the operatord that made it.
    let operatord: String
    /// Names of the migrations that the database's schema consists of.
    let schema: [String]
    let installation: String
    let instance: String
    let createdAt: Date
    let members: [Member]

    var hasHomes: Bool { members.contains { $0.name == Self.homes } }

    var data: Data {
        get throws {
            let encoder = JSONEncoder.forPeople
            encoder.dateEncodingStrategy = .iso8601
            return try encoder.encode(self)
        }
    }

    init(_ data: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        struct Version: Decodable { let format: Int }
        guard let version = try? decoder.decode(Version.self, from: data) else {
            throw BackupError.message("is not a manifest of operatord's backups")
        }
        guard version.format == Self.currentFormat else {
            throw BackupError.message(
                "has format \(version.format), and this operatord knows \(Self.currentFormat); use the version that made it"
            )
        }
        do { self = try decoder.decode(Self.self, from: data) } catch {
            throw BackupError.message("is not a manifest of operatord's backups")
        }
    }

    init(schema: [String], installation: String, instance: String, createdAt: Date, members: [Member]) {
        format = Self.currentFormat
        operatord = Operatord.version
        self.schema = schema
        self.installation = installation
        self.instance = instance
        self.createdAt = createdAt
        self.members = members
    }
}
