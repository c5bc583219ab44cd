/// How containers of one image behave once started.
package struct ImageBehaviour: Sendable {
    /// Time from the start to the first ready answer; nil = never.
    package var readyAfter: Duration?
    /// Time from the start to an exit by itself; nil = runs until it is stopped.
    package var exitsAfter: Duration?
    /// Exits while it answers its n-th probe (1 is the first).
    package var exitsAtProbe: Int?
    package var exitCode: Int
    /// What it prints at its start.
    package var prints: [String]
    /// Time from the stop signal to the exit; the kill comes at the grace if that is earlier.
    package var stopsAfter: Duration

    package init(
        readyAfter: Duration? = .zero, exitsAfter: Duration? = nil, exitsAtProbe: Int? = nil, exitCode: Int = 1,
        prints: [String] = [], stopsAfter: Duration = .zero
    ) {
        self.readyAfter = readyAfter
        self.exitsAfter = exitsAfter
        self.exitsAtProbe = exitsAtProbe
        self.exitCode = exitCode
        self.prints = prints
        self.stopsAfter = stopsAfter
    }
}

/// An image that a pull can fetch: its size, and the time that the whole pull takes.
package struct PullableImage: Sendable {
    package var layers: Int
    package var totalBytes: Int64
    package var takes: Duration

    package init(layers: Int = 4, totalBytes: Int64 = 40_000_000, takes: Duration = .zero) {
        self.layers = layers
        self.totalBytes = totalBytes
        self.takes = takes
    }
}
