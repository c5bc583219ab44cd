import Glibc
package import NIOCore

/// Which addresses a request that a user asks for may be sent to.
///
/// The operator's machine reaches more than the user does: the cloud's metadata service, which hands out the machine's
/// credentials, and what listens on its loopback only. Other private addresses are where own models live.
package enum AddressRules {
    package enum Kind: Sendable, Hashable {
        case ordinary
        /// This machine.
        case loopback
        /// Link-local, a metadata service, multicast or no address of a host at all.
        case never
    }

    package static func kind(of address: SocketAddress) -> Kind {
        switch address {
        case .v4: kind(ofIPv4: bytes(of: address, family: AF_INET, count: 4))
        case .v6: kind(ofIPv6: bytes(of: address, family: AF_INET6, count: 16))
        case .unixDomainSocket: .never
        }
    }

    private static func bytes(of address: SocketAddress, family: Int32, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        inet_pton(family, address.ipAddress ?? "", &bytes)
        return bytes
    }

    private static func kind(ofIPv4 bytes: [UInt8]) -> Kind {
        switch (bytes[0], bytes[1]) {
        // 0.0.0.0 connects to this machine.
        case (127, _), (0, _): .loopback
        case (169, 254), (224..., _): .never
        default: metadata.contains(bytes) ? .never : .ordinary
        }
    }

    private static func kind(ofIPv6 bytes: [UInt8]) -> Kind {
        // IPv4 inside: mapped (::ffff:0:0/96), compatible (::/96) and NAT64 (64:ff9b::/96).
        let wrappings: [[UInt8]] = [
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        if wrappings.contains(where: bytes.starts) { return kind(ofIPv4: Array(bytes.suffix(4))) }
        if bytes.dropLast(4).allSatisfy({ $0 == 0 }) {
            return bytes.suffix(4).dropLast().allSatisfy { $0 == 0 } ? .loopback : kind(ofIPv4: Array(bytes.suffix(4)))
        }
        switch (bytes[0], bytes[1]) {
        case (0xfe, 0x80...0xbf), (0xff, _): return .never
        default: return metadata.contains(bytes) ? .never : .ordinary
        }
    }

    /// Metadata services outside the link-local range.
    private static let metadata: [[UInt8]] = [
        [100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192],
        [0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
    ]
}
