import Spec

extension ReconcilerSettings.Reach {
    /// Host and port under which a container's own `port` is connected to; nil while it has no address there.
    func address(of container: ObservedContainer, port: UInt16) -> (host: String, port: Int)? {
        if let published = container.publishedPorts[port] {
            let anywhere = bindHost.isEmpty || bindHost == "0.0.0.0" || bindHost == "::"
            return (anywhere ? "127.0.0.1" : bindHost, Int(published))
        }
        for prefix in networkPrefixes {
            let networks = container.addresses.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
            if let address = networks.min(by: { $0.key < $1.key })?.value { return (address, Int(port)) }
        }
        return nil
    }
}

extension RunnerSpec {
    /// The endpoint of a container of this spec; nil while it has no address.
    func endpoint(in container: ObservedContainer, reach: ReconcilerSettings.Reach) -> RunnerEndpoint? {
        reach.address(of: container, port: self.container.port).map { address in
            RunnerEndpoint(
                runner: id, container: container.id, host: address.host, port: address.port, credential: credential,
                forwardModel: forwardModel)
        }
    }
}
