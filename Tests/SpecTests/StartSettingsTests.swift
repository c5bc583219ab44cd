import Spec
import Testing

@Suite struct StartSettingsTests {
    @Test func whatOnlyAStartReadsStaysAndIsNamed() {
        let started = StackSpec(paths: .init(dataRoot: "/a"), listen: .init(port: 1))
        var edited = started
        edited.listen.port = 2
        edited.paths.dataRoot = "/b"
        edited.reconcile.maxLanes = 3
        #expect(StartSettings.keep(started, in: &edited) == ["paths.dataRoot", "listen.port"])
        #expect(edited.listen.port == 1 && edited.paths.dataRoot == "/a")
        #expect(edited.reconcile.maxLanes == 3)
    }

    @Test func anEditOfOtherSettingsAsksForNoRestart() {
        let started = StackSpec()
        var edited = StackSpec(runners: .init(idleSeconds: 1), sharedEnv: ["A": Secret("b")])
        #expect(StartSettings.keep(started, in: &edited).isEmpty)
    }
}
