import HTTPTypes
import Hummingbird
import Spec

/// `/healthz`, `/readyz` and `/metrics`: for probes, without a session.
struct HealthRoutes: Sendable {
    private let dependencies: APIDependencies

    init(_ dependencies: APIDependencies) { self.dependencies = dependencies }

    func add(to router: Router<APIContext>) {
        router.get("healthz", use: health)
        router.get("readyz", use: readiness)
        router.get("metrics", use: metrics)
    }

    /// 200 while the process can answer at all; what is wrong is in `conditions`.
    @Sendable private func health(request: Request, context: APIContext) async throws -> Response {
        let configuration = dependencies.configuration.current
        let prepull = dependencies.prepullStatus() ?? ["_disabled": "images are pulled when they are first needed"]
        return try .json(
            HealthReply(
                ok: true, instance: configuration.stack.instance, backends: configuration.backends.map(\.name),
                prepullStatus: prepull, lastPass: Nullable(dependencies.status.lastPass?.description),
                conditions: configConditions + (await outages())))
    }

    /// 503 while the store or the daemon is away: then no runner can be started.
    @Sendable private func readiness(request: Request, context: APIContext) async throws -> Response {
        let outages = await outages()
        return try .json(
            ReadinessReply(ready: outages.isEmpty, conditions: outages),
            status: outages.isEmpty ? .ok : .serviceUnavailable)
    }

    @Sendable private func metrics(request: Request, context: APIContext) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: dependencies.metricsText())))
    }

    private var configConditions: [OperatorCondition] {
        var conditions: [OperatorCondition] = []
        if let rejected = dependencies.configuration.rejected {
            conditions.append(OperatorCondition(type: "ConfigInvalid", message: rejected.description))
        }
        let waiting = dependencies.configuration.restartRequired
        if !waiting.isEmpty {
            let message = "\(waiting.joined(separator: ", ")) changed; restart operatord to take it over."
            conditions.append(OperatorCondition(type: "RestartRequired", message: message))
        }
        return conditions
    }

    private func outages() async -> [OperatorCondition] {
        var outages: [OperatorCondition] = []
        if let problem = dependencies.status.engineProblem {
            outages.append(OperatorCondition(type: "DaemonUnreachable", message: problem))
        }
        if await !dependencies.storeHealthy() {
            outages.append(OperatorCondition(type: "StoreUnavailable", message: "The database does not answer."))
        }
        return outages
    }
}

private struct HealthReply: Encodable {
    var ok: Bool
    var instance: String
    var backends: [String]
    var prepullStatus: [String: String]
    var lastPass: Nullable<String>
    var conditions: [OperatorCondition]
}

private struct ReadinessReply: Encodable {
    var ready: Bool
    var conditions: [OperatorCondition]
}

/// Something that is wrong with the operator as a whole.
private struct OperatorCondition: Encodable {
    var type: String
    var status = "True"
    var message: String
}
