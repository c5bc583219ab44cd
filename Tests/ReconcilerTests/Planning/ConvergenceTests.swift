import Spec
import Testing

/// Random histories of the model world: trouble for a while, then calm. A failure names the seed:
/// `ModelWorld(seed:)` is the history.
@Suite("Plan: convergence")
struct ConvergenceTests {
    private static let seeds: Range<UInt64> = 0..<2000

    @Test func `Every history converges once it is left alone, and breaks no rule on the way`() {
        for seed in Self.seeds {
            var world = ModelWorld(seed: seed)
            for _ in 0..<25 {
                world.disturb()
                _ = world.round()
            }
            var rounds = 0
            var plan = world.input.plan
            while !plan.isEmpty || plan.held.contains(where: \.isTemporary), rounds < 30 {
                world.settle(plan)
                plan = world.round()
                rounds += 1
                plan = world.input.plan
            }
            #expect(rounds < 30, "seed \(seed) does not converge: \(plan) \(plan.held)")
            #expect(world.violations == [], "seed \(seed)")
            let wrong = world.input.wrongAtRest
            #expect(wrong == [], "seed \(seed)")
        }
    }
}

extension Hold {
    fileprivate var isTemporary: Bool {
        switch reason {
        case .backoff, .draining, .turn: true
        case .crashLoop, .blocked, .safetyShare, .userLimit: false
        }
    }
}

extension PlanInput {
    /// Runners that are not what they should be, told without the planner.
    fileprivate var wrongAtRest: [RunnerID] {
        let ids = Set(desired.runners.keys).union(observed.containers.compactMap(\.runner))
        return ids.filter { !isRight($0) }.sorted()
    }

    private func isRight(_ id: RunnerID) -> Bool {
        let containers = observed.containers.filter { $0.runner == id }
        guard let runner = desired.runners[id], case .runnable(let spec) = runner.resolution, isWanted(runner) else {
            return containers.isEmpty
        }
        if let failure = history.records[id], failure.generation == runner.generation, failure.count >= 5 {
            return containers.count <= 1
        }
        return containers.count == 1 && containers[0].state == .running
            && containers[0].fingerprint.map(spec.fingerprint.matches) == true
            && inFlight.activity[id]?.ready == containers[0].id && inFlight.activity[id]?.drainingSince == nil
    }

    private func isWanted(_ runner: DesiredRunner) -> Bool {
        let last = max(runner.lastActivity, inFlight.activity[runner.id]?.lastActivity ?? .epoch)
        return switch runner.want {
        case .always: true
        case .no: false
        case .whileActive(let idle): idle == .zero || now < last + idle
        }
    }
}
