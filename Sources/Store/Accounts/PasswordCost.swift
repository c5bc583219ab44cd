/// What one scrypt hash costs: memory is `128 * rounds * blockSize` bytes, time grows with all three.
package struct PasswordCost: Sendable, Hashable {
    /// A power of two.
    package var rounds: Int
    package var blockSize: Int
    package var parallelism: Int

    /// 16 MiB a hash; of the strength that OWASP's password storage page asks of scrypt.
    package static let standard = PasswordCost(rounds: 1 << 14, blockSize: 8, parallelism: 5)
    /// For tests that make many accounts.
    package static let least = PasswordCost(rounds: 2, blockSize: 1, parallelism: 1)

    package init(rounds: Int, blockSize: Int, parallelism: Int) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }
}
