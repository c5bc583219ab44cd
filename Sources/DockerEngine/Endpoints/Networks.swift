import Logging
package import Spec

extension DockerEngine {
    package func ensureNetwork(named name: String) async throws(EngineError) {
        try await networks.ensure(name) { [self] () throws(EngineError) in
            let body = try json(
                CreateNetworkBody(
                    name: name, options: ["com.docker.network.bridge.enable_icc": "false"],
                    labels: ["agent-stack.network": "managed", Labels.version: configuration.version]
                )
            )
            do throws(EngineError) {
                try await change(Call(.post, "/networks/create", body: body))
                logger.info("network created", metadata: ["network": "\(name)"])
            } catch EngineError.conflict {
                // It is there already.
            }
        }
    }
}

extension DockerEngine {
    /// Of all networks that the daemon has, whoever made them.
    package func networkNames() async throws(EngineError) -> Set<String> {
        Set(try await get([NetworkSummary].self, Call(.get, "/networks")).map(\.name))
    }
}
