import Foundation
import HTTPTypes
import Spec
import Store
import Testing

/// `/api/me/env-overrides`, over the real store.
@Suite struct ValueTests {
    private let path = "/api/me/env-overrides"

    @Test func theListHasEveryVariableBackendAndSource() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            _ = try await browser.put("LLM_API_KEY", "sk-alice-0123456789abcd")
            _ = try await browser.put("LLM_API_KEY", "sk-alice-two-6789abcd", backend: "two")
            let reply = try await browser.get(path)
            #expect(reply.status == 200)
            #expect(reply["vars"] as? [String] == ["LLM_API_KEY", "LLM_MODEL", "LLM_BASE_URL"])
            #expect(reply["backends.LLM_API_KEY"] as? [String] == ["one", "two"])
            #expect(reply["backends.LLM_MODEL"] as? [String] == ["one"])
            #expect(reply["admin_shared.LLM_API_KEY"] as? Bool == false)
            #expect(reply["admin_shared_present.LLM_API_KEY"] as? Bool == false)
            let overrides = reply["overrides"] as? [String: [String: String]]
            #expect(
                overrides == [
                    "": ["LLM_API_KEY": "sk-••••••••abcd"], "two": ["LLM_API_KEY": "sk-••••••••abcd"],
                ])
            let effective = try #require(reply["effective"] as? [String: [String: [String: String]]])
            #expect(effective["one"]?["LLM_API_KEY"] == ["source": "global", "masked": "sk-••••••••abcd"])
            #expect(effective["one"]?["LLM_MODEL"] == ["source": "backend_default", "masked": "••••••••"])
            #expect(effective["two"]?["LLM_API_KEY"]?["source"] == "backend")
            #expect(effective["two"]?["LLM_BASE_URL"] == ["source": "stack", "masked": "••••••••"])
            #expect(effective["plain"] == nil)
        }
    }

    @Test func withoutValuesEverythingIsUnset() async throws {
        try await ValueWorld().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.get(path)
            #expect(reply["overrides"] as? [String: [String: String]] == ["": [:]])
            #expect(reply["effective.one.LLM_API_KEY.source"] as? String == "unset")
            #expect(reply["effective.one.LLM_API_KEY.masked"] as? String == "")
        }
    }

    @Test func aValueIsTrimmedAndAnEmptyOneDeletes() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let set = try await browser.put("LLM_API_KEY", " \n\tsk-inner space\t\r\n ")
            #expect(set["ok"] as? Bool == true && set["set"] as? Bool == true && set["recycled"] as? Int == 0)
            var stored = try await world.store.upstreamValues(ofUser: "alice").overrides
            #expect(stored == ["alice": ["": ["LLM_API_KEY": Secret("sk-inner space")]]])

            let emptied = try await browser.put("LLM_API_KEY", "  \n")
            #expect(emptied["ok"] as? Bool == true && emptied["set"] as? Bool == false)
            stored = try await world.store.upstreamValues(ofUser: "alice").overrides
            #expect(stored.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("NOPE", "x", "", "unknown_variable"), ("test", "x", "", nil),
            ("LLM_API_KEY", "x", "nope", "unknown_backend"),
            ("LLM_MODEL", "x", "two", "variable_not_listed"), ("LLM_MODEL", "x", "plain", "variable_not_listed"),
            ("LLM_API_KEY", "a\0b", "", "invalid_value"), ("LLM_API_KEY", "\0", "", "invalid_value"),
        ] as [(String, String, String, String?)])
    func whatCannotBeMeantIsRefused(variable: String, value: String, backend: String, code: String?) async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.put(variable, value, backend: backend)
            #expect(code == nil ? reply.status == 405 : reply.status == 400)
            if let code { #expect(reply.code == code) }
            #expect(try await world.store.upstreamValues(ofUser: "alice").overrides.isEmpty)
        }
    }

    @Test(arguments: ["{}", #"{"value":null}"#, #"{"value":1}"#, #"{"value":"x","backend":3}"#, "[]", "nonsense"])
    func aBodyOfAnotherShapeIsRefused(body: String) async throws {
        try await ValueWorld().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.send(.put, "\(path)/LLM_API_KEY", body)
            #expect([400, 422].contains(reply.status))
        }
    }

    @Test func aRowIsDeletedByItsBackend() async throws {
        try await ValueWorld().run { browser async throws in
            try await browser.signUp()
            _ = try await browser.put("LLM_API_KEY", "for all")
            _ = try await browser.put("LLM_API_KEY", "for one", backend: "one")
            let reply = try await browser.send(.delete, "\(path)/LLM_API_KEY?backend=one")
            #expect(reply["ok"] as? Bool == true && reply["set"] as? Bool == false)
            #expect(try await browser.source("LLM_API_KEY", "one") == "global")
            #expect(try await browser.send(.delete, "\(path)/LLM_API_KEY").status == 200)
            #expect(try await browser.source("LLM_API_KEY", "one") == "unset")
            #expect(try await browser.send(.delete, "\(path)/LLM_API_KEY").status == 200)
            #expect(try await browser.send(.delete, "\(path)/NOPE").code == "unknown_variable")
            #expect(try await browser.send(.delete, "\(path)/LLM_MODEL?backend=two").code == "variable_not_listed")
        }
    }

    @Test func whatTheFileNoLongerListsCanStillBeDeleted() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            _ = try await browser.put("LLM_MODEL", "left behind", backend: "one")
            world.stored.world.configuration.edit { $0.backends.removeFirst() }
            #expect(try await browser.get(path)["overrides.one.LLM_MODEL"] is String)
            #expect(try await browser.send(.delete, "\(path)/LLM_MODEL?backend=one").status == 200)
            #expect(try await browser.send(.delete, "\(path)/LLM_MODEL?backend=one").status == 400)
        }
    }

    @Test func recycledCountsTheRunnersThatGetAnotherValue() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            _ = try await browser.another("bob")
            for id in ["alice/one", "alice/two", "alice/plain", "bob/one"] { try await world.runner(id) }
            #expect(try await browser.put("LLM_API_KEY", "first")["recycled"] as? Int == 2)
            #expect(try await browser.put("LLM_API_KEY", "first")["recycled"] as? Int == 0)
            #expect(try await browser.put("LLM_API_KEY", "first", backend: "two")["recycled"] as? Int == 0)
            #expect(try await browser.put("LLM_API_KEY", "second")["recycled"] as? Int == 1)
            #expect(try await browser.put("LLM_API_KEY", "other", backend: "two")["recycled"] as? Int == 1)
            #expect(try await browser.put("LLM_API_KEY", "")["recycled"] as? Int == 1)
        }
    }

    @Test(
        arguments: [
            (.queued, nil, 1), (.pulling, nil, 1), (.starting, nil, 1), (.draining, "c", 1), (.stopping, "c", 1),
            (.unknown, "c", 1), (.unknown, nil, 0), (.failed, nil, 0), (.failed, "c", 1), (.stopped, "c", 0),
        ] as [(RunnerPhase, String?, Int)])
    func onlyRunnersThatExistOrAreComingCount(phase: RunnerPhase, container: String?, count: Int) async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            try await world.runner("alice/one", phase, container: container)
            #expect(try await browser.put("LLM_API_KEY", "new")["recycled"] as? Int == count)
        }
    }

    @Test func aRunnerThatIsNotWantedAnyMoreDoesNotCount() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            try await world.runner("alice/one", .stopping)
            _ = try await world.store.withdraw(RunnerID(user: "alice", backend: "one"), reason: "stopped")
            #expect(try await browser.put("LLM_API_KEY", "new")["recycled"] as? Int == 0)
        }
    }

    @Test func nobodySeesOrChangesSomebodyElsesValues() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            #expect(try await browser.get(path).status == 401)
            #expect(try await browser.put("LLM_API_KEY", "x").status == 401)
            try await browser.signUp()
            _ = try await browser.put("LLM_API_KEY", "sk-alice-0123456789abcd")
            let other = try await browser.another("bob")
            #expect(try await other.source("LLM_API_KEY", "one") == "unset")
            #expect(try await other.get(path).text.contains("abcd") == false)
            _ = try await other.send(.delete, "\(path)/LLM_API_KEY")
            #expect(try await browser.source("LLM_API_KEY", "one") == "global")
        }
    }
}
