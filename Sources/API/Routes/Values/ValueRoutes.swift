import Foundation
import Hummingbird
import Spec

/// `/api/me/env-overrides`: a user's own upstream values.
struct ValueRoutes: Sendable {
    private let edits: ValueEdits
    private let test: UpstreamTest

    init(_ dependencies: APIDependencies) {
        edits = ValueEdits(dependencies)
        test = UpstreamTest(dependencies)
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let values = group.group("api/me/env-overrides")
        values.get(use: list)
        values.put("{variable}", use: set)
        values.delete("{variable}", use: delete)
        values.post("test", use: tryOut)
    }

    @Sendable private func list(request: Request, context: SignedInContext) async throws -> Response {
        let slug = context.account.slug
        let values = try await edits.values.upstreamValues(ofUser: slug)
        return try .json(ValuesReply(values, ofUser: slug, under: edits.configuration.current))
    }

    @Sendable private func set(request: Request, context: SignedInContext) async throws -> Response {
        let variable = try context.parameters.require("variable")
        let form: ValueForm = try await request.json()
        let backend = form.backend ?? ""
        try edits.check(variable, backend: backend)
        let value = try form.fitValue()
        let outcome = try await edits.set(value, of: variable, backend: backend, user: context.account)
        return try .json(ValueReply(set: !value.isEmpty, recycled: outcome.recycled))
    }

    /// What is left of a backend or variable that the file no longer has can be deleted too.
    @Sendable private func delete(request: Request, context: SignedInContext) async throws -> Response {
        let variable = try context.parameters.require("variable")
        let backend = request.uri.queryParameters["backend"].map(String.init) ?? ""
        let outcome = try await edits.set(nil, of: variable, backend: backend, user: context.account)
        if !outcome.changed { try edits.check(variable, backend: backend) }
        return try .json(ValueReply(set: false, recycled: outcome.recycled))
    }

    @Sendable private func tryOut(request: Request, context: SignedInContext) async throws -> Response {
        let form: TestForm = try await request.json()
        guard let backend = edits.configuration.current.backend(named: form.backend) else {
            throw APIFailure.invalid(
                "There is no backend \(form.backend).", parameter: "backend", code: "unknown_backend")
        }
        return try .json(try await test.run(backend, for: context.account))
    }
}

private struct ValueForm: Decodable {
    var value: String
    var backend: String?

    /// Without the white space at both ends that comes with copying. Throws 400 for a value that no environment holds.
    func fitValue() throws -> Secret {
        guard !value.unicodeScalars.contains("\0") else {
            throw APIFailure.invalid("A value cannot hold a NUL character.", parameter: "value", code: "invalid_value")
        }
        return Secret(value.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

private struct TestForm: Decodable {
    var backend: String
}

private struct ValueReply: Encodable {
    var ok = true
    var set: Bool
    var recycled: Int
}

extension ValueEdits {
    init(_ dependencies: APIDependencies) {
        self.init(
            configuration: dependencies.configuration, values: dependencies.values, status: dependencies.status,
            starting: dependencies.starting, events: dependencies.events)
    }
}
