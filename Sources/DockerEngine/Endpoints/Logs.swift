package import Spec

extension DockerEngine {
    package func logs(of id: ContainerID, tail: Int) async throws(EngineError) -> [String] {
        guard tail > 0 else { return [] }
        let call = Call(
            .get, Call.path("containers", id.value, "logs"),
            query: [("stdout", "1"), ("stderr", "1"), ("tail", String(tail))]
        )
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
}
