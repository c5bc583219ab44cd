import Testing

/// The value of `work`. Fails the test when that takes longer than `limit`, so that what never happens is told within
/// seconds instead of hanging. `work` has to end when it is cancelled.
func within<Value: Sendable>(
    _ limit: Duration, sourceLocation: SourceLocation, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        let first = try await group.next() ?? nil
        group.cancelAll()
        return try #require(first, "This took longer than \(limit).", sourceLocation: sourceLocation)
    }
}
