import HTTPTypes
import Spec
import Store
import Testing

/// `/api/admin/shared-env`, over the real store.
@Suite struct SharedValueTests {
    private let path = "/api/admin/shared-env"

    @Test func theAdminsOwnGlobalValueIsSharedAndNoOther() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            let admin = try await browser.admin(of: world.store)
            try await browser.signUp()
            _ = try await admin.put("LLM_API_KEY", "sk-admin-for-one-only", backend: "one")
            let empty = try await admin.share("LLM_API_KEY")
            #expect(empty["ok"] as? Bool == true && empty["shared"] as? Bool == true)
            #expect(try await browser.source("LLM_API_KEY", "one") == "unset")
            let before = try await browser.get("/api/me/env-overrides")
            #expect(before["admin_shared.LLM_API_KEY"] as? Bool == true)
            #expect(before["admin_shared_present.LLM_API_KEY"] as? Bool == false)

            _ = try await admin.put("LLM_API_KEY", "sk-admin-0123456789abcd")
            let after = try await browser.get("/api/me/env-overrides")
            #expect(after["effective.one.LLM_API_KEY.source"] as? String == "shared")
            #expect(after["admin_shared_present.LLM_API_KEY"] as? Bool == true)
            #expect(!after.text.contains("abcd"))
            #expect((after["overrides"] as? [String: [String: String]]) == ["": [:]])

            _ = try await admin.share("LLM_API_KEY", false)
            #expect(try await browser.source("LLM_API_KEY", "one") == "unset")
        }
    }

    @Test func theListTellsWhatIsSharedAndWhatThereIsToShare() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            let admin = try await browser.admin(of: world.store)
            _ = try await admin.put("LLM_API_KEY", "sk-admin")
            _ = try await admin.share("LLM_MODEL")
            let reply = try await admin.get(path)
            #expect(reply["vars"] as? [String] == ["LLM_API_KEY", "LLM_MODEL", "LLM_BASE_URL"])
            #expect(
                reply["shared"] as? [String: Bool] == ["LLM_API_KEY": false, "LLM_MODEL": true, "LLM_BASE_URL": false])
            #expect(
                reply["admin_has_value"] as? [String: Bool]
                    == ["LLM_API_KEY": true, "LLM_MODEL": false, "LLM_BASE_URL": false])
        }
    }

    /// ``RunnerStarting/closeUntilNextPass(_:)`` takes what is closed out of the waves.
    @Test func moreThanOneWaveIsLeftOpenUntilItsTurn() async throws {
        let world = try ValueWorld()
        world.stored.world.configuration.edit { $0.stack.reconcile.maxRecreates = 2 }
        try await world.run { browser async throws in
            let admin = try await browser.admin(of: world.store)
            _ = try await admin.put("LLM_API_KEY", "sk-admin")
            for name in ["alice", "bob"] {
                _ = try await browser.another(name)
                try await world.runner("\(name)/one")
            }
            #expect(try await admin.share("LLM_API_KEY")["recycled"] as? Int == 2)
            let both: Set = [RunnerID(user: "alice", backend: "one"), RunnerID(user: "bob", backend: "one")]
            #expect(world.stored.world.runners.closed == both)

            _ = try await browser.another("carol")
            for id in ["carol/one", "root/one"] { try await world.runner(id) }
            #expect(try await admin.put("LLM_API_KEY", "sk-another")["recycled"] as? Int == 4)
            #expect(world.stored.world.runners.closed == both.union([RunnerID(user: "root", backend: "one")]))
        }
    }

    @Test func recycledCountsEverybodysRunnersThatLiveOnTheShare() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            let admin = try await browser.admin(of: world.store)
            try await browser.signUp()
            let other = try await browser.another("bob")
            _ = try await other.put("LLM_API_KEY", "sk-bob")
            _ = try await admin.put("LLM_API_KEY", "sk-admin")
            for id in ["alice/one", "alice/two", "alice/plain", "bob/one", "root/one"] { try await world.runner(id) }
            #expect(try await admin.share("LLM_API_KEY")["recycled"] as? Int == 2)
            #expect(try await admin.share("LLM_API_KEY")["recycled"] as? Int == 0)
            #expect(try await admin.put("LLM_API_KEY", "sk-new")["recycled"] as? Int == 3)
            #expect(try await admin.put("LLM_API_KEY", "sk-mine", backend: "one")["recycled"] as? Int == 1)
            #expect(try await admin.share("LLM_API_KEY", false)["recycled"] as? Int == 2)
        }
    }

    @Test func whatNoBackendListsCannotBeSharedButTakenBack() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            let admin = try await browser.admin(of: world.store)
            #expect(try await admin.share("NOPE").code == "unknown_variable")
            #expect(try await admin.share("NOPE", false).code == "unknown_variable")
            _ = try await admin.share("LLM_MODEL")
            world.stored.world.configuration.edit { $0.backends.removeFirst() }
            #expect(try await admin.share("LLM_MODEL", false).status == 200)
            #expect(try await world.store.upstreamValues(ofUser: "root").shared.isEmpty)
        }
    }

    @Test(arguments: ["{}", #"{"shared":"yes"}"#, #"{"shared":null}"#, #"{"shared":1}"#, "[]"])
    func aBodyOfAnotherShapeIsRefused(body: String) async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            let admin = try await browser.admin(of: world.store)
            #expect([400, 422].contains(try await admin.send(.put, "\(path)/LLM_API_KEY", body).status))
        }
    }

    @Test func nobodyButTheAdminSharesOrSeesWhatIsShared() async throws {
        let world = try ValueWorld()
        try await world.run { browser async throws in
            #expect(try await browser.get(path).status == 401)
            #expect(try await browser.share("LLM_API_KEY").status == 401)
            try await browser.signUp()
            #expect(try await browser.get(path).status == 403)
            #expect(try await browser.share("LLM_API_KEY").status == 403)
            #expect(try await browser.share("NOPE").status == 403)
            #expect(try await world.store.upstreamValues(ofUser: "alice").shared.isEmpty)
        }
    }
}
