package import Spec

/// The kinds of calls, as the log and a fault script name them.
package enum EngineCall: String, Sendable, CaseIterable {
    case list, inspect, create, start, stop, remove, logs, image, pull, network, info
}

/// What goes wrong with one call.
package enum Fault: Sendable, Hashable {
    /// Refused before anything happened: 404, 409, 500, no connection.
    case fails(EngineError)
    /// Carried out; the caller gets this error instead of the answer.
    case replyLost(EngineError)
    /// No answer until the caller's deadline or cancellation; not carried out.
    case hangs
    /// Carried out after this much of the clock's time; not at all when cancelled before.
    case takes(Duration)
    /// Carried out at once; the answer comes after this much of the clock's time and may be old news by then.
    case answersAfter(Duration)

    /// Carried out, then the connection broke.
    package static let replyLost = Fault.replyLost(.unreachable("connection reset after the request was sent"))
    /// 500.
    package static let serverError = Fault.fails(.refused(status: 500, message: "server error"))
    /// 404.
    package static let notFound = Fault.fails(.notFound("no such container"))
    /// 409.
    package static let conflict = Fault.fails(.conflict("conflict"))
}

/// Which calls get which faults. Numbered faults come before random ones; each numbered fault strikes once.
package struct FaultScript: Sendable {
    private struct Entry {
        var call: EngineCall?
        /// Calls still to let pass before this one strikes.
        var remaining: Int
        var fault: Fault
    }

    private var entries: [Entry] = []
    private var random: (generator: SplitMix64, probability: Double, faults: [Fault], calls: Set<EngineCall>)?

    package init() {}

    /// Strikes the `nth` call from now (1 is the next), of one kind or, with nil, of any kind.
    package mutating func add(_ fault: Fault, on call: EngineCall? = nil, nth: Int = 1) {
        entries.append(Entry(call: call, remaining: nth - 1, fault: fault))
    }

    /// Strikes calls of the given kinds by chance, until ``clear()``. The sequence follows from the seed.
    package mutating func strikeRandomly(
        _ faults: [Fault], on calls: Set<EngineCall> = Set(EngineCall.allCases), probability: Double, seed: UInt64
    ) {
        random = (SplitMix64(seed: seed), probability, faults, calls)
    }

    package mutating func clear() {
        entries = []
        random = nil
    }

    /// The fault for the call that is made now. A call counts for every entry that it fits.
    package mutating func next(for call: EngineCall) -> Fault? {
        var struck: Fault?
        for place in entries.indices where entries[place].call == nil || entries[place].call == call {
            if entries[place].remaining == 0, struck == nil { struck = entries[place].fault }
            entries[place].remaining -= 1
        }
        entries.removeAll { $0.remaining < 0 }
        return struck ?? randomFault(for: call)
    }

    private mutating func randomFault(for call: EngineCall) -> Fault? {
        guard var dice = random, dice.calls.contains(call) else { return nil }
        defer { random = dice }
        guard dice.generator.chance(dice.probability) else { return nil }
        return dice.faults.randomElement(using: &dice.generator)
    }
}
