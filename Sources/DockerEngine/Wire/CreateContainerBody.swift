import Spec

/// `POST /containers/create`. A key that is nil is left out, so the daemon's default holds.
struct CreateContainerBody: Encodable, Sendable {
    let image: String
    let command: [String]?
    let user: String?
    let environment: [String]
    let labels: [String: String]
    let exposedPorts: [String: Empty]
    let stopTimeoutSeconds: Int
    let host: HostConfig
    let networking: Networking

    enum CodingKeys: String, CodingKey {
        case image = "Image"
        case command = "Cmd"
        case user = "User"
        case environment = "Env"
        case labels = "Labels"
        case exposedPorts = "ExposedPorts"
        case stopTimeoutSeconds = "StopTimeout"
        case host = "HostConfig"
        case networking = "NetworkingConfig"
    }

    struct Empty: Encodable, Sendable {}

    struct Networking: Encodable, Sendable {
        let endpoints: [String: Empty]
        enum CodingKeys: String, CodingKey { case endpoints = "EndpointsConfig" }
    }

    /// `publish` is nil when the container is reached by its own address.
    init(_ spec: ContainerSpec, labels: [String: String], bridge: String, publish: PortBinding?) {
        image = spec.image
        command = spec.command.isEmpty ? nil : spec.command
        user = spec.user
        environment = spec.environment.map { "\($0.name)=\($0.value.reveal())" }
        self.labels = labels
        exposedPorts = ["\(spec.port)/tcp": Empty()]
        stopTimeoutSeconds = spec.stopGraceSeconds
        host = HostConfig(spec, bridge: bridge, publish: publish)
        networking = Networking(endpoints: [bridge: Empty()])
    }
}

/// Where a port is published. `hostPort` may be a range: the daemon takes a free one of it when the container starts.
struct PortBinding: Encodable, Sendable {
    let hostIP: String
    let hostPort: String

    enum CodingKeys: String, CodingKey {
        case hostIP = "HostIp"
        case hostPort = "HostPort"
    }
}

/// The answer to a creation.
struct CreatedBody: Decodable, Sendable {
    let id: String
    let warnings: [String]?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case warnings = "Warnings"
    }
}
