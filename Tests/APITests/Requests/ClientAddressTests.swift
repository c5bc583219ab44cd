import Spec
import Testing

@testable import API

@Suite struct ClientAddressTests {
    @Test(arguments: [
        // Nobody is trusted who is not named.
        ("198.51.100.1", ["192.0.2.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        // Only the last that a trusted one vouches for counts.
        ("10.0.0.1", ["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.9", "192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["192.0.2.1:4711"], "192.0.2.1"), ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["192.0.2.1, unknown"], "10.0.0.1"), ("10.0.0.1", ["192.0.2.1, "], "10.0.0.1"),
    ])
    func theProxyThatIsTrustedNamesTheClient(peer: String, forwardedFor: [String], client: String) throws {
        let found = ClientAddress.client(
            behind: try #require(IPAddress(peer)), forwardedFor: forwardedFor,
            trusting: [try #require(IPRange("10.0.0.0/8"))])
        #expect(found.description == client)
    }
}
