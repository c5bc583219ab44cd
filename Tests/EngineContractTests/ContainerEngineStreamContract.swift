import Spec
import Synchronization
import Testing

/// What ``ContainerEngine`` promises about logs, images, events and the daemon itself.
@Suite("Contract of ContainerEngine: logs, images, events", .serialized)
struct ContainerEngineStreamContract {
    @Test("Logs are the last lines, oldest first", arguments: EngineKind.tested)
    func logs(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start(
                "one", AgentBehaviour(prints: ["one", "zwei — δύο", "three"], exitCode: 0))
            _ = try await harness.listed(id) { $0.state != .running }
            #expect(try await harness.engine.logs(of: id, tail: 50) == ["one", "zwei — δύο", "three"])
            #expect(try await harness.engine.logs(of: id, tail: 2) == ["zwei — δύο", "three"])
            #expect(try await harness.engine.logs(of: id, tail: 0) == [])
            #expect(try await harness.engine.logs(of: .absent, tail: 50) == [])
        }
    }

    @Test("Followed logs begin with the last lines and end with the container", arguments: EngineKind.tested)
    func followedLogs(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one", AgentBehaviour(prints: ["one", "zwei — δύο", "three"]))
            _ = try await harness.listed(id) { $0.state == .running }
            while try await harness.engine.logs(of: id, tail: 50).count < 3 { await Task.yield() }
            let read = Mutex<[String]>([])
            async let following: Void = harness.engine.followLogs(of: id, tail: 2) { line in
                read.withLock { $0.append(line) }
            }
            while read.withLock({ $0.count }) < 2 { await Task.yield() }
            try await harness.engine.stopContainer(id, graceSeconds: 0)
            try await following
            #expect(read.withLock { $0 } == ["zwei — δύο", "three"])
            try await harness.engine.followLogs(of: .absent, tail: 50) { line in
                Issue.record("an absent container says \(line)")
            }
        }
    }

    @Test("An absent container cannot be inspected and an absent image has no id", arguments: EngineKind.tested)
    func absent(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            #expect(try await harness.engine.inspectContainer(.absent) == nil)
            #expect(try await harness.engine.imageID(of: "\(harness.prefix)-nothing:1") == nil)
            let image = try await harness.spec(.runs).image
            let present = try await harness.engine.imageID(of: image)
            #expect(present?.hasPrefix("sha256:") == true)
        }
    }

    @Test("A pull of an image that no registry has says so", arguments: EngineKind.tested)
    func pullMissing(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let image = "127.0.0.1:1/\(harness.prefix)/nothing:1"
            let error = await #expect(throws: EngineError.self) {
                try await harness.engine.pullImage(image) { _ in }
            }
            #expect(error?.isInconclusive == false)
        }
    }

    @Test("Events tell of a container's life, beginning with the subscription", arguments: EngineKind.tested)
    func events(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            var events = harness.engine.events().makeAsyncIterator()
            #expect(try await events.next() == EngineEvent(action: "subscribed"))

            let id = try await harness.start("one")
            try await harness.kill("\(harness.prefix)-one")
            try await harness.engine.removeContainer(id)

            for action in ["create", "start", "die", "destroy"] {
                let expected = EngineEvent(
                    action: action, container: id, runner: RunnerID(user: "alice", backend: "demo"),
                    exitCode: action == "die" ? 137 : nil)
                #expect(try await events.next() == expected)
            }
        }
    }

    @Test("Events of strays are not told", arguments: EngineKind.tested)
    func eventsOfStrays(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            var events = harness.engine.events().makeAsyncIterator()
            _ = try await events.next()
            _ = try await harness.addStray()
            let id = try await harness.create("one")
            #expect(try await events.next()?.container == id)
        }
    }

    @Test("A network can be ensured again and again", arguments: EngineKind.tested)
    func network(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            for _ in 0..<3 { try await harness.engine.ensureNetwork(named: "\(harness.prefix)-0") }
        }
    }

    @Test("The engine says what it is", arguments: EngineKind.tested)
    func info(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let info = try await harness.engine.info()
            #expect(!info.version.isEmpty)
            #expect(info.apiVersion.hasPrefix("1."))
            #expect(info.cpus > 0)
            #expect(info.memoryBytes > 0)
        }
    }

    @Test("A cancelled call ends as cancelled", arguments: EngineKind.tested)
    func cancelled(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one", AgentBehaviour(prints: ["deaf"], ignoresStop: true))
            while try await harness.engine.logs(of: id, tail: 1) != ["deaf"] { await Task.yield() }
            let call = Task { try await harness.engine.stopContainer(id, graceSeconds: 30) }
            call.cancel()
            await #expect(throws: EngineError.cancelled) { try await call.value }
        }
    }
}
