package import Spec

extension APIFailure {
    /// How a refused lease is answered, the same on `/api` and `/v1`.
    package init(_ error: GateError) {
        let (status, code): (Int, String) =
            switch error {
            case .missingValues: (422, "missing_values")
            case .backendUnavailable: (404, "backend_unavailable")
            case .failed(let failure, _): Self.statusAndCode(of: failure.reason)
            case .runnerLimit: (409, "runner_limit")
            case .queueFull: (503, "queue_full")
            case .stillStarting: (503, "runner_starting")
            case .withdrawn: (503, "runner_stopped")
            case .engineUnavailable: (503, "engine_unavailable")
            case .shuttingDown: (503, "shutting_down")
            // The client has gone or the server is about to; nobody reads it.
            case .cancelled: (503, "cancelled")
            }
        self.init(
            status: status, code: code, message: Self.message(of: error),
            retryAfterSeconds: Self.retryAfterSeconds(error))
    }

    private static func statusAndCode(of reason: RunnerFailure.Reason) -> (Int, String) {
        switch reason {
        case .notReady: (504, "runner_not_ready")
        case .engineUnavailable: (503, "engine_unavailable")
        case .imageMissing, .pullFailed, .nameTaken, .homeFailed, .createFailed, .startFailed, .exited:
            (502, "runner_failed")
        }
    }

    /// A failure's last log lines come with it: they are what its owner needs to mend it.
    private static func message(of error: GateError) -> String {
        guard case .failed(let failure, _) = error, !failure.logTail.isEmpty else { return error.description }
        return ([failure.message] + failure.logTail.suffix(10)).joined(separator: "\n")
    }

    private static func retryAfterSeconds(_ error: GateError) -> Int? {
        switch error {
        case .queueFull(let seconds): seconds
        case .failed(_, let seconds): seconds
        case .stillStarting: 2
        case .engineUnavailable, .shuttingDown: 5
        case .missingValues, .backendUnavailable, .runnerLimit, .withdrawn, .cancelled: nil
        }
    }
}
