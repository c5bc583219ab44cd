package import Spec

extension DockerEngine {
    package func listContainers() async throws(EngineError) -> [ObservedContainer] {
        let filters = try json(["label": ["\(Labels.installation)=\(configuration.installation)"]])
        let call = Call(
            .get, "/containers/json",
            query: [("all", "1"), ("filters", String(decoding: filters, as: UTF8.self))]
        )
        // The label is looked at again: what is not ours must not come out of here, whatever the daemon filtered.
        let ours = try await get([ContainerSummary].self, call)
            .filter { $0.labels?[Labels.installation] == configuration.installation }
        await networks.observe(ours.map(\.networkNames))
        var containers: [ObservedContainer] = []
        for summary in ours { containers.append(try summary.observed()) }
        return containers
    }

    package func inspectContainer(_ id: ContainerID) async throws(EngineError) -> ContainerDetail? {
        try await find(ContainerInspection.self, Call(.get, Call.path("containers", id.value, "json")))?.detail()
    }

    package func startContainer(_ id: ContainerID) async throws(EngineError) {
        let call = Call(.post, Call.path("containers", id.value, "start"))
        do {
            try await change(call)
        } catch EngineError.notFound(let message) {
            if message.contains("No such container") { throw .notFound(message) }
            // Something that the container needs is missing. Our own bridge, removed since, is made again.
            guard let bridge = await networks.missingBridge(in: message) else {
                throw .refused(status: 404, message: message)
            }
            await networks.forget(bridge)
            try await ensureNetwork(named: bridge)
            try await change(call)
        }
    }

    package func stopContainer(_ id: ContainerID, graceSeconds: Int) async throws(EngineError) {
        let grace = max(0, graceSeconds)
        let call = Call(.post, Call.path("containers", id.value, "stop"), query: [("t", String(grace))])
        do {
            try await change(call, extra: .seconds(grace))
        } catch EngineError.notFound {
            return
        }
    }

    package func removeContainer(_ id: ContainerID) async throws(EngineError) {
        let call = Call(.delete, Call.path("containers", id.value), query: [("force", "1"), ("v", "1")])
        do {
            try await change(call)
        } catch EngineError.notFound {
            return
        } catch EngineError.conflict(let message) {
            guard message.contains("already in progress") else { throw .conflict(message) }
        }
    }
}
