import Testing

@testable import API

/// Every state against every event that can meet it, without a network.
struct ProxyStateMachineTests {
    typealias Machine = ProxyStateMachine<String, Int>

    /// The states, named, with the machine in them.
    static var states: [(name: String, machine: Machine)] {
        var machine = Machine()
        var states = [("authenticating", machine)]
        _ = machine.authenticated()
        states.append(("receiving", machine))
        _ = machine.requestReceived()
        states.append(("waiting", machine))
        var open = machine
        _ = open.commentDue()
        states.append(("waiting, open", open))
        _ = machine.leased("lease")
        states.append(("connecting", machine))
        _ = open.leased("lease")
        states.append(("connecting, open", open))
        _ = machine.connected(1)
        states.append(("sent", machine))
        _ = open.connected(1)
        states.append(("sent, open", open))
        _ = machine.responseHead(unfitForOpenStream: nil)
        states.append(("relaying", machine))
        _ = machine.responseEnd()
        states.append(("ended", machine))
        return states
    }

    private static func actions(_ event: (inout Machine) -> Machine.Action) -> [String: Machine.Action] {
        var actions: [String: Machine.Action] = [:]
        for (name, machine) in states {
            var machine = machine
            let action = event(&machine)
            if action != .none { actions[name] = action }
        }
        return actions
    }

    @Test func aRequestGoesThroughItsStatesInOrder() {
        var machine = Machine()
        #expect(machine.authenticated() == .receiveBody)
        #expect(machine.wantsBody)
        #expect(machine.requestReceived() == .askGate)
        #expect(machine.leased("lease") == .connect("lease"))
        #expect(machine.connected(1) == .send("lease", 1, .nothing))
        #expect(machine.upstream == 1)
        #expect(machine.responseHead(unfitForOpenStream: .upstreamClosed) == .relayHead)
        #expect(machine.responseBody() == .relayBody("lease"))
        #expect(machine.responseEnd() == .finish("lease", 1))
        #expect(machine.hasEnded)
    }

    @Test func eachEndHandsBackWhatWasHeld() {
        let failure = APIFailure.upstreamTimeout
        let both = Machine.Remains(lease: "lease", upstream: 1)
        #expect(
            Self.actions { $0.failed(failure) } == [
                "authenticating": .fail(failure, .nothing, .init(hasTask: true)),
                "receiving": .fail(failure, .nothing, .init()),
                "waiting": .fail(failure, .nothing, .init(hasTask: true)),
                "waiting, open": .fail(failure, .openStream, .init(hasTask: true)),
                "connecting": .fail(failure, .nothing, .init(lease: "lease")),
                "connecting, open": .fail(failure, .openStream, .init(lease: "lease")),
                "sent": .fail(failure, .nothing, both),
                "sent, open": .fail(failure, .openStream, both),
                "relaying": .cut(failure, both),
            ])
    }

    @Test func aClientThatLeavesEndsItInEveryState() {
        let both = Machine.Remains(lease: "lease", upstream: 1)
        #expect(
            Self.actions { $0.clientLeft() } == [
                "authenticating": .abandon(.init(hasTask: true)),
                "receiving": .abandon(.init()),
                "waiting": .abandon(.init(hasTask: true)),
                "waiting, open": .abandon(.init(hasTask: true)),
                "connecting": .abandon(.init(lease: "lease")),
                "connecting, open": .abandon(.init(lease: "lease")),
                "sent": .abandon(both),
                "sent, open": .abandon(both),
                "relaying": .abandon(both),
            ])
    }

    @Test(arguments: [true, false])
    func afterAnEndNothingHappensTwice(leaves: Bool) {
        for (_, machine) in Self.states {
            var machine = machine
            _ = leaves ? machine.clientLeft() : machine.failed(.upstreamClosed)
            #expect(machine.hasEnded)
            #expect(machine.failed(.upstreamClosed) == .none)
            #expect(machine.clientLeft() == .none)
            #expect(machine.commentDue() == .none)
            #expect(machine.responseEnd() == .none)
            #expect(!machine.mayComment)
        }
    }

    @Test func whatComesTooLateIsGivenBack() {
        var machine = Machine()
        _ = machine.clientLeft()
        #expect(machine.leased("late") == .giveBack("late"))
        #expect(machine.connected(2) == .close(2))
    }

    @Test func commentsAreDueOnlyUntilTheRunnerAnswers() {
        #expect(
            Self.actions { $0.commentDue() } == [
                "waiting": .openStream, "waiting, open": .comment, "connecting": .openStream,
                "connecting, open": .comment, "sent, open": .comment,
            ])
    }

    @Test func anOpenStreamTakesOnlyAnEventStream() throws {
        let sent = try #require(Self.states.first { $0.name == "sent, open" }?.machine)
        var fitting = sent
        #expect(fitting.responseHead(unfitForOpenStream: nil) == .relayIntoOpenStream)
        var unfit = sent
        #expect(
            unfit.responseHead(unfitForOpenStream: .upstreamClosed)
                == .fail(.upstreamClosed, .openStream, .init(lease: "lease", upstream: 1)))
    }
}
