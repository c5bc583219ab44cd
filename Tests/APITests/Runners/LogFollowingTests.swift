import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Spec
import Synchronization
import Testing

@testable import API

/// A log that is followed: by how many, and by one who reads too slowly.
@Suite struct LogFollowingTests {
    private let id = RunnerID(user: "alice", backend: "demo")

    /// Runs `body` with a client of the control socket's routes.
    private func run(_ world: World, _ body: @Sendable (Browser) async throws -> Void) async throws {
        let router = Router(context: APIContext.self)
        router.add(middleware: ErrorReplies())
        ControlRoutes(world.dependencies).add(to: router)
        try await Application(router: router).test(.router) { client in try await body(Browser(client: client)) }
    }

    @Test func ofABurstEightAreServedAndAPlaceIsFreeAtTheEndOfOne() async throws {
        let world = World()
        let (first, others) = (Hold(), Hold())
        world.runners.setLog(of: id, RunnerLog(containerName: "demo-alice", lines: ["one"]))
        try await run(world) { browser in
            try await withThrowingTaskGroup(of: Reply?.self) { group in
                // Lets those go that should have been refused, so that the test ends.
                group.addTask {
                    try? await Task.sleep(for: .seconds(20))
                    first.release()
                    others.release()
                    return nil
                }
                func follow() { group.addTask { try await browser.get("/runners/alice/demo/log/follow") } }
                func expectRefusal() async throws {
                    let reply = try #require(try await group.next() ?? nil)
                    #expect(reply.status == 429)
                    #expect(reply.code == "too_many_followers")
                    #expect((reply["detail"] as? String)?.contains("8 logs are followed already") == true)
                }
                world.runners.holdLogs(with: first)
                follow()
                try await first.begun()
                world.runners.holdLogs(with: others)
                for _ in 1...20 { follow() }
                for _ in 1...13 { try await expectRefusal() }

                first.release()
                #expect(try await group.next()??.status == 200)
                for _ in 1...2 { follow() }
                try await expectRefusal()

                others.release()
                var statuses: [Int] = []
                for _ in 1...8 {
                    let reply = try #require(try await group.next() ?? nil)
                    statuses.append(reply.status)
                    #expect(reply.text == "data: {\"container\":\"demo-alice\"}\n\ndata: {\"line\":\"one\"}\n\n")
                }
                #expect(statuses == Array(repeating: 200, count: 8))
                group.cancelAll()
            }
        }
    }

    @Test func anAnswerThatIsNeverWrittenTakesNoPlace() throws {
        let places = FollowerPlaces(1)
        _ = places.take()
        let place = try #require(places.take())
        #expect(places.take() == nil)
        place.leave()
        place.leave()
        let next = places.take()
        #expect(next != nil && places.take() == nil)
    }

    @Test func whoReadsTooSlowlyIsToldHowManyLinesAreMissing() async throws {
        let reader = SlowReader()
        var dependencies = World().dependencies
        dependencies.logs = Flood(reader: reader)
        let request = Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/log/follow?tail=1000"),
            body: RequestBody(buffer: ByteBuffer()))
        let response = try LogFollowingRoute(dependencies).stream(of: id, request)
        try await response.body.write(reader)
        let events = try reader.frames.map { frame in
            try decoder.decode(FollowedLogEvent.self, from: Data(frame.dropFirst("data: ".count).utf8))
        }
        #expect(events.first == FollowedLogEvent(container: "one"))
        #expect(events.dropFirst().first == FollowedLogEvent(leftOut: 2952, container: "two"))
        let isWhole = events.dropFirst(2).map(\.line) == (2953...5000).map { "line \($0)" }
        #expect(isWhole)
    }

    private var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

/// Takes its first frame, and the others once it is released.
private final class SlowReader: ResponseBodyWriter, Sendable {
    let hold = Hold()
    private let written = Mutex<[String]>([])

    var frames: [String] { written.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws {
        written.withLock { $0.append(String(buffer: buffer)) }
        await hold.wait()
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Two containers that say 5,000 lines while nobody reads.
private struct Flood: RunnerLogReading {
    let reader: SlowReader

    func log(of id: RunnerID, lines: Int) async throws(EngineError) -> RunnerLog? { nil }

    func followLog(
        of id: RunnerID, lines: Int, _ take: @Sendable (FollowedLog) -> Void
    ) async throws(EngineError) {
        take(.container("one"))
        do { try await reader.hold.begun() } catch { throw .cancelled }
        for number in 1...1000 { take(.line("line \(number)")) }
        take(.container("two"))
        for number in 1001...5000 { take(.line("line \(number)")) }
        reader.hold.release()
    }
}
