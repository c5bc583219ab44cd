package import Spec
import Synchronization

/// What the names of images mean on this host, asked for at most once in an interval: one call for each image that is
/// used, whatever the number of runners.
package final class ImageCatalog: Sendable {
    private struct State {
        var images: [String: KnownImage] = [:]
        /// Not before this time, unless something changed.
        var dueAt = Timestamp.epoch
    }

    private let engine: any ContainerEngine
    private let state = Mutex(State())

    package init(engine: any ContainerEngine) { self.engine = engine }

    /// Has the next ``images(of:at:freshFor:)`` ask again.
    func expire() { state.withLock { $0.dueAt = .epoch } }

    /// By reference, those of `references` that are present. What could not be looked up stays as it was known.
    package func images(
        of references: @autoclosure () -> Set<String>, at now: Timestamp, freshFor interval: Duration
    ) async -> [String: KnownImage] {
        let (known, dueAt) = state.withLock { ($0.images, $0.dueAt) }
        // A clock that was set back must not keep it from asking.
        guard now >= dueAt || dueAt > now + interval else { return known }
        var images: [String: KnownImage] = [:]
        for reference in references() {
            do throws(EngineError) {
                guard let id = try await engine.imageID(of: reference) else { continue }
                let since = known[reference].flatMap { $0.id == id ? $0.since : nil } ?? now
                images[reference] = KnownImage(id: id, since: since, askedAt: now)
            } catch {
                images[reference] = known[reference]
            }
        }
        state.withLock { $0 = State(images: images, dueAt: now + interval) }
        return images
    }
}

extension DesiredState {
    /// References of the images that wanted runners are made from.
    package var imageReferences: Set<String> {
        Set(runners.values.compactMap { $0.specIfWanted?.container.image })
    }
}
