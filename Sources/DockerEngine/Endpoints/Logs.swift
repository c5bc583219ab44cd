package import Spec

extension DockerEngine {
    package func logs(of id: ContainerID, tail: Int) async throws(EngineError) -> [String] {
        guard tail > 0 else { return [] }
        let call = Self.logs(of: id, tail: tail)
        do {
            return try await withDeadline(configuration.deadlines.query, call: call.name) {
                [transport] _ throws(EngineError) in
                var frames = LogFrames(keeping: tail)
                try await transport.open(call).forEach { piece throws(EngineError) in try frames.take(piece) }
                return frames.finish()
            }
        } catch EngineError.notFound {
            return []
        } catch EngineError.conflict {
            // It is being removed.
            return []
        }
    }

    package func followLogs(of id: ContainerID, tail: Int) -> AsyncThrowingStream<String, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(Self.mostUnreadLines)) { continuation in
            let task = Task {
                do throws(EngineError) {
                    try await follow(id, tail: tail) { continuation.yield($0) }
                    continuation.finish()
                } catch .notFound {
                    continuation.finish()
                } catch .conflict {
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private static let mostUnreadLines = 2000

    private func follow(
        _ id: ContainerID, tail: Int, _ yield: (String) -> Void
    ) async throws(EngineError) {
        let call = Self.logs(of: id, tail: max(0, tail), follow: true)
        let stream = try await withDeadline(configuration.deadlines.query, call: call.name) {
            [transport] _ throws(EngineError) in try await transport.open(call)
        }
        var frames = LogFrames(keeping: Self.mostUnreadLines)
        try await stream.forEach { piece throws(EngineError) in
            try frames.take(piece)
            frames.drain().forEach(yield)
        }
        frames.finish().forEach(yield)
    }

    private static func logs(of id: ContainerID, tail: Int, follow: Bool = false) -> Call {
        Call(
            .get, Call.path("containers", id.value, "logs"),
            query: [("stdout", "1"), ("stderr", "1"), ("tail", String(tail))] + (follow ? [("follow", "1")] : []))
    }
}
