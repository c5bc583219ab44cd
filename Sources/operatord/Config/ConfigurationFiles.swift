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

    /// Everything read and validated together, or every problem at once.
    ///
    /// `requiringSecrets` is false for commands that serve nobody, so that they run without the operator's secrets.
    func load(requiringSecrets: Bool) throws(ConfigInvalid) -> Configuration {
        var problems: [ConfigProblem] = []
        let stackText = stackFile.flatMap { read($0, as: "stack", into: &problems) }
        if stackFile != nil, stackText == nil { throw ConfigInvalid(problems: problems) }

        let directory = stackFile.map { URL(filePath: $0).deletingLastPathComponent().path } ?? workingDirectory
        let parsedStack = StackParser.parse(
            text: stackText, file: stackFile.map(displayName) ?? "environment", environment: environment,
            baseDirectory: directory, requiringSecrets: requiringSecrets,
            readSecret: { try String(contentsOfFile: $0, encoding: .utf8) }
        )
        problems += parsedStack.problems
        let stack = parsedStack.stack

        var configuration = Configuration(stack: stack, backends: [])
        if let text = read(stack.paths.backends, as: "backends", into: &problems) {
            let parsed = BackendsParser.parse(text: text, file: displayName(stack.paths.backends))
            problems += parsed.problems
            configuration.backends = parsed.backends
            configuration.seeds = seeds(for: parsed.backends, under: stack.paths.seeds, into: &problems)
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

    /// The seeds that are there; one that is missing altogether is for the validator, which knows the line.
    private func seeds(
        for backends: [BackendSpec], under root: String, into problems: inout [ConfigProblem]
    ) -> [String: SeedTree] {
        var trees: [String: SeedTree] = [:]
        for folder in Set(backends.compactMap(\.seedSubdir)).sorted() {
            let path = root + "/" + folder
            guard FileManager.default.fileExists(atPath: path) else { continue }
            do {
                trees[folder] = try SeedFolder.read(path)
            } catch {
                problems.append(
                    ConfigProblem(
                        file: displayName(path), message: "the seed folder cannot be used: \(error)",
                        remedy: "Mend it; the whole folder is copied into every home."
                    )
                )
            }
        }
        return trees
    }

    private func read(_ path: String, as what: String, into problems: inout [ConfigProblem]) -> String? {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            problems.append(
                ConfigProblem(
                    file: displayName(path), message: "the \(what) file cannot be read: \(error.reason).",
                    remedy: what == "stack"
                        ? "Give its path with --config." : "Set paths.backends in stack.yaml or BACKENDS_CONFIG_PATH."
                )
            )
            return nil
        }
    }

    /// As the operator would type it: relative to the working directory when inside it.
    private func displayName(_ path: String) -> String {
        path.hasPrefix(workingDirectory + "/") ? String(path.dropFirst(workingDirectory.count + 1)) : path
    }
}

extension Error {
    /// The system's own words for a failed reading, without Foundation's framing.
    fileprivate var reason: String {
        guard let error = self as? CocoaError else { return "\(self)" }
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "it does not exist"
        case .fileReadNoPermission: return "this user may not read it"
        case .fileReadInapplicableStringEncoding, .fileReadCorruptFile: return "it is not UTF-8 text"
        default: return error.localizedDescription
        }
    }
}
