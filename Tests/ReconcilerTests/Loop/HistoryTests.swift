import Reconciler
import SimulatedEngine
import Spec
import Testing

/// Random histories of faults, edits and restarts. Whatever happened, the world ends as desired.
///
/// A failing history prints its seed; `SWIFT_DETERMINISTIC_HASHING=1` makes a seed give the same history again.
@Suite struct HistoryTests {
    @Test(arguments: 0..<20)
    func `random histories converge`(batch: UInt64) async throws {
        for seed in batch * 100..<(batch + 1) * 100 {
            var history = RandomHistory(seed: seed)
            let problems = try await history.play()
            #expect(problems == [], "seed \(seed): \(history.acts.joined(separator: "; "))")
            if !problems.isEmpty { return }
        }
    }
}

/// One history, following from its seed.
struct RandomHistory {
    private var dice: SplitMix64
    private let simulation: Simulation
    private let ids = ["alice", "bob", "carol"].map { RunnerID(user: $0, backend: "demo") }
    private let seed: UInt64
    private var leases: [any RunnerLease] = []
    private var waits: [Started<Result<any RunnerLease, GateError>>] = []
    private var versions = 1
    private(set) var acts: [String] = []

    init(seed: UInt64) {
        self.seed = seed
        dice = SplitMix64(seed: seed)
        simulation = Simulation(seed: seed, settings: ReconcilerSettings(maxLanes: 2))
    }

    /// What is wrong in the end, or was on the way.
    mutating func play() async throws -> [String] {
        for id in ids { simulation.want(id) }
        simulation.engine.addStray(named: "somebody-else")
        for _ in 0..<Int.random(in: 5...25, using: &dice) {
            act()
            simulation.run(for: .milliseconds(Int.random(in: 0...3000, using: &dice)))
            let doubles = simulation.doubles()
            if !doubles.isEmpty { return doubles }
        }
        return try await calm()
    }

    /// Takes all trouble away, asks for another try where it was given up, and gives the controller time.
    private mutating func calm() async throws -> [String] {
        leases = []
        simulation.engine.comeBack()
        simulation.engine.dropEvents(false)
        simulation.engine.editFaults { $0.clear() }
        simulation.engine.addImage(Simulation.image)
        simulation.desired.fail(with: nil)
        simulation.journal.fail(with: nil)
        simulation.homes.fail(with: nil)
        simulation.run(for: .seconds(200))
        for id in ids {
            simulation.edit(id) { runner in
                runner.generation += 1
                if case .whileActive = runner.want { runner.want = .always }
            }
        }
        simulation.run(for: .seconds(400))
        var problems = try await simulation.divergences()
        if simulation.engine.strays.count != 1 { problems.append("a stray was touched") }
        if waits.contains(where: { $0.value == nil }) { problems.append("somebody still waits") }
        return problems
    }

    private mutating func act() {
        let id = ids.randomElement(using: &dice) ?? ids[0]
        let name = "demo-\(id.user)"
        switch Int.random(in: 0..<20, using: &dice) {
        case 0:
            note("kill \(name)")
            simulation.engine.kill(named: name, code: Int.random(in: 0...2, using: &dice))
        case 1:
            note("remove \(name)")
            simulation.engine.removeBehindBack(named: name)
        case 2:
            note("daemon away")
            simulation.engine.goAway(stoppingContainers: dice.chance(0.5))
        case 3:
            note("daemon back")
            simulation.engine.comeBack()
        case 4:
            versions += 1
            note("\(id) version \(versions)")
            let spec = Simulation.spec(id, version: versions)
            simulation.edit(id) {
                $0.resolution = .runnable(spec)
                $0.generation += 1
            }
        case 5:
            note("\(id) not wanted")
            let drain = dice.chance(0.5)
            simulation.edit(id) { $0.want = .no(reason: "test", drain: drain) }
        case 6:
            note("\(id) wanted")
            simulation.edit(id) { $0.want = .always }
        case 7:
            note("\(id) blocked")
            simulation.edit(id) { $0.resolution = .blocked(.missingValues(["KEY"])) }
        case 8:
            note("restart")
            waits = []
            leases = []
            simulation.restart()
        case 9:
            note("clock jump")
            simulation.clock.jump(by: .seconds(Int.random(in: -60...60, using: &dice)))
        case 10:
            note("event gap")
            simulation.engine.dropEvents(dice.chance(0.6))
        case 11:
            note("desired state unreadable")
            simulation.desired.fail(with: dice.chance(0.5) ? EngineError.malformed("disk") : nil)
        case 12:
            note("journal away")
            simulation.journal.fail(with: dice.chance(0.5) ? EngineError.malformed("disk") : nil)
        case 13:
            note("image")
            let exits = dice.chance(0.3) ? Int.random(in: 1...4, using: &dice) : nil
            let ready: Duration? = dice.chance(0.2) ? nil : .milliseconds(Int.random(in: 0...2000, using: &dice))
            simulation.engine.addImage(
                Simulation.image,
                behaviour: ImageBehaviour(
                    readyAfter: ready, exitsAtProbe: exits,
                    stopsAfter: .milliseconds(Int.random(in: 0...3000, using: &dice))))
        case 14:
            note("lease \(id)")
            waits.append(simulation.lease(id, atMost: .seconds(30)))
        case 15:
            note("hold \(id)")
            if let lease = simulation.reconciler.leaseIfReady(id) { leases.append(lease) }
        case 16:
            note("release")
            leases = []
        case 17:
            note("homes")
            simulation.homes.fail(with: dice.chance(0.5) ? HomeError(path: "/homes", message: "full") : nil)
        default:
            let probability = dice.chance(0.3) ? 0 : 0.3
            note("faults \(probability)")
            let faults: [Fault] = [
                .replyLost, .serverError, .notFound, .conflict, .hangs, .takes(.seconds(2)), .answersAfter(.seconds(1)),
                .fails(.malformed("nonsense")), .replyLost(.timedOut(call: "call", after: .seconds(30))),
            ]
            let seed = dice.next()
            simulation.engine.editFaults {
                $0.clear()
                $0.strikeRandomly(faults, probability: probability, seed: seed)
            }
        }
    }

    private mutating func note(_ act: String) { acts.append(act) }
}
