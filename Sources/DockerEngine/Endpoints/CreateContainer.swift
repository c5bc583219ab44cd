import Logging
package import Spec

extension DockerEngine {
    /// Also throws `.refused` with status 404 when a further network does not exist: `.notFound` is the image's.
    package func createContainer(_ request: ContainerRequest) async throws(EngineError) -> ContainerID {
        try await requireNetworks(of: request)
        let publish: PortBinding? =
            switch try await reach() {
            case .bridge: nil
            case .published: portBinding
            }
        let bridge = await networks.take()
        try await ensureNetwork(named: bridge)

        let labels = LabelCodec.labels(
            installation: configuration.installation, version: configuration.version, request: request
        ).merging(NetworkLabel.label(for: request.spec.extraNetworks)) { ours, _ in ours }
        let body = CreateContainerBody(request.spec, labels: labels, bridge: bridge, publish: publish)
        let call = Call(.post, "/containers/create", query: [("name", request.name)], body: try json(body))
        let created = try await change(call).decode(CreatedBody.self, of: call)
        if let warnings = created.warnings, !warnings.isEmpty {
            logger.debug("engine warnings", metadata: ["container": "\(request.name)", "warnings": "\(warnings)"])
        }

        let id = ContainerID(created.id)
        do throws(EngineError) {
            for network in request.spec.extraNetworks { try await connect(id, to: network) }
        } catch {
            await discard(id)
            throw error
        }
        return id
    }

    private var portBinding: PortBinding {
        let range = configuration.portRange
        return PortBinding(hostIP: configuration.bindHost, hostPort: "\(range.lowerBound)-\(range.upperBound)")
    }

    /// Asked for first, because the daemon attaches a created container to a network that does not exist without a
    /// word and fails at its start.
    private func requireNetworks(of request: ContainerRequest) async throws(EngineError) {
        for network in request.spec.extraNetworks {
            guard try await find(NetworkBody.self, Call(.get, Call.path("networks", network))) == nil else { continue }
            throw .refused(
                status: 404,
                message: "network \(network), which \(request.name) needs, does not exist. "
                    + "Create it with: docker network create \(network)"
            )
        }
    }

    private func connect(_ id: ContainerID, to network: String) async throws(EngineError) {
        let body = try json(ConnectBody(container: id.value))
        try await change(Call(.post, Call.path("networks", network, "connect"), body: body))
    }

    /// Best effort, also when the caller is cancelled. What stays is mended by ``NetworkLabel``.
    private func discard(_ id: ContainerID) async {
        await Task { try? await removeContainer(id) }.value
    }
}
