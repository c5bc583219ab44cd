import Spec

/// Asks a started container until it is ready, has exited, or its budget is over.
///
/// Health path, then ready path with the credential; any 2xx is yes. The pauses between are 20 ms at first and then a
/// tenth of the time waited so far, up to the spec's longest poll: a start is noticed at most a tenth late.
/// A probe that fails is followed by a look at the container at most every 250 ms, so that an exit ends it at once.
struct ReadinessWait: Sendable {
    let engine: any ContainerEngine
    let probe: any ReadinessProbing
    let clock: any WallClock
    let reach: ReconcilerSettings.Reach
    let probeTimeout: Duration

    private static let shortestPause = Duration.milliseconds(20)
    private static let inspectEvery = Duration.milliseconds(250)

    /// The budget counts from this call.
    func endpoint(of id: ContainerID, spec: RunnerSpec) async throws(StepError) -> RunnerEndpoint {
        let begun = clock.now()
        let deadline = begun + spec.probe.startupTimeout
        var endpoint: RunnerEndpoint?
        var inspected: Timestamp?
        var healthy = spec.probe.healthPath == nil
        var answer = "it has no address yet"

        while true {
            if inspected.map({ clock.now() - $0 >= Self.inspectEvery }) ?? true {
                endpoint = try await look(at: id, spec: spec)
                inspected = clock.now()
            }
            if let endpoint {
                if !healthy, let path = spec.probe.healthPath {
                    (healthy, answer) = await ask(endpoint, path, credential: nil, by: deadline)
                }
                if healthy {
                    guard let path = spec.probe.readyPath else { return endpoint }
                    let ready: Bool
                    (ready, answer) = await ask(endpoint, path, credential: spec.credential, by: deadline)
                    if ready { return endpoint }
                }
            }
            let remaining = deadline - clock.now()
            guard remaining > .zero else {
                throw .failed(
                    RunnerFailure(
                        reason: .notReady,
                        message: "\(spec.containerName) was not ready within \(spec.probe.startupTimeout): \(answer)",
                        at: clock.now()))
            }
            let pause = min(max(Self.shortestPause, (clock.now() - begun) / 10), spec.probe.longestPoll)
            do { try await clock.sleep(for: min(pause, remaining)) } catch { throw .superseded("cancelled") }
        }
    }

    private func ask(
        _ endpoint: RunnerEndpoint, _ path: String, credential: RunnerCredential?, by deadline: Timestamp
    ) async -> (yes: Bool, answer: String) {
        let status = await probe.status(
            host: endpoint.host, port: endpoint.port, path: path, credential: credential,
            timeout: max(.milliseconds(1), min(probeTimeout, deadline - clock.now())))
        guard let status else { return (false, "GET \(path) got no answer") }
        return (200..<300 ~= status, "GET \(path) answered \(status)")
    }

    /// Throws when the container does not run any more.
    private func look(at id: ContainerID, spec: RunnerSpec) async throws(StepError) -> RunnerEndpoint? {
        let detail: ContainerDetail?
        do { detail = try await engine.inspectContainer(id) } catch { throw .inconclusive(error.description) }
        guard let detail else { throw .superseded("\(spec.containerName) was removed while it started") }
        switch detail.container.state {
        case .exited, .dead, .removing:
            throw .failed(
                RunnerFailure(
                    reason: .exited, message: "\(spec.containerName) \(detail.ending) before it was ready",
                    at: clock.now()))
        case .created, .running, .paused, .restarting:
            return spec.endpoint(in: detail.container, reach: reach)
        }
    }
}

extension ContainerDetail {
    /// How the container ended, as the verb of a sentence: `exited with code 1`.
    var ending: String {
        if outOfMemory { return "was killed because it ran out of memory" }
        var code = exitCode
        if case .exited(let observed) = container.state { code = code ?? observed }
        return code.map { "exited with code \($0)" } ?? "exited"
    }
}
