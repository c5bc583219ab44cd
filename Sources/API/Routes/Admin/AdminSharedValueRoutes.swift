import Hummingbird
import Spec

/// `/api/admin/shared-env`: which of the admin's own values for all backends are everybody's.
struct AdminSharedValueRoutes: Sendable {
    private let edits: ValueEdits

    init(_ dependencies: APIDependencies) { edits = ValueEdits(dependencies) }

    func add(to group: RouterGroup<AdminContext>) {
        let shared = group.group("api/admin/shared-env")
        shared.get(use: list)
        shared.put("{variable}", use: share)
    }

    @Sendable private func list(request: Request, context: AdminContext) async throws -> Response {
        let values = try await edits.values.upstreamValues(ofUser: context.account.slug)
        return try .json(SharedValuesReply(values, under: edits.configuration.current))
    }

    @Sendable private func share(request: Request, context: AdminContext) async throws -> Response {
        let variable = try context.parameters.require("variable")
        let form: ShareForm = try await request.json()
        // What the file no longer lists can still be taken back.
        if form.shared { try edits.check(variable) }
        let outcome = try await edits.share(variable, form.shared, by: context.account)
        if !outcome.changed { try edits.check(variable) }
        return try .json(ShareReply(shared: form.shared, recycled: outcome.recycled))
    }
}

private struct ShareForm: Decodable {
    var shared: Bool
}

private struct ShareReply: Encodable {
    var ok = true
    var shared: Bool
    var recycled: Int
}
