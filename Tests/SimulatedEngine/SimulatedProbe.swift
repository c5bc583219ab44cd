package import Spec

/// Answers probes as the containers of a ``SimulatedEngine`` would, by their bridge address or their published port.
package struct SimulatedProbe: ReadinessProbing {
    private let engine: SimulatedEngine

    package init(engine: SimulatedEngine) { self.engine = engine }

    /// 200 when the container is ready, 503 before; nil when nothing listens there, or when it dies of this probe.
    package func status(
        host: String, port: Int, path: String, credential: RunnerCredential?, timeout: Duration
    ) async -> Int? {
        let now = engine.clock.now()
        return engine.change { world -> Int? in
            guard var container = world.containers.values.first(where: { $0.listens(host: host, port: port) }),
                let startedAt = container.startedAt
            else { return nil }
            let id = container.observed.id
            let behaviour = world.behaviour(of: container.observed.image)
            container.probes += 1
            world.containers[id] = container
            if container.probes == behaviour.exitsAtProbe {
                world.exit(id, code: behaviour.exitCode)
                return nil
            }
            return behaviour.readyAfter.map { startedAt + $0 <= now } == true ? 200 : 503
        }
    }
}

extension SimulatedContainer {
    fileprivate func listens(host: String, port wanted: Int) -> Bool {
        guard observed.state == .running else { return false }
        if host == "127.0.0.1" { return observed.publishedPorts[port].map(Int.init) == wanted }
        return Int(port) == wanted && observed.addresses.values.contains(host)
    }
}
