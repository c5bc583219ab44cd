import Spec

/// One element of `GET /containers/json`.
struct ContainerSummary: Decodable, Sendable {
    let id: String
    let names: [String]
    let image: String
    let imageID: String?
    /// Seconds since 1970.
    let created: Int64
    let ports: [Port]?
    let labels: [String: String]?
    let state: String
    let status: String
    let networkSettings: NetworkSettings?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case imageID = "ImageID"
        case created = "Created"
        case ports = "Ports"
        case labels = "Labels"
        case state = "State"
        case status = "Status"
        case networkSettings = "NetworkSettings"
    }

    struct Port: Decodable, Sendable {
        let container: UInt16
        let host: UInt16?
        let kind: String

        enum CodingKeys: String, CodingKey {
            case container = "PrivatePort"
            case host = "PublicPort"
            case kind = "Type"
        }
    }

    struct NetworkSettings: Decodable, Sendable {
        let networks: [String: Endpoint]?
        enum CodingKeys: String, CodingKey { case networks = "Networks" }
    }

    struct Endpoint: Decodable, Sendable {
        let address: String?
        enum CodingKeys: String, CodingKey { case address = "IPAddress" }
    }

    var networkNames: Set<String> { Set(networkSettings?.networks.map { $0.keys.map(\.self) } ?? []) }

    func observed() throws(EngineError) -> ObservedContainer {
        let state = try ContainerState(word: state, exitCode: Self.exitCode(status: status), container: id)
        let labels = labels ?? [:]
        let identity = LabelCodec.identity(from: labels)
        let halfMade = state == .created && !NetworkLabel.expected(in: labels).isSubset(of: networkNames)
        let published = (ports ?? []).compactMap { port in
            port.kind == "tcp" ? port.host.map { (port.container, $0) } : nil
        }
        return ObservedContainer(
            id: ContainerID(id),
            name: (names.first { !$0.dropFirst().contains("/") } ?? names.first ?? "").withoutLeadingSlash,
            runner: identity.runner, fingerprint: halfMade ? nil : identity.fingerprint,
            generation: identity.generation,
            state: state, createdAt: Timestamp(milliseconds: created * 1000),
            addresses: state == .running ? (networkSettings?.networks ?? [:]).addresses : [:],
            publishedPorts: Dictionary(published, uniquingKeysWith: min), image: image,
            imageID: imageID, values: FieldValues(text: labels[Labels.values])
        )
    }

    /// The number in `Exited (137) 2 minutes ago`; nil when there is none.
    static func exitCode(status: String) -> Int? {
        guard status.hasPrefix("Exited ("), let end = status.firstIndex(of: ")") else { return nil }
        return Int(status[..<end].dropFirst("Exited (".count))
    }
}

extension ContainerState {
    /// Throws for a word this build does not know: a guess could lead to a removal.
    init(word: String, exitCode: @autoclosure () -> Int?, container: String) throws(EngineError) {
        switch word {
        case "created": self = .created
        case "running": self = .running
        case "paused": self = .paused
        case "restarting": self = .restarting
        case "removing": self = .removing
        case "dead": self = .dead
        case "exited": self = .exited(code: exitCode())
        default: throw .malformed("container \(container.prefix(12)) is in the unknown state \"\(word)\"")
        }
    }
}

extension String {
    /// Docker writes container names as `/name`.
    var withoutLeadingSlash: String { hasPrefix("/") ? String(dropFirst()) : self }
}

extension [String: ContainerSummary.Endpoint] {
    /// Network name to address, endpoints without one left out.
    var addresses: [String: String] {
        compactMapValues { endpoint in endpoint.address.flatMap { $0.isEmpty ? nil : $0 } }
    }
}
