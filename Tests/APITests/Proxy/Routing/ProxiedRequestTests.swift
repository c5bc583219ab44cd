import NIOHTTP1
import Testing

@testable import API

struct ProxiedRequestTests {
    @Test(arguments: [
        (HTTPMethod.POST, "/v1/chat/completions", ProxiedRequest.byModel), (.POST, "/v1/x", .byModel),
        (.POST, "/v1/responses", .makesResponse), (.POST, "/v1/responses?x=1", .makesResponse),
        (.POST, "/v1/responses/input_tokens", .byModel), (.POST, "/v1/responsesx", .byModel),
        (.POST, "/v1/responses/r/cancel", .byResponse("r", model: nil)),
        (.GET, "/v1/responses/r", .byResponse("r", model: nil)),
        (.GET, "/v1/responses/r/input_items?a=b&model=de%2Fmo", .byResponse("r", model: "de/mo")),
        (.DELETE, "/v1/responses/r?model=", .byResponse("r", model: "")),
    ])
    func tellsWhoServesIt(method: HTTPMethod, uri: String, expected: ProxiedRequest) {
        #expect(ProxiedRequest(method, uri: uri) == expected)
    }

    @Test(arguments: [
        (HTTPMethod.GET, "/v1/responses"), (.GET, "/v1/responses/"), (.GET, "/v1/responsesx/y"), (.GET, "/v1/models"),
        (.PUT, "/v1/responses/r"), (.OPTIONS, "/v1/chat/completions"), (.POST, "/v1"), (.POST, "/v10/chat"),
        (.POST, "/api/runners"),
    ])
    func leavesTheRestAlone(method: HTTPMethod, uri: String) {
        #expect(ProxiedRequest(method, uri: uri) == nil)
    }
}

struct ResponseOwnersTests {
    @Test func aResponseIsItsUsersOwn() {
        let owners = ResponseOwners()
        owners.remember("r", of: 1, backend: "demo")
        #expect(owners.backend(of: "r", user: 1) == "demo")
        #expect(owners.backend(of: "r", user: 2) == nil)
        #expect(owners.backend(of: "s", user: 1) == nil)
    }

    @Test func whatIsUsedIsKeptAndTheRestForgotten() {
        let owners = ResponseOwners(capacity: 10)
        owners.remember("used", of: 1, backend: "demo")
        owners.remember("unused", of: 1, backend: "demo")
        for number in 0..<100 {
            owners.remember("\(number)", of: 1, backend: "demo")
            #expect(owners.backend(of: "used", user: 1) == "demo")
        }
        #expect(owners.backend(of: "unused", user: 1) == nil)
        #expect(owners.backend(of: "96", user: 1) == "demo")
        owners.remember(String(repeating: "x", count: 257), of: 1, backend: "demo")
        #expect(owners.backend(of: String(repeating: "x", count: 257), user: 1) == nil)
    }
}
