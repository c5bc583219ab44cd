import HTTPTypes
import Hummingbird
import Spec

/// `/api/me/tokens`: the caller's own API tokens.
struct TokenRoutes: Sendable {
    private let configuration: any ConfigurationReading
    private let tokens: any TokenKeeping
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        tokens = dependencies.tokens
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let tokens = group.group("api/me/tokens")
        tokens.get(use: list)
        tokens.post(use: create)
        tokens.delete("{id}", use: revoke)
    }

    @Sendable private func list(request: Request, context: SignedInContext) throws -> Response {
        try .json(["tokens": tokens.tokens(of: context.account.id).map { TokenReply($0) }])
    }

    /// The only answer that holds the token itself.
    @Sendable private func create(request: Request, context: SignedInContext) async throws -> Response {
        let new = try checked(try await request.json())
        let issued = try await tokens.createToken(new, owner: context.account.id)
        return try .json(TokenReply(issued.token, text: issued.text))
    }

    @Sendable private func revoke(request: Request, context: SignedInContext) async throws -> Response {
        let text = try context.parameters.require("id")
        guard let id = TokenID(text), try await tokens.revokeToken(id, owner: context.account.id) else {
            throw APIFailure(status: 404, code: "token_not_found", message: "There is no API token \(text).")
        }
        return Response(status: .noContent)
    }

    private func checked(_ form: TokenForm) throws(APIFailure) -> NewToken {
        let name = form.name.trimmed
        guard (1...100).contains(name.count) else {
            throw .invalid("A token's name has 1 to 100 characters.", parameter: "name")
        }
        if let backends = form.backends {
            guard !backends.isEmpty else {
                throw .invalid("Name at least one backend, or leave backends out for all.", parameter: "backends")
            }
            for backend in backends where configuration.current.backend(named: backend) == nil {
                throw .invalid("There is no backend \(backend).", parameter: "backends", code: "backend_not_found")
            }
        }
        let end = try form.expiresAt.map { seconds throws(APIFailure) in
            // Beyond the year 9999 it is a mistake, such as milliseconds.
            let end = Timestamp(milliseconds: (0..<253_402_300_800).contains(seconds) ? seconds * 1000 : 0)
            guard end > clock.now() else {
                throw .invalid("expires_at has to be a time to come, in seconds since 1970.", parameter: "expires_at")
            }
            return end
        }
        return NewToken(name: name, backends: form.backends.map { Array(Set($0)).sorted() }, expiresAt: end)
    }
}

private struct TokenForm: Decodable {
    var name: String
    var backends: [String]?
    var expiresAt: Int64?
}

/// `{id, name, token?, prefix, backends, created_at, last_used_at, expires_at}`; `backends` null = all.
private struct TokenReply: Encodable {
    var id: TokenID
    var name: String
    var token: String?
    var prefix: String
    var backends: Nullable<[String]>
    var createdAt: Int64
    var lastUsedAt: Nullable<Int64>
    var expiresAt: Nullable<Int64>

    init(_ token: APIToken, text: Secret? = nil) {
        id = token.id
        name = token.name
        self.token = text?.reveal()
        prefix = token.prefix
        backends = Nullable(token.backends)
        createdAt = token.createdAt.wholeSeconds
        lastUsedAt = Nullable(token.lastUsedAt?.wholeSeconds)
        expiresAt = Nullable(token.expiresAt?.wholeSeconds)
    }
}

extension APIFailure {
    init(_ error: TokenError) {
        let message = error.description.prefix(1).uppercased() + error.description.dropFirst() + "."
        switch error {
        case .tooMany: self.init(status: 409, code: "too_many_tokens", message: message)
        case .ownerGone: self = .signedOut
        case .store(let message): self.init(AccountError.store(message))
        }
    }
}
