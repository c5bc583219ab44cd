import Foundation
import Logging
import NIOCore
import Spec
import Testing

@testable import DockerEngine

/// How failures between here and the daemon come out.
@Suite("Failures on the way to the daemon")
struct EngineFaultTests {
    @Test("A daemon that does not answer times out, with the call's name")
    func hang() async throws {
        try await StubDaemon.running { _ in
            .hang
        } body: { _, engine in
            await #expect(throws: EngineError.timedOut(call: "GET /containers/json", after: StubDaemon.deadline)) {
                try await engine.listContainers()
            }
        }
    }

    @Test("An answer that never ends times out")
    func endlessBody() async throws {
        try await StubDaemon.running { _ in
            .unfinished(["["])
        } body: { _, engine in
            await #expect(throws: EngineError.timedOut(call: "GET /containers/json", after: StubDaemon.deadline)) {
                try await engine.listContainers()
            }
        }
    }

    @Test("A stop has its grace on top of its deadline")
    func stopDeadline() async throws {
        try await StubDaemon.running { _ in
            .hang
        } body: { _, engine in
            let limit = StubDaemon.deadline + .seconds(1)
            await #expect(throws: EngineError.timedOut(call: "POST /containers/abc/stop", after: limit)) {
                try await engine.stopContainer(ContainerID("abc"), graceSeconds: 1)
            }
        }
    }

    @Test(
        "A refusal keeps the daemon's words",
        arguments: [
            (500, EngineError.refused(status: 500, message: "disk full")),
            (400, .refused(status: 400, message: "disk full")), (409, .conflict("disk full")),
        ]
    )
    func refusal(status: Int, expected: EngineError) async throws {
        try await StubDaemon.running { _ in
            .refusal(status, #"{"message":"disk full"}"#)
        } body: { _, engine in
            await #expect(throws: expected) { try await engine.startContainer(ContainerID("abc")) }
        }
    }

    @Test("A refusal that is not JSON is kept as text")
    func refusalAsText() async throws {
        try await StubDaemon.running { _ in
            .refusal(502, "<html>bad gateway</html>\n")
        } body: { _, engine in
            await #expect(throws: EngineError.refused(status: 502, message: "<html>bad gateway</html>")) {
                try await engine.listContainers()
            }
        }
    }

    @Test("Broken JSON is malformed, never an empty list", arguments: ["", "[{\"Id\":", "{}", "[{\"Id\":\"abc\"}]"])
    func malformed(body: String) async throws {
        try await StubDaemon.running { _ in
            .json(body)
        } body: { _, engine in
            let error = await #expect(throws: EngineError.self) { try await engine.listContainers() }
            guard case .malformed(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.hasPrefix("GET /containers/json: "))
        }
    }

    @Test("A connection that breaks is unreachable")
    func close() async throws {
        try await StubDaemon.running { _ in
            .close
        } body: { _, engine in
            let error = await #expect(throws: EngineError.self) { try await engine.listContainers() }
            #expect(error?.isUnreachable == true)
        }
    }

    @Test("A missing socket is unreachable at once, with the remedy")
    func missingSocket() async throws {
        let engine = DockerEngine(
            configuration: DockerEngineConfiguration(
                socketPath: "/nowhere/docker.sock", installation: "stub", version: "0.0.0-test"
            ),
            logger: Logger(label: "stub") { _ in SwiftLogNoOpLogHandler() }
        )
        await #expect(
            throws: EngineError.unreachable(
                "there is no socket at /nowhere/docker.sock. Is Docker installed and running? "
                    + "Start it, or set engine.socket."
            )
        ) { try await engine.listContainers() }
        await engine.shutdown()
    }

    @Test("A socket that nobody listens at says to start Docker")
    func nobodyListens() async throws {
        // Connecting to a plain file is refused as connecting to a socket without a listener is.
        let path = FileManager.default.temporaryDirectory.path + "/engine-nobody-\(UInt32.random(in: .min ... .max))"
        try Data().write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let engine = DockerEngine(
            configuration: DockerEngineConfiguration(
                socketPath: path, installation: "stub", version: "0.0.0-test"
            ),
            logger: Logger(label: "stub") { _ in SwiftLogNoOpLogHandler() }
        )
        let error = await #expect(throws: EngineError.self) { try await engine.listContainers() }
        #expect(
            error?.description ?? ""
                == "the container engine cannot be reached: nobody listens at \(path). Is Docker running? Start it with: sudo systemctl start docker"
        )
        await engine.shutdown()
    }

    @Test("A socket that may not be opened says which group is needed")
    func noPermission() {
        let denied = IOError(errnoCode: EACCES, reason: "connect")
        let error = EngineError(transportFailure: denied, socketPath: "/var/run/docker.sock")
        #expect(error.isUnreachable)
        #expect(error.description.contains("usermod -aG docker"))
    }

    @Test("A call under way that is cancelled ends as cancelled")
    func cancelled() async throws {
        try await StubDaemon.running { _ in
            .hang
        } body: { stub, engine in
            let call = Task { try await engine.stopContainer(ContainerID("abc"), graceSeconds: 60) }
            while !stub.requests.contains("POST /v1.41/containers/abc/stop?t=60") { await Task.yield() }
            call.cancel()
            await #expect(throws: EngineError.cancelled) { try await call.value }
        }
    }

    @Test("What carries another installation's label is left out, whatever the daemon filtered")
    func foreignLabel() async throws {
        let stray = """
            [{"Id":"abc","Names":["/x"],"Image":"i","Created":1,"State":"running","Status":"Up 1 second",
              "Labels":{"agent-stack.installation":"somebody"}}]
            """
        try await StubDaemon.running { _ in
            .json(stray)
        } body: { _, engine in
            let containers = try await engine.listContainers()
            #expect(containers == [])
        }
    }
}

extension EngineError {
    var isUnreachable: Bool { if case .unreachable = self { true } else { false } }
}
