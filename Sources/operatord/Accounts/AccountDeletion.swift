import Spec
import Store

/// The steps by which a marked account goes: runners, home, rows. Each is idempotent and the mark goes with the rows,
/// so after a death in between the whole is simply done again.
struct AccountDeletion: Sendable {
    let store: Store
    let homes: HomeWriter
    /// Stops and removes the user's containers; returns how many there were. Throws when it cannot be known that none
    /// is left, for the home is shared with them.
    let clearRunners: @Sendable (_ slug: String) async throws -> Int

    /// nil when the account is not marked, or is gone already.
    func finish(_ id: UserID) async throws -> RemovedAccount? {
        guard let deletion = try await store.deletions().first(where: { $0.account.id == id }) else { return nil }
        let slug = deletion.account.slug
        let runners = try await clearRunners(slug)
        let home = try await home(of: slug, deletion.home)
        guard let owned = try await store.finishDeletion(of: id) else { return nil }
        return RemovedAccount(runners: runners, owned: owned, home: home)
    }

    private func home(of slug: String, _ fate: HomeFate) async throws(HomeError) -> RemovedAccount.Home {
        switch fate {
        case .keep: try await homes.exists(user: slug) ? .kept : .none
        case .remove: try await homes.remove(user: slug) ? .removed : .none
        }
    }
}
