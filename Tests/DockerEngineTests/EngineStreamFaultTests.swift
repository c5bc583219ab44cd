import Spec
import Synchronization
import Testing

@testable import DockerEngine

/// Failures inside the daemon's streams, and the version that is agreed before them.
@Suite("Failures inside the daemon's streams")
struct EngineStreamFaultTests {
    @Test(
        "The version spoken is the smaller of ours and the daemon's",
        arguments: [("1.41", "1.12", "/v1.41/info"), ("1.52", "1.44", "/v1.44/info"), ("1.43", "1.24", "/v1.43/info")]
    )
    func version(theirs: String, oldest: String, path: String) async throws {
        try await StubDaemon.running(api: theirs, oldest: oldest) { _ in
            .json(#"{"ServerVersion":"20.10.24","NCPU":4,"MemTotal":8000000000}"#)
        } body: { stub, engine in
            let info = try await engine.info()
            #expect(info.apiVersion == path.split(separator: "/").first?.dropFirst().description)
            _ = try await engine.info()
            #expect(stub.requests == ["GET /version", "GET \(path)", "GET \(path)"])
        }
    }

    @Test("A daemon that is too old or too new is refused in words", arguments: [("1.40", "1.12"), ("1.60", "1.50")])
    func versionMismatch(theirs: String, oldest: String) async throws {
        try await StubDaemon.running(api: theirs, oldest: oldest) { _ in
            .hang
        } body: { _, engine in
            let error = await #expect(throws: EngineError.self) { _ = try await engine.info() }
            #expect(error?.description.contains("Update ") == true)
        }
    }

    @Test("A pull's error comes inside a 200 answer")
    func pullError() async throws {
        let lines = """
            {"status":"Pulling from library/x","id":"latest"}\r
            {"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}\r\n
            """
        try await StubDaemon.running { _ in
            .json(lines)
        } body: { stub, engine in
            await #expect(throws: EngineError.refused(status: 500, message: "no space left on device")) {
                try await engine.pullImage("x") { _ in }
            }
            #expect(stub.requests.last == "POST /v1.41/images/create?fromImage=x&tag=latest")
        }
    }

    @Test("A pull that falls silent times out")
    func pullSilence() async throws {
        let line = "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":2},\"id\":\"aa\"}\r\n"
        try await StubDaemon.running { _ in
            .unfinished([line])
        } body: { _, engine in
            let reports = Mutex<[PullProgress]>([])
            let limit = StubDaemon.deadline
            await #expect(throws: EngineError.timedOut(call: "the pull of x:1", after: limit)) {
                try await engine.pullImage("x:1") { report in reports.withLock { $0.append(report) } }
            }
            #expect(
                reports.withLock { $0 } == [
                    PullProgress(image: "x:1", layers: 1, bytes: 1, totalBytes: 2, status: "Downloading")
                ]
            )
        }
    }

    @Test("A pull may take any time as long as it reports")
    func pullPaced() async throws {
        let line = "{\"status\":\"Waiting\",\"id\":\"aa\"}\r\n"
        try await StubDaemon.running { _ in
            .paced([line, line, line])
        } body: { _, engine in
            try await engine.pullImage("x:1") { _ in }
        }
    }

    @Test("A followed log loses no line of a piece, however many it has")
    func manyLinesInOnePiece() async throws {
        // One frame of standard output with 0x6060 bytes.
        let frame = "\u{1}\0\0\0\0\0\u{60}\u{60}" + String(repeating: "abc\n", count: 0x6060 / 4)
        try await StubDaemon.running { _ in
            .json(frame)
        } body: { _, engine in
            let count = Mutex(0)
            try await engine.followLogs(of: ContainerID("abc"), tail: 1) { line in
                #expect(line == "abc")
                count.withLock { $0 += 1 }
            }
            #expect(count.withLock { $0 } == 0x6060 / 4)
        }
    }

    @Test("Events have no deadline, and end by throwing when the daemon goes")
    func events() async throws {
        let line = """
            {"Type":"container","Action":"health_status: healthy","Actor":{"ID":"abc","Attributes":\
            {"agent-stack.user":"alice","agent-stack.backend":"demo"}}}\n
            """
        try await StubDaemon.running { path in
            path == "/events" ? .unfinished([String(line.prefix(30)), String(line.dropFirst(30))]) : .hang
        } body: { _, engine in
            var events = engine.events().makeAsyncIterator()
            let (first, second) = (try await events.next(), try await events.next())
            #expect(first == EngineEvent(action: "subscribed"))
            let runner = RunnerID(user: "alice", backend: "demo")
            #expect(second == EngineEvent(action: "health_status", container: ContainerID("abc"), runner: runner))
            // Longer than any deadline of this engine.
            await #expect(throws: EngineError.self) { try await engine.info() }
            await engine.shutdown()
            await #expect(throws: EngineError.self) { _ = try await events.next() }
        }
    }

    @Test("An event stream that the daemon ends is unreachable")
    func eventsEnd() async throws {
        try await StubDaemon.running { _ in
            .json("")
        } body: { _, engine in
            var events = engine.events().makeAsyncIterator()
            _ = try await events.next()
            let error = await #expect(throws: EngineError.self) { _ = try await events.next() }
            #expect(error?.isUnreachable == true)
        }
    }

    @Test("Subscribing to a daemon that does not answer times out")
    func eventsHang() async throws {
        try await StubDaemon.running { _ in
            .hang
        } body: { _, engine in
            var events = engine.events().makeAsyncIterator()
            await #expect(throws: EngineError.timedOut(call: "GET /events", after: StubDaemon.deadline)) {
                _ = try await events.next()
            }
        }
    }

    @Test("A bridge that vanished is made again when a start misses it")
    func vanishedBridge() async throws {
        let starts = Mutex(0)
        try await StubDaemon.running { path in
            guard path == "/containers/abc/start" else { return .json(#"{"Id":"net"}"#) }
            let isFirst = starts.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst ? .refusal(404, #"{"message":"network agstack-3 not found"}"#) : .refusal(204, "")
        } body: { stub, engine in
            try await engine.startContainer(ContainerID("abc"))
            #expect(
                stub.requests.dropFirst() == [
                    "POST /v1.41/containers/abc/start", "POST /v1.41/networks/create",
                    "POST /v1.41/containers/abc/start",
                ]
            )
        }
    }
}
