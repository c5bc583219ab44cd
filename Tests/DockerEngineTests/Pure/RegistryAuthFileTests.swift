import Foundation
import Spec
import Testing

@testable import DockerEngine

@Suite struct RegistryAuthFileTests {
    private struct Header: Decodable, Equatable {
        var username: String?
        var password: String?
        var identitytoken: String?
        var serveraddress: String
    }

    private func header(_ file: String, _ registry: String) throws -> Header? {
        guard let text = try RegistryAuthFile(Array(file.utf8)).header(for: registry)?.reveal() else { return nil }
        #expect(!text.contains("+") && !text.contains("/"))
        let base64 = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return try JSONDecoder().decode(Header.self, from: try #require(Data(base64Encoded: base64)))
    }

    private func auth(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    @Test func nameAndPasswordComeFromAuthAndMayHoldAnything() throws {
        let file = #"{"auths": {"registry.example.com:5000": {"auth": "\#(auth("alice:p:ä>?~ÿ"))"}}, "psFormat": "x"}"#
        #expect(
            try header(file, "registry.example.com:5000")
                == Header(username: "alice", password: "p:ä>?~ÿ", serveraddress: "registry.example.com:5000"))
        #expect(try header(file, "registry.example.com") == nil)
        #expect(try header("{}", "registry.example.com") == nil)
    }

    @Test func nameAndPasswordOrATokenMayStandByThemselves() throws {
        let file = #"{"auths": {"a.example": {"username": "u", "password": "p"}, "b.example": {"identitytoken": "t"}}}"#
        #expect(try header(file, "a.example") == Header(username: "u", password: "p", serveraddress: "a.example"))
        #expect(try header(file, "b.example") == Header(identitytoken: "t", serveraddress: "b.example"))
    }

    @Test(arguments: ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io", "http://DOCKER.io/v2"])
    func dockerHubIsFoundUnderEachOfItsNames(name: String) throws {
        let file = #"{"auths": {"\#(name)": {"auth": "\#(auth("u:p"))"}}}"#
        #expect(try header(file, "docker.io")?.username == "u")
    }

    @Test func whatIsWrongIsSaidWithoutTheContents() {
        let helper = #"{"auths": {"a.example": {}}, "credsStore": "desktop"}"#
        #expect(throws: RegistryAuthProblem.self) { try header(helper, "a.example") }
        for (file, secret) in [
            ("sk-secret is no JSON", "sk-secret"), (#"{"auths": {"a.example": {"auth": "sk-secret!"}}}"#, "sk-secret"),
            (#"{"auths": {"a.example": {"auth": "\#(auth("sk-secret"))"}}}"#, "sk-secret"),
        ] {
            let problem = #expect(throws: RegistryAuthProblem.self) { try header(file, "a.example") }
            #expect(problem?.description.contains(secret) == false)
        }
    }

    @Test(arguments: [
        ("demo", "docker.io"), ("demo:1", "docker.io"), ("library/demo:1", "docker.io"),
        ("localhost/demo", "localhost"),
        ("127.0.0.1:5000/a/demo:1", "127.0.0.1:5000"), ("ghcr.io/openclaw/openclaw:latest", "ghcr.io"),
        ("a.example/demo@sha256:00", "a.example"),
    ])
    func theRegistryIsReadFromTheReference(reference: String, registry: String) {
        #expect(ImageReference(reference).registry == registry)
    }
}
