import Foundation
import Spec

/// Reads the configuration from disk and environment. The only place that knows where its files are.
///
/// A file that cannot be read is a problem of its own and never stands for an empty one.
struct ConfigurationFiles: Sendable {
    /// `stack.yaml`; nil runs on the environment alone.
    let stackFile: String?
    let environment: [String: String]
    /// What relative paths start from when there is no `stack.yaml`.
    let workingDirectory: String

    /// Everything read from disk and validated together, or every problem at once.
    ///
    /// `requiringSecrets` is false for commands that serve nobody, so that they run without the operator's secrets.
    func load(requiringSecrets: Bool) throws(ConfigInvalid) -> Configuration {
        try configuration(from: DiskContents(), requiringSecrets: requiringSecrets)
    }

    /// The same of other contents; the environment is always that of this process.
    func configuration(
        from contents: some FileContents, requiringSecrets: Bool
    ) throws(ConfigInvalid) -> Configuration {
        var problems: [ConfigProblem] = []
        let stackText = stackFile.flatMap { read($0, of: contents, as: "stack", into: &problems) }
        if stackFile != nil, stackText == nil { throw ConfigInvalid(problems: problems) }

        var parsedStack = stack(stackText, requiringSecrets: requiringSecrets, secretsOf: contents)
        var checkout: Checkout?
        if parsedStack.stack.source != nil {
            guard parsedStack.problems.isEmpty else { throw ConfigInvalid(problems: parsedStack.problems) }
            (parsedStack, checkout) = try followed(
                by: parsedStack.stack, of: contents, requiringSecrets: requiringSecrets)
        }
        problems += parsedStack.problems
        let stack = parsedStack.stack
        let root = checkout?.root

        var configuration = Configuration(stack: stack, backends: [])
        if let text = read(stack.paths.backends, of: contents, as: "backends", in: root, into: &problems) {
            let parsed = BackendsParser.parse(text: text, file: displayName(stack.paths.backends, in: root))
            problems += parsed.problems
            configuration.backends = parsed.backends
            configuration.seeds = seeds(
                for: parsed.backends, of: contents, under: stack.paths.seeds, in: root, into: &problems)
            // What only the files together can show is asked of files that are right by themselves.
            if problems.isEmpty {
                problems = ConfigurationValidator.validate(
                    configuration, stack: parsedStack.source, backends: parsed.source, processEnvironment: environment
                )
            }
        }
        guard problems.isEmpty else { throw ConfigInvalid(problems: problems.inFileOrder()) }
        return configuration
    }

    /// Where the data root may be although `stack.yaml` cannot be used: what is left of it, and the line that names it.
    func likelyDataRoots() -> [String] {
        let text = stackFile.flatMap { try? DiskContents().text(of: $0) }
        let parsed = stack(text, requiringSecrets: false, secretsOf: DiskContents()).stack.paths.dataRoot
        let named = text?.firstMatch(of: /(?m)^[ {]*dataRoot: *["']?([^"'#,}\n]+?)["']? *(?:[#,}].*)?$/).map {
            URL(filePath: String($0.1), relativeTo: URL(filePath: directory, directoryHint: .isDirectory))
                .standardizedFileURL.path
        }
        return [parsed] + (named.map { [$0] } ?? [])
    }

    var directory: String {
        stackFile.map { URL(filePath: $0).deletingLastPathComponent().path } ?? workingDirectory
    }

    private func stack(
        _ text: String?, requiringSecrets: Bool, secretsOf contents: some FileContents
    ) -> ParsedStack {
        StackParser.parse(
            text: text, file: stackFile.map { displayName($0) } ?? "environment", environment: environment,
            baseDirectory: directory, requiringSecrets: requiringSecrets, readSecret: contents.text
        )
    }

    /// The seeds that are there; one that is missing altogether is for the validator, which knows the line.
    private func seeds(
        for backends: [BackendSpec], of contents: some FileContents, under root: String,
        in checkout: String?, into problems: inout [ConfigProblem]
    ) -> [String: SeedTree] {
        var trees: [String: SeedTree] = [:]
        for folder in Set(backends.compactMap(\.seedSubdir)).sorted() {
            let path = root + "/" + folder
            do throws(SeedFolder.Problem) {
                trees[folder] = try contents.seed(in: path)
            } catch {
                problems.append(
                    ConfigProblem(
                        file: displayName(path, in: checkout), message: "the seed folder cannot be used: \(error)",
                        remedy: "Mend it; the whole folder is copied into every home."
                    )
                )
            }
        }
        return trees
    }

    private func read(
        _ path: String, of contents: some FileContents, as what: String, in checkout: String? = nil,
        into problems: inout [ConfigProblem]
    ) -> String? {
        do {
            return try contents.text(of: path)
        } catch {
            problems.append(
                ConfigProblem(
                    file: displayName(path, in: checkout), message: "the \(what) file cannot be read: \(error.reason).",
                    remedy: what == "stack"
                        ? "Give its path with --config." : "Set paths.backends in stack.yaml or BACKENDS_CONFIG_PATH."
                )
            )
            return nil
        }
    }

    /// As the operator would type it: relative to the repository or the working directory when inside it.
    func displayName(_ path: String, in checkout: String? = nil) -> String {
        if let checkout, path.hasPrefix(checkout + "/") { return String(path.dropFirst(checkout.count + 1)) }
        return path.hasPrefix(workingDirectory + "/") ? String(path.dropFirst(workingDirectory.count + 1)) : path
    }
}
