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
                source: dependencies.configuration.source.map(SourceReply.forEverybody),
                conditions: await dependencies.conditions()))
    }

    /// 503 while the store or the daemon is away: then no runner can be started.
    @Sendable private func readiness(request: Request, context: APIContext) async throws -> Response {
        let outages = await dependencies.outages()
        return try .json(
            ReadinessReply(ready: outages.isEmpty, conditions: outages),
            status: outages.isEmpty ? .ok : .serviceUnavailable)
    }

    @Sendable private func metrics(request: Request, context: APIContext) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: dependencies.metricsText())))
    }
}

private struct HealthReply: Encodable {
    var ok: Bool
    var instance: String
    var backends: [String]
    var prepullStatus: [String: String]
    var lastPass: Nullable<String>
    /// Only when the configuration is followed in a repository.
    var source: SourceReply?
    var conditions: [OperatorCondition]
}

private struct ReadinessReply: Encodable {
    var ready: Bool
    var conditions: [OperatorCondition]
}
