import Spec
import Testing

@testable import DockerEngine

@Suite("Progress of a pull")
struct PullProgressTrackerTests {
    private static func progress(after lines: [String]) throws -> PullProgress {
        var tracker = PullProgressTracker(image: "x:1")
        for line in lines { try tracker.take(Array(line.utf8)) }
        return tracker.progress
    }

    /// As Docker 20.10 reports an image of three layers of which one is present.
    private static let recorded = [
        #"{"status":"Pulling from library/x","id":"1"}"#,
        #"{"status":"Already exists","progressDetail":{},"id":"aa"}"#,
        #"{"status":"Pulling fs layer","progressDetail":{},"id":"bb"}"#,
        #"{"status":"Pulling fs layer","progressDetail":{},"id":"cc"}"#,
        #"{"status":"Downloading","progressDetail":{"current":100,"total":1000},"progress":"[=> ]","id":"bb"}"#,
        #"{"status":"Downloading","progressDetail":{"current":900,"total":1000},"progress":"[==>]","id":"bb"}"#,
        #"{"status":"Verifying Checksum","progressDetail":{},"id":"bb"}"#,
        #"{"status":"Download complete","progressDetail":{},"id":"bb"}"#,
        #"{"status":"Extracting","progressDetail":{"current":10,"total":1000},"progress":"[> ]","id":"bb"}"#,
        #"{"status":"Pull complete","progressDetail":{},"id":"bb"}"#,
        #"{"status":"Downloading","progressDetail":{"current":5,"total":20},"id":"cc"}"#,
        #"{"status":"Pull complete","progressDetail":{},"id":"cc"}"#,
        #"{"status":"Digest: sha256:0123"}"#,
        #"{"status":"Status: Downloaded newer image for x:1"}"#,
    ]

    @Test(
        "Layers and bytes are summed line by line",
        arguments: [
            (1, 0, 0, 0, 0), (2, 1, 1, 0, 0), (4, 3, 1, 0, 0), (5, 3, 1, 100, 1000), (6, 3, 1, 900, 1000),
            (7, 3, 1, 1000, 1000), (9, 3, 1, 1000, 1000), (10, 3, 2, 1000, 1000), (11, 3, 2, 1005, 1020),
            (14, 3, 3, 1020, 1020),
        ]
    )
    func sums(lines: Int, layers: Int, done: Int, bytes: Int64, total: Int64) throws {
        let progress = try Self.progress(after: Array(Self.recorded.prefix(lines)))
        #expect(progress.layers == layers)
        #expect(progress.layersDone == done)
        #expect(progress.bytes == bytes)
        #expect(progress.totalBytes == total)
    }

    @Test("The bytes never go back")
    func monotonic() throws {
        let bytes = try (0...Self.recorded.count).map {
            try Self.progress(after: Array(Self.recorded.prefix($0))).bytes
        }
        #expect(bytes == bytes.sorted())
    }

    @Test("The last words are the daemon's")
    func status() throws {
        #expect(try Self.progress(after: Self.recorded).status == "Status: Downloaded newer image for x:1")
    }

    @Test(
        "An error in the stream is thrown",
        arguments: [
            (
                #"{"errorDetail":{"code":507,"message":"no space"},"error":"no space"}"#,
                EngineError.refused(status: 507, message: "no space")
            ),
            (#"{"error":"unexpected EOF"}"#, .refused(status: 500, message: "unexpected EOF")),
            (
                #"{"errorDetail":{"message":"manifest for x:1 not found"}}"#, .notFound("manifest for x:1 not found")
            ),
        ]
    )
    func failure(line: String, expected: EngineError) {
        #expect(throws: expected) { try Self.progress(after: [line]) }
    }

    @Test("A line that is no JSON is malformed")
    func malformed() {
        #expect(throws: EngineError.self) { try Self.progress(after: ["<html>"]) }
    }

    @Test("A throttle lets one through per interval")
    func throttle() {
        var throttle = Throttle(interval: .milliseconds(100))
        let start = ContinuousClock.now
        let allowed = [0, 50, 99, 100, 150, 300].filter { throttle.allows(at: start + .milliseconds($0)) }
        #expect(allowed == [0, 100, 300])
    }
}
