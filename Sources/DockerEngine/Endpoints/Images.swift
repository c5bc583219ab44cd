package import Spec

extension DockerEngine {
    package func imageID(of reference: String) async throws(EngineError) -> String? {
        try await find(ImageBody.self, Call(.get, Call.path("images", reference, "json")))?.id
    }

    package func pullImage(
        _ reference: String, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws(EngineError) {
        let image = ImageReference(reference)
        let auth = try registryAuth(for: image.registry)
        let call = Call(
            .post, "/images/create", query: [("fromImage", image.name), ("tag", image.tag)], registryAuth: auth)
        do {
            try await pull(reference, call, progress: progress)
        } catch {
            throw error.telling(of: image.registry, hasCredentials: auth != nil)
        }
    }

    private func registryAuth(for registry: String) throws(EngineError) -> Secret? {
        guard let read = configuration.registryAuth else { return nil }
        let contents = try read()
        do throws(RegistryAuthProblem) {
            return try RegistryAuthFile(contents).header(for: registry)
        } catch {
            throw .misconfigured("engine.registryAuthFile: \(error).")
        }
    }

    private func pull(
        _ reference: String, _ call: Call, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws(EngineError) {
        try await withDeadline(configuration.deadlines.pullSilence, call: "the pull of \(reference)") {
            [transport] deadline throws(EngineError) in
            var tracker = PullProgressTracker(image: reference)
            var throttle = Throttle(interval: .milliseconds(100))
            var lines = LineSplitter()
            try await transport.open(call).forEach { piece throws(EngineError) in
                deadline.extend()
                for line in try lines.take(piece) { try tracker.take(line) }
                if throttle.allows(at: .now) { progress(tracker.progress) }
            }
            if let last = lines.rest { try tracker.take(last) }
            progress(tracker.progress)
        }
    }
}

extension EngineError {
    /// Says what to do about a registry that asks for credentials.
    fileprivate func telling(of registry: String, hasCredentials: Bool) -> EngineError {
        let remedy =
            hasCredentials
            ? "The credentials for \(registry) in engine.registryAuthFile are not accepted."
            : "If \(registry) asks for credentials, put them into engine.registryAuthFile."
        switch self {
        case .notFound(let message) where message.speaksOfAccess: return .notFound("\(message). \(remedy)")
        case .refused(let status, let message) where message.speaksOfAccess:
            return .refused(status: status, message: "\(message). \(remedy)")
        default: return self
        }
    }
}

extension String {
    fileprivate var speaksOfAccess: Bool {
        ["unauthorized", "authentication required", "no basic auth credentials", "access denied", "denied:"]
            .contains { contains($0) }
    }
}
