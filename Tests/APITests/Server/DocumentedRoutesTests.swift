import API
import Foundation
import Hummingbird
import Spec
import Testing
import Yams

@Suite struct DocumentedRoutesTests {
    @Test func `docs/openapi.yaml has each route, and no other`() async throws {
        let dependencies = World().dependencies
        let authenticator = await Authenticator(
            secret: dependencies.configuration.current.stack.auth.jwtSecret, accounts: dependencies.accounts,
            tokens: dependencies.tokens, clock: dependencies.clock)
        let router = try makeRoutes(dependencies, authenticator: authenticator)
        let served = Set(
            router.routes.filter { $0.method != .head }.map { operation($0.method.rawValue, $0.path.description) })
        let documented = try documentedOperations()

        // Answered before the router is asked.
        let proxied = documented.filter { $0.hasPrefix("POST /v1/") || $0.contains(" /v1/responses/") }
        #expect(served.subtracting(documented) == [], "served, but not in docs/openapi.yaml")
        #expect(documented.subtracting(served).subtracting(proxied) == [], "in docs/openapi.yaml, but not served")
    }

    private func documentedOperations() throws -> Set<String> {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/openapi.yaml").standardized
        let document = try #require(try Yams.load(yaml: String(contentsOf: file, encoding: .utf8)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        return Set(paths.flatMap { path, methods in methods.keys.map { operation($0.uppercased(), path) } })
    }

    /// `GET /api/runners/{}`, whatever the parameters are called.
    private func operation(_ method: String, _ path: String) -> String {
        let segments = path.split(separator: "/").map { segment in
            segment.hasPrefix("{") || segment.hasPrefix("*") || segment.hasPrefix(":") ? "{}" : String(segment)
        }
        return "\(method) /\(segments.joined(separator: "/"))"
    }
}
