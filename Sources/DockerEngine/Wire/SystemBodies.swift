/// `GET /version`.
struct VersionBody: Decodable, Sendable {
    let version: String
    let apiVersion: String
    let minAPIVersion: String?

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
    }
}

/// `GET /info`, of which only the machine's size is read.
struct InfoBody: Decodable, Sendable {
    let serverVersion: String
    let cpus: Int
    let memoryBytes: Int64

    enum CodingKeys: String, CodingKey {
        case serverVersion = "ServerVersion"
        case cpus = "NCPU"
        case memoryBytes = "MemTotal"
    }
}

/// `GET /images/{name}/json`.
struct ImageBody: Decodable, Sendable {
    let id: String

    enum CodingKeys: String, CodingKey { case id = "Id" }
}
