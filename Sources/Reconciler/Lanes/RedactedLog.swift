import Spec

extension ContainerEngine {
    /// The last lines of a container without its secrets; nil when it is gone. The only way that a log line takes from
    /// the engine to anybody.
    func redactedLog(of id: ContainerID, lines: Int) async throws(EngineError) -> RunnerLog? {
        guard let detail = try await inspectContainer(id) else { return nil }
        let redactor = Redactor(detail.secrets)
        let log = try await logs(of: id, tail: lines)
        return RunnerLog(containerName: detail.container.name, lines: log.map(redactor.redact))
    }
}
