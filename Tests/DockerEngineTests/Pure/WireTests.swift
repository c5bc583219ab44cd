import Foundation
import Spec
import Testing

@testable import DockerEngine

@Suite("Bodies and names on the wire")
struct WireTests {
    @Test(
        "An image reference is taken apart for a pull",
        arguments: [
            ("x", "x", "latest"), ("x:1", "x", "1"), ("127.0.0.1:5000/a/x", "127.0.0.1:5000/a/x", "latest"),
            ("127.0.0.1:5000/x:1.2", "127.0.0.1:5000/x", "1.2"), ("x@sha256:ab", "x", "sha256:ab"),
            ("ghcr.io/a/x:1@sha256:ab", "ghcr.io/a/x:1", "sha256:ab"),
        ]
    )
    func imageReference(text: String, name: String, tag: String) {
        #expect(ImageReference(text).name == name)
        #expect(ImageReference(text).tag == tag)
    }

    @Test("Paths keep slashes of image references and encode everything unusual")
    func paths() {
        let call = Call(.get, Call.path("images", "127.0.0.1:5000/a/x:1", "json"), query: [("t", "a b&ü")])
        #expect(call.pathAndQuery == "/images/127.0.0.1%3A5000/a/x%3A1/json?t=a%20b%26%C3%BC")
        #expect(call.name == "GET /images/127.0.0.1%3A5000/a/x%3A1/json")
    }

    @Test(
        "The daemon's times are read in milliseconds",
        arguments: [
            ("2026-11-22T20:15:17.545080848Z", 1_795_378_517_545 as Int64?),
            ("2026-11-22T20:15:17.5Z", 1_795_378_517_500),
            ("2026-11-22T20:15:17Z", 1_795_378_517_000), ("0001-01-01T00:00:00Z", nil), ("", nil), ("soon", nil),
            ("2026-11-22T20:15:17.xZ", nil),
        ]
    )
    func daemonTime(text: String, expected: Int64?) {
        #expect(Timestamp(daemonTime: text)?.milliseconds == expected)
    }

    @Test(
        "The exit code is read from the status text",
        arguments: [
            ("Exited (137) 2 minutes ago", 137 as Int?), ("Exited (0) About an hour ago", 0), ("Up 3 seconds", nil),
            ("Exited", nil), ("Exited (", nil), ("Exited (x) now", nil),
        ]
    )
    func exitCode(status: String, expected: Int?) {
        #expect(ContainerSummary.exitCode(status: status) == expected)
    }

    private static func summary(state: String, labels: String = "{}", networks: String = "{}") -> String {
        """
        {"Id":"abc","Names":["/other/alias","/demo-alice"],"Image":"x:1","Created":1795378517,"State":"\(state)",
         "Status":"Exited (3) now","Labels":\(labels),"NetworkSettings":{"Networks":\(networks)},
         "Ports":[{"IP":"127.0.0.1","PrivatePort":8080,"PublicPort":19005,"Type":"tcp"},
                  {"PrivatePort":9090,"Type":"tcp"},{"PrivatePort":53,"PublicPort":19006,"Type":"udp"}]}
        """
    }

    private static func observed(_ json: String) throws -> ObservedContainer {
        try JSONDecoder().decode(ContainerSummary.self, from: Data(json.utf8)).observed()
    }

    @Test("A listed container keeps what the planner needs")
    func summary() throws {
        let networks = #"{"agstack-0":{"IPAddress":"172.18.0.2"},"later":{"IPAddress":""}}"#
        let running = try Self.observed(Self.summary(state: "running", networks: networks))
        #expect(running.name == "demo-alice")
        #expect(running.addresses == ["agstack-0": "172.18.0.2"])
        #expect(running.publishedPorts == [8080: 19005])
        #expect(running.createdAt.milliseconds == 1_795_378_517_000)
        #expect(running.runner == nil)
        let exited = try Self.observed(Self.summary(state: "exited", networks: networks))
        #expect(exited.state == .exited(code: 3))
        #expect(exited.addresses == [:])
    }

    @Test("A state of a later daemon is malformed, not guessed")
    func unknownState() {
        #expect(throws: EngineError.malformed("container abc is in the unknown state \"melting\"")) {
            try Self.observed(Self.summary(state: "melting"))
        }
    }

    @Test("A created container that lacks one of its networks is not what was asked for")
    func halfMade() throws {
        let labels = #"{"agent-stack.fingerprint":"v1:a:b:c","agent-stack.networks":"one,two"}"#
        let both = #"{"agstack-0":{},"one":{},"two":{}}"#
        let whole = try Self.observed(Self.summary(state: "created", labels: labels, networks: both))
        #expect(whole.fingerprint != nil)
        let half = try Self.observed(
            Self.summary(state: "created", labels: labels, networks: #"{"agstack-0":{},"one":{}}"#)
        )
        #expect(half.fingerprint == nil)
    }

    @Test("Bridges are filled one after the other, below the kernel's limit")
    func shards() {
        var shards = BridgeShards(prefix: "agstack")
        #expect(
            (0..<BridgeShards.limit).map { _ in shards.take() }
                == Array(repeating: "agstack-0", count: BridgeShards.limit))
        #expect(shards.take() == "agstack-1")
        shards.observe(Array(repeating: ["agstack-1", "llm", "agstack-x"], count: BridgeShards.limit))
        #expect(shards.take() == "agstack-0")
        shards.observe(
            Array(repeating: ["agstack-0"], count: BridgeShards.limit)
                + Array(repeating: ["agstack-1"], count: BridgeShards.limit)
        )
        #expect(shards.take() == "agstack-2")
    }

    @Test("A missing bridge is recognised only when it is ours")
    func missingBridge() {
        let shards = BridgeShards(prefix: "agstack")
        #expect(shards.missingBridge(in: "network agstack-12 not found") == "agstack-12")
        #expect(shards.missingBridge(in: "network llm not found") == nil)
        #expect(shards.missingBridge(in: "No such container: agstack-12") == nil)
    }
}
