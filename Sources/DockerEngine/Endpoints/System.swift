package import Spec

extension DockerEngine {
    package func info() async throws(EngineError) -> EngineInfo {
        let info = try await get(InfoBody.self, Call(.get, "/info"))
        let version = try await transport.negotiatedVersion()
        return EngineInfo(
            version: info.serverVersion, apiVersion: version.description, cpus: info.cpus, memoryBytes: info.memoryBytes
        )
    }
}
