import Foundation
import Spec

/// `GET /containers/{id}/json`, of which this is read.
struct ContainerInspection: Decodable, Sendable {
    let id: String
    let name: String
    let created: String
    let imageID: String?
    let state: State
    let config: Config
    let networkSettings: NetworkSettings

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case created = "Created"
        case imageID = "Image"
        case state = "State"
        case config = "Config"
        case networkSettings = "NetworkSettings"
    }

    struct State: Decodable, Sendable {
        let status: String
        let exitCode: Int
        let outOfMemory: Bool
        let startedAt: String

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case outOfMemory = "OOMKilled"
            case startedAt = "StartedAt"
        }
    }

    struct Config: Decodable, Sendable {
        let image: String
        let labels: [String: String]?
        /// `NAME=value`.
        let environment: [String]?

        enum CodingKeys: String, CodingKey {
            case image = "Image"
            case labels = "Labels"
            case environment = "Env"
        }
    }

    struct NetworkSettings: Decodable, Sendable {
        /// `8080/tcp` to where it is published; null while it is not.
        let ports: [String: [Binding]?]?
        let networks: [String: ContainerSummary.Endpoint]?

        enum CodingKeys: String, CodingKey {
            case ports = "Ports"
            case networks = "Networks"
        }

        struct Binding: Decodable, Sendable {
            let hostPort: String
            enum CodingKeys: String, CodingKey { case hostPort = "HostPort" }
        }
    }

    func detail() throws(EngineError) -> ContainerDetail {
        let observedState = try ContainerState(word: state.status, exitCode: state.exitCode, container: id)
        guard let createdAt = Timestamp(daemonTime: created) else {
            throw .malformed("container \(id.prefix(12)) was created at \"\(created)\"")
        }
        let identity = LabelCodec.identity(from: config.labels ?? [:])
        let isOver: Bool = if case .exited = observedState { true } else { observedState == .dead }
        return ContainerDetail(
            container: ObservedContainer(
                id: ContainerID(id), name: name.withoutLeadingSlash, runner: identity.runner,
                fingerprint: identity.fingerprint, generation: identity.generation, state: observedState,
                createdAt: createdAt,
                addresses: observedState == .running ? (networkSettings.networks ?? [:]).addresses : [:],
                publishedPorts: publishedPorts, image: config.image,
                imageID: imageID,
                values: FieldValues(text: config.labels?[Labels.values])
            ),
            startedAt: Timestamp(daemonTime: state.startedAt),
            exitCode: isOver ? state.exitCode : nil,
            outOfMemory: state.outOfMemory,
            secrets: LabelCodec.secrets(in: config.variables, labels: config.labels ?? [:])
        )
    }

    private var publishedPorts: [UInt16: UInt16] {
        var published: [UInt16: UInt16] = [:]
        for (port, bindings) in networkSettings.ports ?? [:] where port.hasSuffix("/tcp") {
            guard let inside = UInt16(port.dropLast("/tcp".count)) else { continue }
            published[inside] = bindings?.compactMap { UInt16($0.hostPort) }.min()
        }
        return published
    }
}

extension ContainerInspection.Config {
    fileprivate var variables: [String: String] {
        let pairs = (environment ?? []).compactMap { entry in
            entry.firstIndex(of: "=").map { (String(entry[..<$0]), String(entry[entry.index(after: $0)...])) }
        }
        return Dictionary(pairs) { $1 }
    }
}

extension Timestamp {
    /// The daemon's RFC 3339 in UTC, `2026-11-22T20:15:17.545080848Z`; nil for anything else and for Go's zero time.
    init?(daemonTime text: String) {
        guard text.hasSuffix("Z") else { return nil }
        let parts = text.dropLast().split(separator: ".", maxSplits: 1)
        guard let seconds = parts.first, let date = try? Date(seconds + "Z", strategy: .iso8601),
            date.timeIntervalSince1970 > 0
        else { return nil }
        let fraction = parts.count == 2 ? Int64((parts[1] + "00").prefix(3)) : 0
        guard let fraction else { return nil }
        self.init(milliseconds: Int64(date.timeIntervalSince1970) * 1000 + fraction)
    }
}
