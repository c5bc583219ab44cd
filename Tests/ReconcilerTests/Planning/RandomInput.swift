import SimulatedEngine
import Spec

extension PlanInput {
    /// Reasons that tell a person's withdrawal from a file's.
    static let personsReason = "stopped by its user"
    static let filesReason = "not pinned any more"

    /// A small world in which every rule of the planner meets every other, given enough seeds.
    static func random(seed: UInt64) -> PlanInput {
        var input = PlanInput()
        var dice = SplitMix64(seed: seed)
        input.desired.configRevision = Int.random(in: 0...2, using: &dice)
        input.policy = PlanPolicy(
            drainTimeout: .seconds(Int.random(in: 1...200, using: &dice)),
            safetyShare: Double.random(in: 0...1, using: &dice), safetyFloor: Int.random(in: 0...4, using: &dice),
            approvedRevision: dice.chance(0.2) ? 2 : nil, settledRevision: Int.random(in: 0...1, using: &dice),
            maxRecreates: Int.random(in: 1...5, using: &dice))
        for user in 0..<Int.random(in: 1...6, using: &dice) {
            for backend in 0..<2 {
                input.addRandomRunner(RunnerID(user: "u\(user)", backend: "b\(backend)"), using: &dice)
            }
        }
        for image in ["demo:1", "demo:2"] where dice.chance(0.5) {
            input.know(image, as: dice.randomImageID(), for: .seconds(Int.random(in: -1...4, using: &dice)))
        }
        if dice.chance(0.1) { input.contain(nil, "nameless", .randomState(using: &dice)) }
        return input
    }

    private mutating func addRandomRunner(_ id: RunnerID, using dice: inout SplitMix64) {
        for number in 0..<([0, 1, 1, 1, 1, 2, 3].randomElement(using: &dice) ?? 1) {
            contain(
                id, "\(id.user)\(id.backend)c\(number)", .randomState(using: &dice),
                built: dice.chance(0.05) ? nil : .random(using: &dice),
                generation: Int64.random(in: 1...2, using: &dice),
                age: .seconds(Int.random(in: 0...3, using: &dice)),
                imageID: dice.chance(0.2) ? nil : dice.randomImageID())
        }
        let ids = observed.containers.filter { $0.runner == id }.map(\.id.value)
        if dice.chance(0.7) {
            gate(
                id, ready: dice.chance(0.8) ? ids.randomElement(using: &dice) : nil,
                leases: dice.chance(0.5) ? 0 : Int.random(in: 1...3, using: &dice),
                drainingSince: dice.chance(0.3) ? now - .seconds(Int.random(in: -10...300, using: &dice)) : nil)
        }
        if dice.chance(0.1) { inFlight.lanes.insert(id) }
        guard dice.chance(0.85) else { return }
        wish(
            id, .random(using: &dice), spec: .sample(id, .random(using: &dice)),
            blocked: dice.chance(0.15) ? .random(using: &dice) : nil,
            generation: Int64.random(in: 1...2, using: &dice),
            active: now - .seconds(Int.random(in: -100...900, using: &dice)))
        if dice.chance(0.3) {
            fail(
                id, times: Int.random(in: 1...6, using: &dice), generation: Int64.random(in: 1...2, using: &dice),
                retryIn: .seconds(Int.random(in: dice.chance(0.8) ? -10...60 : 290...400, using: &dice)))
        }
    }
}

extension ContainerState {
    static func randomState(using dice: inout SplitMix64) -> ContainerState {
        if dice.chance(0.6) { return .running }
        let rare: [ContainerState] = [
            .created, .paused, .restarting, .removing, .dead, .exited(code: 0), .exited(code: 137), .exited(code: nil),
        ]
        return rare.randomElement(using: &dice) ?? .running
    }
}

extension Fingerprint {
    static func random(using dice: inout SplitMix64) -> Fingerprint {
        .sample(
            image: dice.chance(0.2) ? "demo:2" : "demo:1", seed: dice.chance(0.2) ? "s2" : "s1",
            model: dice.chance(0.2) ? "m2" : "m1")
    }
}

extension Want {
    static func random(using dice: inout SplitMix64) -> Want {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0...2: .always
        case 3: .no(reason: PlanInput.personsReason, drain: false)
        case 4: .no(reason: PlanInput.filesReason, drain: true)
        default: .whileActive(idle: .seconds(Int.random(in: 0...600, using: &dice)))
        }
    }
}

extension BlockReason {
    static func random(using dice: inout SplitMix64) -> BlockReason {
        let all: [BlockReason] = [.missingValues(["LLM_API_KEY"]), .backendUnavailable("demo"), .seed("bad seed")]
        return all.randomElement(using: &dice) ?? .seed("bad seed")
    }
}

extension SplitMix64 {
    fileprivate mutating func randomImageID() -> String { chance(0.8) ? "sha256:1" : "sha256:2" }
}
