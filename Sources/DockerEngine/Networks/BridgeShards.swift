/// Which managed bridge a new container joins: the lowest one with room.
///
/// A Linux bridge takes 1,023 ports. The limit keeps well below, because containers of other installations with the
/// same prefix and creations under way are not counted.
struct BridgeShards: Sendable {
    static let limit = 900

    let prefix: String
    private var endpoints: [String: Int] = [:]

    init(prefix: String) { self.prefix = prefix }

    /// Replaces the counts by those of one listing: for every container the networks it is on.
    mutating func observe(_ containers: [Set<String>]) {
        endpoints = [:]
        for network in containers.joined() where isManaged(network) { endpoints[network, default: 0] += 1 }
    }

    /// The bridge to use, counted as used once more.
    mutating func take() -> String {
        let number = (0...endpoints.count).first { endpoints[name($0), default: 0] < Self.limit } ?? 0
        endpoints[name(number), default: 0] += 1
        return name(number)
    }

    func name(_ number: Int) -> String { "\(prefix)-\(number)" }

    func isManaged(_ network: String) -> Bool {
        network.hasPrefix(prefix + "-") && Int(network.dropFirst(prefix.count + 1)) != nil
    }

    /// The managed bridge that `network agstack-0 not found` speaks of.
    func missingBridge(in message: String) -> String? {
        message.split(separator: " ").map(String.init).first { word in
            isManaged(word) && message.contains("network \(word) not found")
        }
    }
}
