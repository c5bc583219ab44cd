/// `POST /networks/create`.
struct CreateNetworkBody: Encodable, Sendable {
    let name: String
    /// Daemons before API 1.44 make a second network of the same name without it.
    let checkDuplicate = true
    let driver = "bridge"
    let options: [String: String]
    let labels: [String: String]

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case checkDuplicate = "CheckDuplicate"
        case driver = "Driver"
        case options = "Options"
        case labels = "Labels"
    }
}

/// `POST /networks/{name}/connect`.
struct ConnectBody: Encodable, Sendable {
    let container: String

    enum CodingKeys: String, CodingKey { case container = "Container" }
}

/// `GET /networks/{name}`.
struct NetworkBody: Decodable, Sendable {
    let addressing: Addressing

    /// The addresses that the network's own side has, as the daemon wrote them.
    var gateways: [String] { addressing.pools?.compactMap(\.gateway) ?? [] }

    struct Addressing: Decodable, Sendable {
        let pools: [Pool]?
        enum CodingKeys: String, CodingKey { case pools = "Config" }
    }

    struct Pool: Decodable, Sendable {
        let gateway: String?
        enum CodingKeys: String, CodingKey { case gateway = "Gateway" }
    }

    enum CodingKeys: String, CodingKey { case addressing = "IPAM" }
}

/// An element of `GET /networks`.
struct NetworkSummary: Decodable, Sendable {
    let name: String

    enum CodingKeys: String, CodingKey { case name = "Name" }
}
