import AsyncHTTPClient
import Foundation
import NIOCore
import Spec

extension EngineError {
    /// What a failure below HTTP means, with a remedy where there is one.
    init(transportFailure error: any Error, socketPath: String) {
        switch error {
        case let error as EngineError: self = error
        case is CancellationError: self = .cancelled
        case let error as HTTPClientError where error == .cancelled: self = .cancelled
        case let error as IOError: self = .unreachable(Self.remedy(errno: error.errnoCode, socketPath: socketPath))
        default: self = .unreachable("\(socketPath): \(error)")
        }
    }

    private static func remedy(errno code: CInt, socketPath: String) -> String {
        switch code {
        case ENOENT:
            "there is no socket at \(socketPath). Is Docker installed and running? Start it, or set engine.socket."
        case ECONNREFUSED:
            "nobody listens at \(socketPath). Is Docker running? Start it with: sudo systemctl start docker"
        case EACCES, EPERM:
            "no permission to open \(socketPath). Add this user to the group docker (sudo usermod -aG docker $USER) "
                + "and log in again."
        default:
            "\(socketPath): \(String(cString: strerror(code)))"
        }
    }
}
