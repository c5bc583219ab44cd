/// What one client has not read yet. Of more than `limit` the oldest are left out, and something may stand in their place.
struct Unread<Value: Sendable>: Sendable {
    /// What stands in the place of what was left out, given what stands there already and the next that goes; nil is
    /// nothing.
    typealias Replacement = @Sendable (_ before: Value?, _ next: Value) -> Value?

    private let limit: Int
    private let replacement: Replacement
    private var replaced: Value?
    private var values: [Value] = []
    /// Index of the oldest that is not taken.
    private var oldest = 0

    init(limit: Int, replacement: @escaping Replacement) {
        self.limit = limit
        self.replacement = replacement
    }

    mutating func put(_ value: Value) {
        values.append(value)
        guard values.count - oldest > limit else { return }
        replaced = replacement(replaced, values[oldest])
        advance()
    }

    /// The oldest; nil when there is none.
    mutating func take() -> Value? {
        if let value = replaced {
            replaced = nil
            return value
        }
        guard oldest < values.count else { return nil }
        defer { advance() }
        return values[oldest]
    }

    /// What was taken is given back now and then, so that each costs the same.
    private mutating func advance() {
        oldest += 1
        guard oldest == values.count || oldest >= limit else { return }
        values.removeFirst(oldest)
        oldest = 0
    }
}
