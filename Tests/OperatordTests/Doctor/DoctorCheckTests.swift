import Foundation
import Spec
import Testing

@testable import operatord

/// Each decision for a good and a bad fact.
@Suite("Doctor")
struct DoctorCheckTests {
    private func backend(_ image: String = "agent:1", networks: [String] = []) -> BackendSpec {
        var backend = BackendSpec(name: "demo", image: image, internalPort: 8080)
        backend.extraNetworks = networks
        return backend
    }

    @Test("The exit code is that of the worst finding")
    func exitCode() {
        let ok = Finding.ok("a", "b")
        let warning = Finding.warning("a", "b", remedy: "c")
        let failure = Finding.failure("a", "b", remedy: "c")
        #expect([Finding]().exitCode == 0)
        #expect([ok].exitCode == 0)
        #expect([ok, warning].exitCode == 2)
        #expect([failure, warning, ok].exitCode == 1)
    }

    @Test("Each problem of the files is a failure with its place")
    func files() {
        #expect(ConfigurationChecks.files([], backends: 2).map(\.level) == [.ok])
        let problem = ConfigProblem(
            file: "stack.yaml", line: 3, path: "auth.jwtSecret", message: "Bad.", remedy: "Mend.")
        #expect(
            ConfigurationChecks.files([problem], backends: 0)
                == [.failure("configuration", "stack.yaml:3 auth.jwtSecret: Bad.", remedy: "Mend.")])
    }

    @Test("OpenClaw's seed is held against its documents")
    func openClaw() {
        func levels(_ text: String?, image: String = "ghcr.io/openclaw/openclaw:1") -> [Finding.Level] {
            let seed = text.map { SeedTree(files: [SeedFile(path: "openclaw.json", contents: Array($0.utf8))]) }
            return ConfigurationChecks.openClaw(backend(image), seed: seed).map(\.level)
        }
        let good = "{gateway: {bind: \"lan\", http: {endpoints: {chatCompletions: {enabled: true}}}}}"
        #expect(levels(good) == [.ok])
        #expect(levels(good, image: "agent:1") == [])
        #expect(levels(nil) == [.warning])
        #expect(levels("// " + good) == [.warning, .warning])
        #expect(levels(good.replacing("\"lan\"", with: "\"loopback\"")) == [.warning])
        #expect(levels(good.replacing("true", with: "false")) == [.warning])
        #expect(levels(good + "\nagents: {\"list\": [{}]}") == [.warning])
    }

    @Test("The daemon answers, or why not")
    func daemon() {
        let info = EngineInfo(version: "29.0", apiVersion: "1.44", cpus: 2, memoryBytes: 1)
        #expect(EngineChecks.daemon(.success(info), socket: "/s").level == .ok)
        for error in [EngineError.unreachable("no"), .refused(status: 400, message: "speaks API 1.20")] {
            #expect(EngineChecks.daemon(.failure(error), socket: "/s").level == .failure)
        }
    }

    @Test("A missing image is worse when nobody pulls it")
    func images() {
        func level(_ present: Bool?, _ pulls: PullPolicy) -> Finding.Level {
            EngineChecks.image(of: backend(), present: present, pulls: pulls).level
        }
        #expect(level(true, .never) == .ok)
        #expect(level(false, .ifMissing) == .warning)
        #expect(level(false, .never) == .failure)
        #expect(level(nil, .never) == .warning)
    }

    @Test("Extra networks are there")
    func networks() {
        func levels(_ wanted: [String]) -> [Finding.Level] {
            EngineChecks.networks([backend(networks: wanted)], present: ["llm"]).map(\.level)
        }
        #expect(levels([]) == [.ok])
        #expect(levels(["llm"]) == [.ok])
        #expect(levels(["llm", "gone"]) == [.failure])
    }

    @Test("Limits, clock, disk, ports")
    func host() {
        #expect(HostChecks.limit("x", 10, least: 10, remedy: "r").level == .ok)
        #expect(HostChecks.limit("x", 9, least: 10, remedy: "r").level == .warning)
        #expect(HostChecks.limit("x", nil, least: 10, remedy: "r").level == .warning)

        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(HostChecks.clock(now, elsewhere: nil).level == .ok)
        #expect(HostChecks.clock(now, elsewhere: now + 60).level == .ok)
        #expect(HostChecks.clock(now, elsewhere: now - 62).level == .warning)
        #expect(HostChecks.clock(Date(timeIntervalSince1970: 0), elsewhere: nil).level == .failure)

        #expect(HostChecks.disk(free: 3 << 30, total: 9 << 30, path: "/d").level == .ok)
        #expect(HostChecks.disk(free: 1 << 30, total: 9 << 30, path: "/d").level == .warning)
        #expect(HostChecks.disk(free: 1 << 20, total: 9 << 30, path: "/d").level == .failure)

        #expect(HostChecks.listen("a:1", .free).level == .ok)
        #expect(HostChecks.listen("a:1", .ours).level == .ok)
        #expect(HostChecks.listen("a:1", .taken).level == .failure)
        #expect(HostChecks.listen("a:1", .refused("no")).level == .failure)

        #expect(HostChecks.pool(1...100, free: 10).level == .ok)
        #expect(HostChecks.pool(1...100, free: 9).level == .warning)
        #expect(HostChecks.pool(1...100, free: 0).level == .failure)
    }

    @Test("The data root, its key file and its database")
    func dataRoot() {
        #expect(DataRootChecks.folder("/d", exists: true, writable: true).level == .ok)
        #expect(DataRootChecks.folder("/d", exists: true, writable: false).level == .failure)
        #expect(DataRootChecks.folder("/d", exists: false, writable: false).level == .warning)
        func levels(_ key: UInt32?, _ database: UInt32?) -> [Finding.Level] {
            DataRootChecks.secrets(keyFile: "/k", keyMode: key, database: "/d", databaseMode: database).map(\.level)
        }
        #expect(levels(nil, nil) == [])
        #expect(levels(0o600, 0o600) == [.ok])
        #expect(levels(0o640, 0o600) == [.failure])
        #expect(levels(nil, 0o600) == [.failure])
        #expect(levels(0o600, 0o644) == [.ok, .warning])
    }

    @Test("An upstream's answer is judged and its address shown without secrets")
    func upstream() {
        func finding(_ answer: UpstreamChecks.Answer, seen: Bool = true) -> Finding {
            UpstreamChecks.models(
                "sharedEnv", url: "http://me:pass@llm:1/v1?key=sk", answer, isSeenFromHere: seen)
        }
        #expect(finding(.status(200)).level == .ok)
        for status in [401, 403, 404, 500, 302] { #expect(finding(.status(status)).level == .warning) }
        #expect(finding(.none("no connection")).level == .failure)
        #expect(finding(.none("no connection"), seen: false).level == .warning)
        #expect(finding(.status(200)).message == "LLM_BASE_URL of sharedEnv, http://llm:1/v1, lists its models")
    }

    @Test("An upstream's Date header is read")
    func date() {
        let date = UpstreamQuestion.date("Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(date == Date(timeIntervalSince1970: 784_111_777))
        #expect(UpstreamQuestion.date("yesterday") == nil)
    }

    @Test("A port that is bound is noticed, and nothing is left bound")
    func bind() throws {
        let first = (UInt16(20000)...20100).first { HostFacts.bind(host: "127.0.0.1", port: $0) == 0 }
        let port = try #require(first)
        #expect(HostFacts.bind(host: "127.0.0.1", port: port) == 0)
        #expect(HostFacts.bind(host: "192.0.2.1", port: port) == EADDRNOTAVAIL)
    }
}
