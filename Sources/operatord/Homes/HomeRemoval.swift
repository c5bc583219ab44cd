import Spec

extension HomeWriter {
    /// Whether the user has a folder.
    func exists(user slug: String) async throws(HomeError) -> Bool {
        try await inTurn(slug) { () throws(HomeError) in try Folder(root: usersRoot).entry(slug) != .missing }
    }

    /// Removes the user's folder with everything in it. No link is followed. Takes up what an earlier one left. False
    /// when there was none.
    func remove(user slug: String) async throws(HomeError) -> Bool {
        try await inTurn(slug) { () throws(HomeError) in
            let users = try Folder(root: usersRoot)
            guard try users.entry(slug) != .missing else { return false }
            try users.removeTree(slug)
            return true
        }
    }
}
