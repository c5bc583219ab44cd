import Spec

/// The parts of a running reconciler, wired together.
struct Machine: Sendable {
    let ports: Ports
    let gate: Gate
    let board: StatusBoard
    let lanes: LaneTable
    let ledger: FailureLedger
    let departures: Departures
    let ownStops: OwnStops
    let deaths: Deaths
    let settled: SettledRevision
    let wave: WaveWatch
    let metrics: ReconcilerMetrics
    let alarm: Alarm
    let workshop: Workshop
    let images: ImageCatalog
    let pulls: ImagePulls
    let runner: LaneRunner

    /// Stops that wait for a container's grace at once, for each slot.
    private static let stopsPerSlot = 4

    init(ports: Ports, settings: ReconcilerSettings, chance: any RandomNumberGenerator & Sendable) {
        self.ports = ports
        alarm = Alarm()
        gate = Gate(clock: ports.clock, alarm: alarm)
        board = StatusBoard(gate: gate, clock: ports.clock)
        lanes = LaneTable()
        ledger = FailureLedger(ports: ports, chance: chance)
        departures = Departures()
        ownStops = OwnStops()
        deaths = Deaths()
        settled = SettledRevision()
        wave = WaveWatch()
        metrics = ReconcilerMetrics(since: ports.clock.now())
        workshop = Workshop()
        images = ImageCatalog(engine: ports.engine)
        pulls = ImagePulls(engine: ports.engine, workshop: workshop, clock: ports.clock) { [images, alarm] in
            images.expire()
            alarm.ring()
        }
        let tools = LaneTools(
            ports: ports, gate: gate, board: board, pulls: pulls,
            ownStops: ownStops, slots: Slots(settings.maxLanes), waits: Slots(settings.maxLanes * Self.stopsPerSlot))
        runner = LaneRunner(tools: tools, ledger: ledger, metrics: metrics)
    }

    func resize(to maxLanes: Int) {
        runner.tools.slots.resize(to: maxLanes)
        runner.tools.waits.resize(to: maxLanes * Self.stopsPerSlot)
    }

    /// Puts a lane to work. Its end nudges.
    func dispatch(_ lane: Lane, pass: Int, settings: ReconcilerSettings) {
        guard let running = lanes.begin(lane, pass: pass) else { return }
        workshop.add {
            let outcome = await runner.run(
                running, settings: settings, ifInconclusive: lanes.patience(with: lane.runner))
            lanes.end(running, outcome)
            alarm.ring()
        }
    }

    /// Finds out about a dead container, its runner being busy meanwhile.
    func examine(_ crash: Crash, pass: Int) {
        guard let id = crash.container.runner else { return }
        let lane = Lane(runner: id, verb: .reap, cause: "it died", steps: [], generation: crash.generation)
        guard let running = lanes.begin(lane, pass: pass) else { return }
        workshop.add {
            await runner.examine(crash)
            lanes.end(running, .done)
            alarm.ring()
        }
    }
}
