import API
import HTTPTypes
import Spec
import Testing

@Suite struct UpstreamProbeTests {
    private let upstream = UpstreamFixture()
    private let key = Secret("sk-very-secret-1234")

    @Test func theModelsAreAskedForWithTheKey() async throws {
        try await upstream.run { base in
            for base in [base, base + "/", base + "//"] {
                let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
                #expect(answer.ok && answer.status == 200)
                #expect(answer.models == ["model-a", "model-b"])
                #expect(answer.message == "127.0.0.1 takes the key and has 2 models.")
            }
        }
        #expect(
            upstream.requests.map { $0[.authorization] } == Array(repeating: "Bearer sk-very-secret-1234", count: 3))
    }

    @Test func withoutAKeyNoneIsSent() async throws {
        try await upstream.run { base in
            #expect(await UpstreamProbe().ask(base: base, key: nil, allowsLoopback: true).ok)
        }
        #expect(upstream.requests.first?[.authorization] == nil)
    }

    @Test func aRefusalIsQuotedWithoutTheKey() async throws {
        upstream.answer(.unauthorized, #"{"error":{"message":"Incorrect API key provided: sk-very-secret-1234"}}"#)
        try await upstream.run { base in
            let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
            #expect(!answer.ok && answer.status == 401)
            #expect(answer.message == "127.0.0.1 answered 401: Incorrect API key provided: •••.")
        }
    }

    @Test func aRedirectIsNotFollowed() async throws {
        upstream.answer(.temporaryRedirect, "", headers: [.location: "http://169.254.169.254/"])
        try await upstream.run { base in
            let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
            #expect(!answer.ok && answer.status == 307)
            #expect(answer.message.contains("redirect"))
        }
        #expect(upstream.requests.count == 1)
    }

    @Test(arguments: ["", "<html>", "[]", #"{"data":3}"#])
    func whatIsNoListOfModelsIsNotOK(body: String) async throws {
        upstream.answer(.ok, body)
        try await upstream.run { base in
            let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
            #expect(!answer.ok && answer.status == 200 && answer.models.isEmpty)
        }
    }

    @Test func aLongListIsCut() async throws {
        let ids = (1...80).map { #"{"id":"\#($0)-\#(String(repeating: "m", count: 300))"}"# }
        upstream.answer(.ok, #"{"data":[\#(ids.joined(separator: ","))]}"#)
        try await upstream.run { base in
            let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
            #expect(answer.models.count == 50)
            #expect(answer.models.allSatisfy { $0.count == 200 })
            #expect(answer.message.contains("80 models"))
        }
    }

    @Test func anAnswerOverOneMebibyteIsNotRead() async throws {
        upstream.answer(.ok, String(repeating: " ", count: (1 << 20) + 1))
        try await upstream.run { base in
            let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
            #expect(!answer.ok && answer.status == nil)
            #expect(answer.message.contains("1 MiB"))
        }
    }

    @Test func anUpstreamThatDoesNotAnswerIsGivenUp() async throws {
        let hold = upstream.hold()
        try await upstream.run { base in
            let probe = UpstreamProbe(deadline: .milliseconds(300))
            let answer = await probe.ask(base: base, key: key, allowsLoopback: true)
            #expect(!answer.ok && answer.status == nil)
            #expect(answer.message.hasPrefix("No answer from 127.0.0.1"))
            hold.release()
        }
    }

    @Test func whereNothingListensThatIsSaid() async throws {
        let answer = await UpstreamProbe().ask(base: "http://127.0.0.1:1/v1", key: key, allowsLoopback: true)
        #expect(!answer.ok && answer.status == nil)
        #expect(answer.message.hasPrefix("No answer from 127.0.0.1"))
    }

    @Test(
        arguments: [
            "http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://127.1:1/v1", "http://2130706433:1/v1",
            "http://0x7f000001:1/v1", "http://0:1/v1", "http://[::1]:1/v1", "http://[::ffff:127.0.0.1]:1/v1",
        ])
    func thisMachineIsNotAskedForJustAnybody(base: String) async throws {
        let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: false)
        #expect(answer.message.hasSuffix("are not asked from here."), "\(answer)")
    }

    @Test(
        arguments: [
            "http://169.254.169.254/latest", "http://2852039166/", "http://[fe80::1]/v1", "https://[fd00:ec2::254]/",
            "http://100.100.100.200/v1", "http://[::ffff:169.254.169.254]/v1",
        ])
    func metadataServicesAreAskedForNobody(base: String) async throws {
        let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
        #expect(answer.message.hasSuffix("are not asked from here."), "\(answer)")
    }

    @Test(
        arguments: [
            "", "echo", "ftp://host/v1", "file:///etc/passwd", "//host/v1", "http://", "http://user:pass@host/v1",
            "http://host/v1?x=1", "http://host/v1#x", "unix:///var/run/docker.sock",
        ])
    func whatIsNoBaseURLIsRefused(base: String) async throws {
        let answer = await UpstreamProbe().ask(base: base, key: key, allowsLoopback: true)
        #expect(answer.message == "The base URL is not one like https://host/v1.")
    }

    @Test(arguments: ["two\nlines", "sp ace", "ключ", "tab\t"])
    func aKeyThatNoHeaderCarriesIsRefusedAndNotQuoted(key: String) async throws {
        let answer = await UpstreamProbe().ask(base: "https://host/v1", key: Secret(key), allowsLoopback: true)
        #expect(answer.message == "The key holds characters that no HTTP header can carry.")
    }

    @Test func aNameWithoutAnAddressIsSaidToHaveNone() async throws {
        let answer = await UpstreamProbe().ask(base: "https://nowhere.invalid/v1", key: key, allowsLoopback: true)
        #expect(answer.message == "There is no address of the host nowhere.invalid.")
    }
}
