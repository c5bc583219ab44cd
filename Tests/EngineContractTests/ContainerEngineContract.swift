import Spec
import Testing

/// What ``ContainerEngine`` promises, checked against every implementation.
@Suite("Contract of ContainerEngine", .serialized)
struct ContainerEngineContract {
    @Test("A created container is listed with what it was made for", arguments: EngineKind.tested)
    func created(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let request = harness.request("one", try await harness.spec(.runs))
            let id = try await harness.engine.createContainer(request)
            let listed = try #require(try await harness.listed(id))
            #expect(listed.name == request.name)
            #expect(listed.state == .created)
            #expect(listed.runner == request.runner)
            #expect(listed.fingerprint == request.fingerprint)
            #expect(listed.generation == request.generation)
            #expect(listed.image == request.spec.image)
            #expect(listed.imageID == (try await harness.engine.imageID(of: request.spec.image)))
            #expect(listed.addresses.isEmpty)
        }
    }

    @Test("A container tells its secret values to who asks for it alone", arguments: EngineKind.tested)
    func secrets(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            var spec = try await harness.spec(.runs)
            spec.environment = [
                EnvironmentVariable("A_KEY", .secret(Secret("sk-1=2"))), EnvironmentVariable("B", .plain("open")),
            ]
            let id = try await harness.engine.createContainer(harness.request("one", spec))
            #expect(try await harness.engine.inspectContainer(id)?.secrets == [Secret("sk-1=2")])
        }
    }

    @Test("A name that is taken is a conflict", arguments: EngineKind.tested)
    func nameTaken(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let first = try await harness.create("one")
            let error = await #expect(throws: EngineError.self) { _ = try await harness.create("one") }
            guard case .conflict(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("\(harness.prefix)-one"))
            #expect(try await harness.engine.listContainers().map(\.id) == [first])
        }
    }

    @Test("A missing image is not found, and nothing is made", arguments: EngineKind.tested)
    func imageMissing(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let request = harness.request("one", ContainerSpec(image: "\(harness.prefix)-nothing:1", port: 8080))
            let error = await #expect(throws: EngineError.self) {
                _ = try await harness.engine.createContainer(request)
            }
            guard case .notFound(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("\(harness.prefix)-nothing:1"))
            let left = try await harness.engine.listContainers()
            #expect(left == [])
        }
    }

    @Test("A started container runs and has an address; starting it again succeeds", arguments: EngineKind.tested)
    func started(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one")
            try await harness.engine.startContainer(id)
            let listed = try #require(try await harness.listed(id))
            #expect(listed.state == .running)
            #expect(listed.addresses.count == 1)
            let detail = try #require(try await harness.engine.inspectContainer(id))
            #expect(detail.container == listed.withTime(of: detail.container))
            #expect(detail.startedAt != nil)
            #expect(detail.exitCode == nil)
        }
    }

    @Test("An absent container cannot be started", arguments: EngineKind.tested)
    func startAbsent(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let error = await #expect(throws: EngineError.self) { try await harness.engine.startContainer(.absent) }
            guard case .notFound = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("A container that ends by itself is listed with its exit code", arguments: EngineKind.tested)
    func exits(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one", AgentBehaviour(exitCode: 3))
            let listed = try #require(try await harness.listed(id) { $0.state != .running })
            #expect(listed.state == .exited(code: 3))
            #expect(listed.addresses.isEmpty)
            let detail = try #require(try await harness.engine.inspectContainer(id))
            #expect(detail.exitCode == 3)
            #expect(!detail.outOfMemory)
        }
    }

    @Test("A stopped container has ended by itself; stopping it again succeeds", arguments: EngineKind.tested)
    func stops(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one")
            try await harness.passingTime { try await harness.engine.stopContainer(id, graceSeconds: 10) }
            #expect(try await harness.listed(id)?.state == .exited(code: 0))
            try await harness.engine.stopContainer(id, graceSeconds: 10)
        }
    }

    @Test("A container that ignores the stop signal is killed after its grace", arguments: EngineKind.tested)
    func stopsTheDeaf(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one", AgentBehaviour(prints: ["deaf"], ignoresStop: true))
            try await harness.passingTime {
                while try await harness.engine.logs(of: id, tail: 1) != ["deaf"] { await Task.yield() }
                try await harness.engine.stopContainer(id, graceSeconds: 1)
            }
            #expect(try await harness.listed(id)?.state == .exited(code: 137))
        }
    }

    @Test("Stopping a created or an absent container succeeds and changes nothing", arguments: EngineKind.tested)
    func stopsNothing(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.create("one")
            try await harness.engine.stopContainer(id, graceSeconds: 1)
            #expect(try await harness.listed(id)?.state == .created)
            try await harness.engine.stopContainer(.absent, graceSeconds: 1)
        }
    }

    @Test("A running container can be removed, and its name is free then", arguments: EngineKind.tested)
    func removes(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one")
            try await harness.engine.removeContainer(id)
            let left = try await harness.engine.listContainers()
            #expect(left == [])
            #expect(try await harness.engine.inspectContainer(id) == nil)
            try await harness.engine.removeContainer(id)
            _ = try await harness.create("one")
        }
    }

    @Test("Removing one container from many sides at once succeeds", arguments: EngineKind.tested)
    func removesTogether(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.start("one")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await harness.engine.removeContainer(id) } }
                try await group.waitForAll()
            }
            #expect(try await harness.engine.inspectContainer(id) == nil)
        }
    }

    @Test("Strays are not listed", arguments: EngineKind.tested)
    func strays(_ kind: EngineKind) async throws {
        try await kind.check { harness in
            let id = try await harness.create("one")
            _ = try await harness.addStray()
            #expect(try await harness.engine.listContainers().map(\.id) == [id])
        }
    }
}

extension ContainerID {
    static let absent = ContainerID(String(repeating: "0123456789abcdef", count: 4))
}

extension ObservedContainer {
    /// A listing knows the time of creation in seconds, an inspection in milliseconds.
    fileprivate func withTime(of other: ObservedContainer) -> ObservedContainer {
        var copy = self
        copy.createdAt = other.createdAt
        return copy
    }
}
