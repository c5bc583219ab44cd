import Foundation
import Spec

/// Hashes and checks passwords on its own threads, two at once: a wave of logins queues up here and takes neither
/// the threads that serve requests nor more than two hashes' memory.
final class PasswordHasher: Sendable {
    private let cost: PasswordCost
    private let queue: OperationQueue

    init(cost: PasswordCost) {
        self.cost = cost
        queue = OperationQueue()
        queue.name = "operatord.passwords"
        queue.maxConcurrentOperationCount = 2
    }

    /// In the form that ``matches(_:stored:)`` takes.
    func hash(_ password: Secret) async throws -> String {
        try await run { [cost] in try PasswordHash(of: password.reveal(), cost: cost).description }
    }

    /// Whether `stored` is a hash of `password`. Without one it takes the same time and answers false.
    ///
    /// - Parameter bcryptCosts: Of all accounts that still have a hash of the original service. Each check then takes
    ///   the time of one scrypt hash and one of each of these, so that the time does not tell who has which, or none.
    func matches(_ password: Secret, stored: String?, bcryptCosts: Set<Int> = []) async throws -> Bool {
        try await run { [cost] in
            let scrypt = stored.flatMap(PasswordHash.init)
            let bcrypt = stored.flatMap(BcryptHash.init)
            var matches = false
            if let scrypt {
                matches = try scrypt.matches(password.reveal())
            } else {
                _ = try PasswordHash(of: password.reveal(), cost: cost)
            }
            if let bcrypt { matches = try bcrypt.matches(password.reveal()) }
            for other in bcryptCosts where other != bcrypt?.cost {
                try BcryptHash.spend(password.reveal(), cost: other)
            }
            return matches
        }
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
