import API
import Foundation
import Spec
import Store

/// The API with the real store on a temporary file; the runners are doubles.
final class StoredWorld: Sendable {
    let world: World
    let store: Store
    private let folder: URL

    init(auth: (inout StackSpec.Auth) -> Void = { _ in }) throws {
        world = World(auth: auth)
        folder = FileManager.default.temporaryDirectory.appending(path: "api-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "router.db").path
        let sealer = try Sealer.load(keyFile: folder.appending(path: "keys").path, database: path)
        let clock = world.clock
        store = try Store.open(at: path, sealer: sealer, passwordCost: .least, now: { clock.now() }, onChange: {})
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func run(_ body: @Sendable (Browser) async throws -> Void) async throws {
        var dependencies = world.dependencies
        dependencies.accounts = store
        dependencies.tokens = store
        dependencies.administration = store
        dependencies.removal = StoreRemoval(store: store)
        dependencies.values = store
        dependencies.history = store
        dependencies.conversations = store
        dependencies.runKeeping = store
        try await dependencies.run(body)
    }

    /// A token of the account that the browser is signed in as.
    func token(of browser: Browser, backends: [String]? = nil, expiresAt: Timestamp? = nil) async throws -> IssuedToken
    {
        guard let slug = try await browser.get("/auth/me")["user.slug"] as? String,
            let owner = store.account(slug: slug)
        else { throw TokenError.ownerGone }
        return try await store.createToken(
            NewToken(name: "test", backends: backends, expiresAt: expiresAt), owner: owner.id)
    }
}

/// There are no API tokens.
struct NoTokens: TokenKeeping {
    func createToken(_ new: NewToken, owner: UserID) async throws(TokenError) -> IssuedToken { throw .ownerGone }
    func tokens(of owner: UserID) -> [APIToken] { [] }
    func revokeToken(_ id: TokenID, owner: UserID) async throws(TokenError) -> Bool { false }
    func useToken(_ text: Substring) -> APIToken? { nil }
}

/// Accounts whose runners and homes are nowhere.
struct StoreRemoval: AccountRemoving {
    let store: Store

    func removeAccount(_ id: UserID, home: HomeFate) async throws -> RemovedAccount? {
        guard try await store.beginDeletion(of: id, home: home) != nil,
            let owned = try await store.finishDeletion(of: id)
        else { return nil }
        return RemovedAccount(runners: 0, owned: owned, home: .none)
    }
}

/// Accounts that nobody manages.
struct NoAdministration: AccountAdministration, AccountRemoving {
    func changePassword(of id: UserID, from current: String, to new: Secret) async throws(AccountError) -> Account? {
        nil
    }
    func endSessions(of id: UserID) async throws(AccountError) -> Account? { nil }
    func editAccount(_ id: UserID, _ edit: AccountEdit) async throws(AccountError) -> Account? { nil }
    func noteSeen(_ id: UserID) async {}
    func accounts(_ query: AccountQuery) async throws(AccountError) -> [AccountOverview] { [] }
    func accountOverview(_ id: UserID) async throws(AccountError) -> AccountOverview? { nil }
    func invites(before id: Int64?, limit: Int) async throws -> [Invite] { [] }
    func createInvite(name: String, uses: Int?, expiresAt: Timestamp?) async throws(AccountError) -> Invite {
        throw .nameInvalid
    }
    func revokeInvite(_ id: Int64) async throws(AccountError) -> Bool { false }
    func auditEntries(_ query: AuditQuery) async throws -> [AuditEntry] { [] }
    func removeAccount(_ id: UserID, home: HomeFate) async throws -> RemovedAccount? { nil }
}
