import API
import HTTPTypes
import Spec
import Testing

@Suite struct OriginTests {
    @Test(arguments: ["https://evil.example", "null", "http://localhost.evil.example", "file://"])
    func aForeignOriginIsRefusedWithACookieAndAtSignIn(origin: String) async throws {
        try await World().run { browser async throws in
            let headers: HTTPFields = [.origin: origin]
            let login = try await browser.post("/auth/login", #"{"email":"a@b","password":"x"}"#, headers: headers)
            #expect(login.status == 403)
            #expect(login.code == "foreign_origin")
            let signUp = try await browser.post("/auth/signup", #"{"email":"a@b","password":"x"}"#, headers: headers)
            #expect(signUp.status == 403)
            try await browser.signUp()
            #expect(try await browser.post("/api/runners/demo/start", headers: headers).status == 403)
            #expect(try await browser.send(.delete, "/api/runners/demo", headers: headers).status == 403)
            #expect(try await browser.get("/api/runners", headers: headers).status == 200)
        }
    }

    @Test func aCrossSiteFetchIsRefused() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post("/api/runners/demo/start", headers: [.secFetchSite: "cross-site"])
            #expect(reply.status == 403)
        }
    }

    @Test func theOwnPageAndCurlAreFine() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            for headers: HTTPFields in [
                [:], [.origin: "http://localhost"], [.origin: "https://localhost:443"],
                [.origin: "https://public.example", .secFetchSite: "same-origin"],
            ] {
                #expect(try await browser.post("/api/runners/demo/start", headers: headers).status == 200)
            }
        }
    }

    @Test func withoutACookieABearerMayComeFromAnywhere() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let token = try #require(browser.token)
            browser.token = nil
            let reply = try await browser.post(
                "/api/runners/demo/start",
                headers: [.authorization: "Bearer \(token)", .origin: "https://tool.example"])
            #expect(reply.status == 200)
        }
    }

    @Test(arguments: [
        ("http://example.com:8080", "example.com:8080", false), ("http://example.com:8080", "example.com:9090", true),
        ("HTTP://Example.com", "example.com:80", false), ("http://[::1]:1", "[::1]:1", false),
    ])
    func originsAreComparedByAuthority(origin: String, host: String, isForeign: Bool) {
        #expect(OriginPolicy.isForeign(origin: origin, secFetchSite: nil, host: host) == isForeign)
    }

    @Test func anOriginWithoutAHostToCompareIsForeign() {
        #expect(OriginPolicy.isForeign(origin: "http://a", secFetchSite: nil, host: nil))
    }
}
