import NIOHTTP1
import Spec
import Testing

@testable import API

/// What a runtime says of its own turn in a header, whatever the status.
@Suite struct FailedTurnTests {
    private func saysFailed(_ headers: HTTPHeaders, header: String? = "X-Hermes-Completed") -> Bool {
        let backend = BackendSpec(name: "hermes", image: "hermes:1", internalPort: 80, failureHeader: header)
        let route = BackendRoute(backend, metrics: BackendMetrics(backend: "hermes"))
        return route.saysFailed(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))
    }

    @Test func onlyFalseInTheBackendsOwnHeaderIsAFailure() {
        #expect(saysFailed(["x-hermes-completed": "false"]))
        #expect(saysFailed(["X-Hermes-Completed": "False"]))
        #expect(!saysFailed(["x-hermes-completed": "true"]))
        #expect(!saysFailed(["x-hermes-completed": ""]))
        #expect(!saysFailed(["x-other": "false"]))
        #expect(!saysFailed([:]))
        #expect(!saysFailed(["x-hermes-completed": "false"], header: nil))
    }
}
