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

    package func followLogs(
        of id: ContainerID, tail: Int, _ take: @Sendable (String) -> Void
    ) async throws(EngineError) {
        do {
            try await follow(id, tail: tail, take)
        } catch .notFound {
            return
        } catch .conflict {
            // It is being removed.
            return
        }
    }

    private func follow(_ id: ContainerID, tail: Int, _ take: (String) -> Void) async throws(EngineError) {
        let call = Self.logs(of: id, tail: max(0, tail), follow: true)
        let stream = try await withDeadline(configuration.deadlines.query, call: call.name) {
            [transport] _ throws(EngineError) in try await transport.open(call)
        }
        // A piece may hold any number of lines.
        var frames = LogFrames(keeping: .max)
        try await stream.forEach { piece throws(EngineError) in
            try frames.take(piece)
            frames.drain().forEach(take)
        }
        frames.finish().forEach(take)
    }

    private static func logs(of id: ContainerID, tail: Int, follow: Bool = false) -> Call {
        Call(
            .get, Call.path("containers", id.value, "logs"),
            query: [("stdout", "1"), ("stderr", "1"), ("tail", String(tail))] + (follow ? [("follow", "1")] : []))
    }
}
