package import Spec

extension Reconciler: ImageKeeping {
    package func pullImage(
        _ reference: String, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws(EngineError) {
        try await machine.pulls.pull(reference, progress: progress)
    }

    package func beginPull(of reference: String) { machine.pulls.begin(reference) }

    package func imageReport(of reference: String) async -> ImageReport {
        let (pull, last) = machine.pulls.report(of: reference)
        let presence: ImageReport.Presence
        do throws(EngineError) {
            presence = try await machine.ports.engine.imageID(of: reference).map { .present($0) } ?? .missing
        } catch {
            presence = .unknown(error.description)
        }
        return ImageReport(presence: presence, pull: pull, lastPull: last)
    }
}
