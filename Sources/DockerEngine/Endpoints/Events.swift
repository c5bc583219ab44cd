package import Spec

extension DockerEngine {
    /// What changes a runner. Left out are the many that do not: exec, attach, top, resize, kill before each die.
    private static let actions = [
        "create", "start", "die", "oom", "pause", "unpause", "rename", "health_status", "destroy",
    ]

    package func events() -> AsyncThrowingStream<EngineEvent, any Error> {
        // Oldest kept: whoever reads the thousandth hint looks after the ones that were dropped behind it.
        AsyncThrowingStream(bufferingPolicy: .bufferingOldest(1000)) { continuation in
            let task = Task {
                do throws(EngineError) {
                    try await follow { continuation.yield($0) }
                    continuation.finish(throwing: EngineError.unreachable("the daemon ended the event stream"))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func follow(_ yield: (EngineEvent) -> Void) async throws(EngineError) {
        let filters = try json([
            "type": ["container"], "event": Self.actions,
            "label": ["\(Labels.installation)=\(configuration.installation)"],
        ])
        let call = Call(.get, "/events", query: [("filters", String(decoding: filters, as: UTF8.self))])
        let stream = try await withDeadline(configuration.deadlines.query, call: call.name) {
            [transport] _ throws(EngineError) in try await transport.open(call)
        }
        yield(EngineEvent(action: "subscribed"))
        var lines = LineSplitter()
        try await stream.forEach { piece throws(EngineError) in
            for line in try lines.take(piece) { yield(try EventBody.decode(line).event) }
        }
    }
}
