import Spec

extension DesiredStateEditing {
    /// Asks for the runner's recreation, and lets no request in before a pass has seen that, so that the very next one
    /// reaches the new container. False when nobody wishes the runner.
    func recycle(_ id: RunnerID, closing gate: any RunnerStarting) async throws -> Bool {
        let recycled = try await recycle(id)
        if recycled { gate.closeUntilNextPass([id]) }
        return recycled
    }
}
