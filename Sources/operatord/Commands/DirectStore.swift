import Spec
import Store

extension ConfigurationOptions {
    /// Opens the data root's database and runs `body` in the command line's name, whether or not `serve` is at work.
    func withStore<Value>(_ body: (Store) async throws -> Value) async throws -> Value {
        let configuration = try load(requiringSecrets: false)
        let (store, _) = try DataRoot(paths: configuration.stack.paths).openExistingStore(clock: SystemClock())
        return try await Actor.$current.withValue(Actor(kind: .commandLine)) { try await body(store) }
    }
}
