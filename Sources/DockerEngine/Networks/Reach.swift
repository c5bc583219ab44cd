import Logging
import NIOCore
package import Spec

extension DockerEngine {
    /// How containers are made reachable from this process.
    package enum Reach: String, Sendable {
        /// By their own address on the managed bridge; no port is published.
        case bridge
        /// By a port published on the bind host.
        case published
    }

    /// What the configuration asks for; for `auto` decided once, at the first call that finds the daemon.
    ///
    /// `bridge` when a managed bridge's gateway is an address of one of this machine's interfaces: then this process
    /// runs where the bridge is, and the kernel routes to it. Inside a container, with a daemon in a virtual machine
    /// and with a rootless one the gateway is elsewhere, so ports are published.
    package func reach() async throws(EngineError) -> Reach {
        switch configuration.reach {
        case .bridge: return .bridge
        case .published: return .published
        case .auto: break
        }
        if let decided = await networks.decidedReach { return decided }
        let bridge = await networks.first
        try await ensureNetwork(named: bridge)
        guard let network = try await find(NetworkBody.self, Call(.get, Call.path("networks", bridge))) else {
            await networks.forget(bridge)
            throw .refused(status: 404, message: "network \(bridge) was removed at this moment")
        }
        let reach: Reach = Self.localAddresses().isDisjoint(with: network.gateways) ? .published : .bridge
        await networks.decide(reach)
        logger.info("reach decided", metadata: ["reach": "\(reach.rawValue)", "gateways": "\(network.gateways)"])
        return reach
    }

    /// None when the interfaces cannot be listed, which leads to published ports: they work everywhere.
    private static func localAddresses() -> Set<String> {
        let devices = (try? System.enumerateDevices()) ?? []
        return Set(devices.compactMap { $0.address?.ipAddress })
    }
}
