/// A runner's home directory: where it is, whose it is, and the seed it starts from.
package struct HomeSpec: Sendable {
    /// Absolute path as operatord sees it.
    package var path: String
    /// Owner that the directory and written files get; nil leaves operatord's own.
    package var ownerUID: UInt32?
    package var ownerGID: UInt32?
    package var seed: SeedTree
    /// Paths inside the seed that are rendered again at every creation; the rest is copied once.
    package var templatedFiles: [String]
    /// What `${NAME}` may refer to: the container's own environment, then the allowed process environment.
    package var variables: [String: String]

    package init(
        path: String, ownerUID: UInt32? = nil, ownerGID: UInt32? = nil, seed: SeedTree = SeedTree(),
        templatedFiles: [String] = [], variables: [String: String] = [:]
    ) {
        self.path = path
        self.ownerUID = ownerUID
        self.ownerGID = ownerGID
        self.seed = seed
        self.templatedFiles = templatedFiles
        self.variables = variables
    }
}

/// The files of one `seeds/<seed_subdir>/`, read once per configuration and shared by all runners of a backend.
package struct SeedTree: Sendable, Hashable {
    /// Sorted by path.
    package var files: [SeedFile]

    package init(files: [SeedFile] = []) { self.files = files.sorted { $0.path < $1.path } }
}

/// One regular file of a seed. Path is relative, with `/`, without `..`.
package struct SeedFile: Sendable, Hashable {
    package var path: String
    /// Permission bits, `0o644`.
    package var mode: UInt16
    package var contents: [UInt8]

    package init(path: String, mode: UInt16 = 0o644, contents: [UInt8]) {
        self.path = path
        self.mode = mode
        self.contents = contents
    }
}
