/// A reading of `stack.yaml` with the environment laid over it.
package struct ParsedStack: Sendable {
    /// Complete: whatever could not be read has its default. In force only when there is no problem.
    package var stack: StackSpec
    /// In the order file, line, path.
    package var problems: [ConfigProblem]
    /// For ``ConfigurationValidator``.
    package var source: SourceMap
}

/// Reads `stack.yaml`. Every problem is found in one reading.
package enum StackParser {
    /// - Parameters:
    ///   - text: The file's contents; nil when there is no file and the environment is all.
    ///   - file: Its name in problems.
    ///   - environment: Of the process. Its variables (``OperatorVariable``) win over the file.
    ///   - baseDirectory: Absolute; relative paths are taken from it.
    ///   - requiringSecrets: False for a reader that serves nobody and so needs no `JWT_SECRET`. One that is there is
    ///     checked all the same.
    ///   - repository: For a file that comes out of a repository.
    ///   - readSecret: Contents of a secret's file, given its absolute path. A line break at the end is dropped.
    package static func parse(
        text: String?, file: String, environment: [String: String], baseDirectory: String,
        requiringSecrets: Bool = true, repository: RepositoryPlace? = nil,
        readSecret: @escaping (String) throws -> String
    ) -> ParsedStack {
        let context = ParseContext(file: file)
        let root = text.flatMap { YAMLReading.read($0, in: context) }
        let unreadable = text != nil && root == nil
        let reader = StackReader(
            root: FieldReader(
                root, at: Place(file: file, line: nil, path: ""), in: context, environment: environment
            ),
            context: context, baseDirectory: baseDirectory, repository: repository, readSecret: readSecret
        )
        let stack = reader.stack(requiringSecrets: requiringSecrets && !unreadable)
        return ParsedStack(stack: stack, problems: context.problems.inFileOrder(), source: context.sourceMap)
    }
}

/// Reads the groups of one `stack.yaml`; each method gives defaults for what is absent or wrong.
struct StackReader {
    let root: FieldReader<StackKey>
    let context: ParseContext
    let baseDirectory: String
    let repository: RepositoryPlace?
    let readSecret: (String) throws -> String

    /// `requiringSecrets` is false for a file whose syntax is wrong: what it would have said is not known.
    func stack(requiringSecrets: Bool) -> StackSpec {
        if isBootstrap { return bootstrap() }
        if repository != nil { refuseWhatIsTheMachines() }
        return StackSpec(
            instance: instance() ?? StackSpec().instance, paths: paths(), listen: listen(), engine: engine(),
            reconcile: reconcile(), runners: runners(), sharedEnv: sharedEnv(), pinned: pinned(), users: users(),
            auth: auth(requiringSecret: requiringSecrets), proxy: proxy(), limits: limits(),
            source: repository?.machine.source
        )
    }

    private func instance() -> String? {
        root.field(.instance)?.text("an instance name", "Write 1 to 32 of a-z, 0-9 and -.") { name in
            (1...32).contains(name.utf8.count)
                && name.utf8.allSatisfy { $0.isLowerAlphanumeric || $0 == UInt8(ascii: "-") }
        }
    }

    func paths() -> StackSpec.Paths {
        let group = root.group(.paths, PathsKey.self)
        if let repository { return paths(of: repository, group) }
        func path(_ key: PathsKey, _ variable: OperatorVariable? = nil) -> String? {
            group.field(key, variable)?.text().map { Path.absolute($0, from: baseDirectory) }
        }
        let hostRoot = path(.hostRoot, .hostStackRoot)
        return StackSpec.Paths(
            // A host root alone means that operatord itself runs on the host.
            dataRoot: path(.dataRoot, .stackDataRoot) ?? hostRoot ?? Path.absolute("data", from: baseDirectory),
            hostRoot: hostRoot, usersRoot: path(.usersRoot, .usersRoot), database: path(.database, .databasePath),
            backends: path(.backends, .backendsConfigPath) ?? Path.absolute("backends.json", from: baseDirectory),
            seeds: path(.seeds, .seedsRoot) ?? Path.absolute("seeds", from: baseDirectory),
            frontend: path(.frontend) ?? Path.absolute("frontend/public", from: baseDirectory)
        )
    }

    /// The machine's, with the backends and the seeds inside the repository unless the environment says otherwise.
    private func paths(of repository: RepositoryPlace, _ group: FieldReader<PathsKey>) -> StackSpec.Paths {
        func path(_ key: PathsKey, _ variable: OperatorVariable, _ fallback: String) -> String {
            if let field = group.variable(variable), let text = field.text() {
                return Path.absolute(text, from: repository.machineDirectory)
            }
            let inside = Path.absolute(fallback, from: baseDirectory)
            guard let field = group.field(key), let text = field.text() else { return inside }
            let path = Path.absolute(text, from: baseDirectory)
            guard path.hasPrefix(repository.root + "/") else {
                return field.fail("\"\(text)\" leads out of the repository.", "Write a path inside it.") ?? inside
            }
            return path
        }
        var paths = repository.machine.paths
        paths.backends = path(.backends, .backendsConfigPath, "backends.json")
        paths.seeds = path(.seeds, .seedsRoot, "seeds")
        return paths
    }

    private func listen() -> StackSpec.Listen {
        let group = root.group(.listen, ListenKey.self)
        let defaults = StackSpec.Listen()
        return StackSpec.Listen(
            host: group.field(.host, .routerBindHost)?.text() ?? defaults.host,
            port: group.field(.port, .routerPort)?.integer(in: 0...65_535) ?? defaults.port,
            trustedProxies: (group.field(.trustedProxies)?.items() ?? []).compactMap { item in
                item.text("an address or a block of them", "Write it as 10.0.0.7 or 10.0.0.0/8.") {
                    IPRange($0) != nil
                }.flatMap(IPRange.init)
            }
        )
    }

    private func sharedEnv() -> [String: Secret] {
        var values: [String: Secret] = [:]
        for (name, field) in root.field(.sharedEnv)?.entries() ?? [] {
            guard EnvironmentName.isValid(name) else {
                context.add(field.place, "\"\(name)\" is not a variable's name.", EnvironmentName.rule)
                continue
            }
            values[name] = secret(field)
        }
        return values
    }
}

/// Bounds that several keys share.
enum Limits {
    static let millisecond = Duration.milliseconds(1)
    static let second = Duration.seconds(1)
    static let hour = Duration.seconds(3600)
    static let day = Duration.seconds(86_400)
}
