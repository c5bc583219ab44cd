import Foundation
import Hummingbird
package import Spec

/// `GET /v1/models`: OpenAI's list of what a request's `model` may be. Starts nothing.
struct ModelRoutes: Sendable {
    private let configuration: any ConfigurationReading
    private let status: any StatusReading
    /// OpenAI's `created`, which clients require: since when this server offers the models.
    private let created: Int64

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        status = dependencies.status
        created = dependencies.clock.now().milliseconds / 1000
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.get("v1/models", use: list)
        group.get("v1/models/**", use: one)
    }

    @Sendable private func list(request: Request, context: SignedInContext) throws -> Response {
        let models = configuration.current.backends
            .filter { !$0.disabled && context.caller.mayUse(backend: $0.name) }
            .flatMap { backend in backend.models.map { model($0, of: backend, for: context.account) } }
        return try .json(ModelList(data: models))
    }

    /// Ids may contain slashes, as they are or as `%2F`.
    @Sendable private func one(request: Request, context: SignedInContext) throws -> Response {
        let path = context.parameters.getCatchAll().joined(separator: "/")
        let id = path.removingPercentEncoding ?? path
        guard let backend = configuration.current.backend(serving: id), context.caller.mayUse(backend: backend.name)
        else { throw APIFailure.unknownModel(id) }
        return try .json(model(id, of: backend, for: context.account))
    }

    private func model(_ id: String, of backend: BackendSpec, for account: Account) -> Model {
        let runner = RunnerID(user: account.slug, backend: backend.name)
        return Model(
            id: id, created: created, root: backend.name, displayName: backend.displayName,
            running: status.status(of: runner)?.phase == .ready)
    }
}

extension Configuration {
    /// The enabled backend whose name or alias `model` is, else the one with `model` as `name/…`.
    package func backend(serving model: String) -> BackendSpec? {
        let offered = backends.filter { !$0.disabled }
        return offered.first { $0.models.contains(model) } ?? offered.first { model.hasPrefix($0.name + "/") }
    }
}

private struct ModelList: Encodable {
    var object = "list"
    var data: [Model]
}

private struct Model: Encodable {
    var id: String
    var object = "model"
    var created: Int64
    var ownedBy = "agent-stack"
    var root: String
    var displayName: String
    var running: Bool
}
