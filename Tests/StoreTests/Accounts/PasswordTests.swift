import Spec
import Testing

@testable import Store

@Suite struct PasswordTests {
    @Test func aHashCarriesItsCostAndReadsBack() throws {
        let cost = PasswordCost(rounds: 4, blockSize: 2, parallelism: 3)
        let text = try PasswordHash(of: "secret", cost: cost).description
        let hash = try #require(PasswordHash(text))
        #expect(hash.cost == cost)
        #expect(try hash.matches("secret"))
        #expect(try !hash.matches("Secret"))
    }

    /// The second vector of RFC 7914, section 12.
    @Test func itIsScrypt() throws {
        let cost = PasswordCost(rounds: 1024, blockSize: 8, parallelism: 16)
        let hash = try PasswordHash(of: "password", cost: cost, salt: Array("NaCl".utf8))
        #expect(hash.description.hasSuffix("$fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"))
    }

    @Test func twoHashesOfOnePasswordDiffer() throws {
        let hashes = try (0..<2).map { _ in try PasswordHash(of: "secret", cost: .least).description }
        #expect(hashes[0] != hashes[1])
    }

    @Test(arguments: ["", "secret", "scrypt$2$1$1$zz$00", "bcrypt$2$1$1$00$00"])
    func otherTextIsNoHash(text: String) { #expect(PasswordHash(text) == nil) }

    @Test func anUnknownAddressTakesAsLongAsAWrongPassword() async throws {
        let hasher = PasswordHasher(cost: PasswordCost(rounds: 1 << 12, blockSize: 8, parallelism: 1))
        let stored = try await hasher.hash(Secret("correct horse"))
        func time(_ stored: String?) async throws -> Duration {
            try await ContinuousClock().measure { _ = try await hasher.matches(Secret("wrong"), stored: stored) }
        }
        // The fastest of each, in turns: other work only ever makes one slower.
        var (known, unknown) = (Duration.seconds(60), Duration.seconds(60))
        for round in 0..<60 where round < 5 || unknown <= known / 2 || unknown >= known * 2 {
            known = min(known, try await time(stored))
            unknown = min(unknown, try await time(nil))
        }
        #expect(unknown > known / 2)
        #expect(unknown < known * 2)
    }
}
