/// The backends' images on this host, for those who look after them. Not for the warm path: it asks the engine.
package protocol ImageKeeping: Sendable {
    /// Pulls, or joins the pull of the same image that is under way. `progress` as of
    /// ``ContainerEngine/pullImage(_:progress:)``.
    func pullImage(_ reference: String, progress: @escaping @Sendable (PullProgress) -> Void) async throws(EngineError)

    /// Has it pulled unless that is under way already, and does not wait; ``imageReport(of:)`` tells how it goes.
    func beginPull(of reference: String)

    func imageReport(of reference: String) async -> ImageReport
}

/// What is known of one image.
package struct ImageReport: Sendable, Hashable {
    package enum Presence: Sendable, Hashable {
        /// With its id, `sha256:…`.
        case present(String)
        case missing
        /// The engine could not be asked.
        case unknown(String)
    }

    package var presence: Presence
    /// Of the pull that is under way.
    package var pull: PullProgress?
    /// Of the last pull that this process made and that is over.
    package var lastPull: PullEnd?

    package init(presence: Presence, pull: PullProgress? = nil, lastPull: PullEnd? = nil) {
        self.presence = presence
        self.pull = pull
        self.lastPull = lastPull
    }
}

/// How a pull ended.
package struct PullEnd: Sendable, Hashable {
    package var at: Timestamp
    /// What the engine said; nil when the image was fetched.
    package var problem: String?

    package init(at: Timestamp, problem: String? = nil) {
        self.at = at
        self.problem = problem
    }
}
