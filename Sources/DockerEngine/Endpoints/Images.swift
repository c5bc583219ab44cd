package import Spec

extension DockerEngine {
    package func imageID(of reference: String) async throws(EngineError) -> String? {
        try await find(ImageBody.self, Call(.get, Call.path("images", reference, "json")))?.id
    }

    package func pullImage(
        _ reference: String, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws(EngineError) {
        let image = ImageReference(reference)
        let call = Call(.post, "/images/create", query: [("fromImage", image.name), ("tag", image.tag)])
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
