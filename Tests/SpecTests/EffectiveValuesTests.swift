import Testing

@testable import Spec

@Suite struct EffectiveValuesTests {
    /// Each tier taken away in turn shows the next.
    @Test func theNearestTierWins() {
        var backend = Fixture.backend()
        backend.extraEnv["LLM_MODEL"] = "backend's own"
        var stored = StoredValues(
            overrides: [
                "alice": ["hermes": ["LLM_MODEL": Secret("mine here")], "": ["LLM_MODEL": Secret("mine")]],
                "root": ["": ["LLM_MODEL": Secret("admin's")]],
            ],
            shared: ["LLM_MODEL"], adminSlug: "root"
        )
        var stack = ["LLM_MODEL": Secret("stack's")]
        func answer() -> String {
            let value = EffectiveValues(stored: stored, sharedEnv: stack)
                .value(of: "LLM_MODEL", user: "alice", backend: backend)
            return "\(value.source.rawValue): \(value.value?.reveal() ?? "-")"
        }
        #expect(answer() == "backend: mine here")
        stored.overrides["alice"]?["hermes"] = ["LLM_MODEL": Secret("")]
        #expect(answer() == "global: mine")
        stored.overrides["alice"] = nil
        #expect(answer() == "shared: admin's")
        stored.shared = []
        #expect(answer() == "stack: stack's")
        stack = [:]
        #expect(answer() == "backend_default: backend's own")
        backend.extraEnv = [:]
        #expect(answer() == "unset: -")
    }

    @Test func onlyTheAdminsGlobalRowIsShared() {
        let stored = StoredValues(
            overrides: [
                "root": ["hermes": ["LLM_MODEL": Secret("for hermes only")]],
                "bob": ["": ["LLM_MODEL": Secret("bob's")]],
            ],
            shared: ["LLM_MODEL"], adminSlug: "root"
        )
        let values = EffectiveValues(stored: stored, sharedEnv: [:])
        #expect(values.value(of: "LLM_MODEL", user: "alice", backend: Fixture.backend()).source == .unset)
        #expect(values.value(of: "LLM_MODEL", user: "root", backend: Fixture.backend()).source == .backend)
    }
}
