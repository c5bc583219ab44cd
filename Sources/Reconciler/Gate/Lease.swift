import Spec
import Synchronization

/// A counted hold on a gate entry.
final class Lease: RunnerLease {
    let endpoint: RunnerEndpoint
    private let gate: Gate
    private let pulse: Pulse
    private let released = Atomic<Bool>(false)

    init(endpoint: RunnerEndpoint, gate: Gate, pulse: Pulse) {
        self.endpoint = endpoint
        self.gate = gate
        self.pulse = pulse
    }

    deinit { release() }

    func touch() {
        pulse.beat(gate.clock.now())
    }

    func release() {
        guard !released.exchange(true, ordering: .relaxed) else { return }
        touch()
        gate.release(endpoint.runner)
    }
}
