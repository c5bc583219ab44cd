import API
import NIOCore
import Testing

@Suite struct AddressRulesTests {
    private func kind(_ address: String) throws -> AddressRules.Kind {
        AddressRules.kind(of: try SocketAddress(ipAddress: address, port: 80))
    }

    @Test(
        arguments: [
            "169.254.169.254", "169.254.0.1", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
            "224.0.0.1", "255.255.255.255", "fe80::1", "febf::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254", "::169.254.169.254",
        ])
    func metadataAndLinkLocalAreNeverAsked(address: String) throws {
        #expect(try kind(address) == .never)
    }

    @Test(arguments: ["127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1"])
    func thisMachineIsKnown(address: String) throws {
        #expect(try kind(address) == .loopback)
    }

    @Test(arguments: ["10.0.0.7", "172.17.0.1", "192.168.1.2", "100.64.0.1", "1.1.1.1", "2606:4700::1", "fd12:3456::1"])
    func ownNetworksAndTheWorldAreOrdinary(address: String) throws {
        #expect(try kind(address) == .ordinary)
    }
}
