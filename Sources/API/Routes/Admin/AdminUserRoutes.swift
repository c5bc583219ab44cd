import HTTPTypes
import Hummingbird
import Spec

/// `/api/admin/users`: the accounts of everybody.
struct AdminUserRoutes: Sendable {
    private let accounts: any AccountKeeping
    private let administration: any AccountAdministration
    private let removal: any AccountRemoving
    private let status: any StatusReading
    private let runs: Runs

    init(_ dependencies: APIDependencies) {
        accounts = dependencies.accounts
        administration = dependencies.administration
        removal = dependencies.removal
        status = dependencies.status
        runs = dependencies.runs
    }

    func add(to group: RouterGroup<AdminContext>) {
        let users = group.group("api/admin/users")
        users.get(use: list)
        users.post(use: create)
        users.get("{id}", use: one)
        users.patch("{id}", use: edit)
        users.delete("{id}", use: remove)
    }

    @Sendable private func list(request: Request, context: AdminContext) async throws -> Response {
        let page = try PageRequest(request)
        let text = request.uri.queryParameters["q"].map(String.init)?.trimmed
        let found = try await administration.accounts(
            AccountQuery(text: text, before: page.before, limit: page.probing))
        let (shown, next) = page.page(found) { $0.account.id }
        let running = Dictionary(grouping: status.statuses(ofUser: nil).filter(\.isLive), by: \.id.user)
        return try .json(
            UserList(
                users: shown.map { AdminUserReply($0, runners: running[$0.account.slug]?.count ?? 0) }, next: next))
    }

    @Sendable private func one(request: Request, context: AdminContext) async throws -> Response {
        try await reply(try await overview(try context.number("id")))
    }

    @Sendable private func create(request: Request, context: AdminContext) async throws -> Response {
        let form: NewUserForm = try await request.json()
        try Self.refuse(role: form.role, unless: .user)
        let account = try await accounts.createAccount(
            NewAccount(email: form.email.trimmed, password: Secret(form.password), name: form.name?.trimmed ?? ""))
        return try await reply(try await overview(account.id))
    }

    @Sendable private func edit(request: Request, context: AdminContext) async throws -> Response {
        let before = try await overview(try context.number("id")).account
        let form: UserForm = try await request.json()
        try Self.refuse(role: form.role, unless: before.role)
        guard form.password == nil || before.id != context.account.id else {
            throw APIFailure.invalid(
                "Change your own password with PUT /api/me/password, which asks for the present one.",
                parameter: "password", code: "own_password")
        }
        let edit = AccountEdit(name: form.name, password: form.password.map { Secret($0) }, disabled: form.disabled)
        guard try await administration.editAccount(before.id, edit) != nil else { throw Self.unknownUser }
        if form.disabled == true { await runs.discard(owner: before.id) }
        return try await reply(try await overview(before.id))
    }

    @Sendable private func remove(request: Request, context: AdminContext) async throws -> Response {
        guard let id = try context.number("id") else { throw Self.unknownUser }
        let fate = request.uri.queryParameters["home"].map { HomeFate(rawValue: String($0)) } ?? .keep
        guard let fate else { throw APIFailure.invalid("home is keep or remove.", parameter: "home") }
        guard let removed = try await removal.removeAccount(id, home: fate) else { throw Self.unknownUser }
        await runs.discard(owner: id)
        let wantsAnswer = request.headers[values: .prefer].contains { $0.contains("return=representation") }
        return wantsAnswer ? try .json(["deleted": DeletedReply(removed)]) : Response(status: .noContent)
    }

    private func overview(_ id: UserID?) async throws -> AccountOverview {
        guard let id, let overview = try await administration.accountOverview(id) else { throw Self.unknownUser }
        return overview
    }

    private func reply(_ overview: AccountOverview) async throws -> Response {
        let runners = status.statuses(ofUser: overview.account.slug).count(where: \.isLive)
        return try .json(["user": AdminUserReply(overview, runners: runners)])
    }

    /// There is one admin, and no way to another.
    private static func refuse(role: String?, unless present: Role) throws(APIFailure) {
        guard let role, role != present.rawValue else { return }
        throw .invalid("A role is never given or taken: there is one admin.", parameter: "role", code: "role_fixed")
    }

    private static let unknownUser = APIFailure(
        status: 404, code: "user_not_found", message: "There is no such user.")
}

private struct NewUserForm: Decodable {
    var email: String
    var password: String
    var name: String?
    var role: String?
}

private struct UserForm: Decodable {
    var name: String?
    var password: String?
    var disabled: Bool?
    var role: String?
}

private struct UserList: Encodable {
    var users: [AdminUserReply]
    var next: Nullable<Int64>
}

/// A user as the admin sees one.
private struct AdminUserReply: Encodable {
    var id: UserID
    var email: String
    var name: String
    var slug: String
    var role: Role
    var disabled: Bool
    /// The user is being deleted.
    var deleting: Bool
    var createdAt: Int64
    var lastSeenAt: Nullable<Int64>
    /// Those that have a container.
    var runners: Int
    var conversations: Int
    var tokens: Int

    init(_ overview: AccountOverview, runners: Int) {
        let account = overview.account
        id = account.id
        email = account.email
        name = account.name
        slug = account.slug
        role = account.role
        disabled = account.disabled
        deleting = overview.deletion != nil
        createdAt = account.createdAt.wholeSeconds
        lastSeenAt = Nullable(overview.lastSeenAt?.wholeSeconds)
        self.runners = runners
        conversations = overview.owned.conversations
        tokens = overview.owned.tokens
    }
}

/// What went with a user.
private struct DeletedReply: Encodable {
    var runners: Int
    var conversations: Int
    var messages: Int
    var tokens: Int
    var home: RemovedAccount.Home

    init(_ removed: RemovedAccount) {
        runners = removed.runners
        conversations = removed.owned.conversations
        messages = removed.owned.messages
        tokens = removed.owned.tokens
        home = removed.home
    }
}

extension RunnerStatus {
    /// Whether it has a container.
    fileprivate var isLive: Bool { containerID != nil }
}
