/// What the engine says exists: containers from one list call, and what the names of images mean.
package struct ObservedState: Sendable {
    /// Containers with this installation's label, in any state; strays are never in here.
    package var containers: [ObservedContainer]
    /// By reference. One that is missing could not be looked up, or is not present: nothing follows from it.
    package var images: [String: KnownImage]

    package init(containers: [ObservedContainer] = [], images: [String: KnownImage] = [:]) {
        self.containers = containers
        self.images = images
    }
}

/// What an image's name means on this host.
package struct KnownImage: Sendable, Hashable {
    /// `sha256:…`.
    package var id: String
    /// When this process first saw the name mean this.
    package var since: Timestamp
    /// When it was looked up last. It may mean another one since.
    package var askedAt: Timestamp

    package init(id: String, since: Timestamp, askedAt: Timestamp) {
        self.id = id
        self.since = since
        self.askedAt = askedAt
    }
}

/// The daemon's id of a container, 64 hex digits.
package struct ContainerID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let value: String
    package init(_ value: String) { self.value = value }
    /// The first 12 digits, as the `docker` command shows them.
    package var description: String { String(value.prefix(12)) }
    package static func < (left: ContainerID, right: ContainerID) -> Bool { left.value < right.value }
}

/// One container of ours.
package struct ObservedContainer: Sendable, Hashable {
    package var id: ContainerID
    package var name: String
    /// From the labels; nil when they cannot be read, which makes the container an orphan.
    package var runner: RunnerID?
    package var fingerprint: Fingerprint?
    /// Generation of the desired runner that it was created for.
    package var generation: Int64?
    package var state: ContainerState
    package var createdAt: Timestamp
    /// Network name to the container's address on it; empty unless running.
    package var addresses: [String: String]
    /// Container port to the published host port.
    package var publishedPorts: [UInt16: UInt16]
    package var image: String
    /// Of the image that it was made from, `sha256:…`; nil when the engine does not say.
    package var imageID: String?
    /// What it was made from, for people.
    package var values: FieldValues

    package init(
        id: ContainerID, name: String, runner: RunnerID?, fingerprint: Fingerprint?, generation: Int64?,
        state: ContainerState, createdAt: Timestamp, addresses: [String: String] = [:],
        publishedPorts: [UInt16: UInt16] = [:], image: String = "", imageID: String? = nil,
        values: FieldValues = FieldValues(text: nil)
    ) {
        self.id = id
        self.name = name
        self.runner = runner
        self.fingerprint = fingerprint
        self.generation = generation
        self.state = state
        self.createdAt = createdAt
        self.addresses = addresses
        self.publishedPorts = publishedPorts
        self.image = image
        self.imageID = imageID
        self.values = values
    }
}

/// A container's state in the daemon's words.
package enum ContainerState: Sendable, Hashable {
    case created, running, paused, restarting, removing, dead
    /// `code` is nil when the daemon does not say.
    case exited(code: Int?)

    /// Whether a process of it may exist, so that a second container must not share its home.
    package var mayHaveProcess: Bool {
        switch self {
        case .running, .paused, .restarting, .removing: true
        case .created, .dead, .exited: false
        }
    }
}

/// Names of the labels that make a container ours and tell whose it is.
package enum Labels {
    package static let installation = "agent-stack.installation"
    package static let user = "agent-stack.user"
    package static let backend = "agent-stack.backend"
    package static let generation = "agent-stack.generation"
    package static let fingerprint = "agent-stack.fingerprint"
    package static let fields = "agent-stack.fields"
    package static let values = "agent-stack.values"
    package static let version = "agent-stack.version"
    /// Names of the environment variables whose values are secrets, one a line.
    package static let secrets = "agent-stack.secrets"
}
