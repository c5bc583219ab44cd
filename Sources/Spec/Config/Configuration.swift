/// The configuration in force: the stack, its backends and their seeds, read and validated together.
package struct Configuration: Sendable, Equatable {
    package var stack: StackSpec
    /// In file order; names and model ids are unique across all.
    package var backends: [BackendSpec]
    /// By `seed_subdir`.
    package var seeds: [String: SeedTree]

    package init(stack: StackSpec, backends: [BackendSpec], seeds: [String: SeedTree] = [:]) {
        self.stack = stack
        self.backends = backends
        self.seeds = seeds
    }

    package func backend(named name: String) -> BackendSpec? { backends.first { $0.name == name } }
}

/// One thing wrong with the configuration, with the place and the remedy.
///
/// Prints as `stack.yaml:12: reconcile.interval: "3x" is not a duration. Write a number with a unit, like 30s or 5m.`
package struct ConfigProblem: Sendable, Hashable, CustomStringConvertible {
    /// File name as the operator gave it, or `environment`.
    package var file: String
    /// 1-based; nil when the problem has no line (a missing file, an environment variable).
    package var line: Int?
    /// Dotted path inside the file, `backends[2].internal_port`, or the variable's name; empty for the file itself.
    package var path: String
    package var message: String
    /// What to write instead, one sentence.
    package var remedy: String

    package init(file: String, line: Int? = nil, path: String = "", message: String, remedy: String) {
        self.file = file
        self.line = line
        self.path = path
        self.message = message
        self.remedy = remedy
    }

    package var description: String {
        var place = file
        if let line { place += ":\(line)" }
        if !path.isEmpty { place += ": \(path)" }
        return "\(place): \(message) \(remedy)"
    }
}

/// Every problem found in one reading, in the order file, line, path. Never empty.
package struct ConfigInvalid: Error, CustomStringConvertible {
    package var problems: [ConfigProblem]

    package init(problems: [ConfigProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
