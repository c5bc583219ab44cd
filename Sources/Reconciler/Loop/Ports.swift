import Logging
import Spec

/// What the loop is given of the other rooms.
struct Ports: Sendable {
    let engine: any ContainerEngine
    let desired: any DesiredStateReading
    let editing: any DesiredStateEditing
    let journal: any ReconcileJournal
    let homes: any HomePreparing
    let probe: any ReadinessProbing
    let clock: any WallClock
    let logger: Logger
}
