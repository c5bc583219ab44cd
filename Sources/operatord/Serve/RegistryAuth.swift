import Foundation
import Spec

/// The file with the credentials of registries.
enum RegistryAuth {
    /// Reads it anew each time, so that a rotated password needs no restart.
    static func reading(_ path: String) -> @Sendable () throws(EngineError) -> [UInt8] {
        { () throws(EngineError) in
            do {
                return [UInt8](try Data(contentsOf: URL(filePath: path)))
            } catch {
                throw .misconfigured(
                    "engine.registryAuthFile: \(path) cannot be read: \(error.localizedDescription)")
            }
        }
    }
}
