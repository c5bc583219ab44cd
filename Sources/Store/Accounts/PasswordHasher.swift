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
    func matches(_ password: Secret, stored: String?) async throws -> Bool {
        try await run { [cost] in
            guard let hash = stored.flatMap(PasswordHash.init) else {
                _ = try PasswordHash(of: password.reveal(), cost: cost)
                return false
            }
            return try hash.matches(password.reveal())
        }
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
