/// The git repository that the configuration is followed in.
package struct SourceSpec: Sendable, Hashable {
    /// As `git` takes it, without a password.
    package var url: String
    /// A branch, a tag or a whole commit id.
    package var ref: String
    /// Folder of `stack.yaml` inside the repository; empty for its top.
    package var path: String
    /// Between two looks at the repository.
    package var interval: Duration
    /// Absolute folder on this machine that the repository's `file:` secrets are read from, and no other.
    package var secrets: String
    /// For `https://`; both or neither.
    package var username: String?
    package var password: Secret?

    package init(
        url: String, ref: String = "main", path: String = "", interval: Duration = .seconds(30), secrets: String,
        username: String? = nil, password: Secret? = nil
    ) {
        self.url = url
        self.ref = ref
        self.path = path
        self.interval = interval
        self.secrets = secrets
        self.username = username
        self.password = password
    }
}

/// What a `stack.yaml` out of a repository is read with.
package struct RepositoryPlace: Sendable {
    /// This machine's own `stack.yaml`, which names the repository.
    package var machine: StackSpec
    /// Absolute folder of the checkout; nothing outside of it belongs to the repository.
    package var root: String
    /// Absolute folder of the machine's own `stack.yaml`.
    package var machineDirectory: String

    package init(machine: StackSpec, root: String, machineDirectory: String) {
        self.machine = machine
        self.root = root
        self.machineDirectory = machineDirectory
    }
}
