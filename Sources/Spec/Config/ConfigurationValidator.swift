/// Checks what only the files together can show: pins, seeds and the variables that templates refer to.
package enum ConfigurationValidator {
    /// - Parameters:
    ///   - stack: From ``StackParser``, for lines.
    ///   - backends: From ``BackendsParser``, for lines.
    ///   - processEnvironment: What templates may see of it is worked out here.
    /// - Returns: In the order file, line, path; empty when the configuration can be put in force.
    package static func validate(
        _ configuration: Configuration, stack: SourceMap, backends: SourceMap, processEnvironment: [String: String]
    ) -> [ConfigProblem] {
        var problems = pinned(configuration, stack)
        let visible = OperatorVariable.templateEnvironment(
            of: processEnvironment, overridable: Set(configuration.backends.flatMap(\.userOverridableEnv))
        )
        for (index, backend) in configuration.backends.enumerated() {
            guard let subdir = backend.seedSubdir else { continue }
            let path = "backends[\(index)]"
            guard let seed = configuration.seeds[subdir] else {
                problems.append(
                    backends.problem(
                        "\(path).seed_subdir",
                        "There is no folder \"\(subdir)\" in \(configuration.stack.paths.seeds).",
                        "Make it, or take seed_subdir out."
                    )
                )
                continue
            }
            problems += missingFiles(backend, seed, path, backends)
            problems += unknownVariables(
                backend, seed, folder: "\(configuration.stack.paths.seeds)/\(subdir)",
                known: RunnerEnvironment.names(of: backend).union(visible.keys)
            )
        }
        return Array(Set(problems)).inFileOrder()
    }

    private static func pinned(_ configuration: Configuration, _ source: SourceMap) -> [ConfigProblem] {
        let names = configuration.backends.map(\.name)
        return configuration.stack.pinned.enumerated().compactMap { index, pin in
            guard !names.contains(pin.backend) else { return nil }
            return source.problem(
                "pinned[\(index)].backend", "There is no backend \"\(pin.backend)\".",
                Suggestion.remedy(for: pin.backend, among: names)
            )
        }
    }

    private static func missingFiles(
        _ backend: BackendSpec, _ seed: SeedTree, _ path: String, _ source: SourceMap
    ) -> [ConfigProblem] {
        let files = seed.files.map(\.path)
        return backend.templatedFiles.enumerated().filter { !files.contains($0.element) }.map { index, file in
            source.problem(
                "\(path).templated_files[\(index)]",
                "There is no file \"\(file)\" in the seed \(backend.seedSubdir ?? "").",
                Suggestion.remedy(for: file, among: files)
            )
        }
    }

    private static func unknownVariables(
        _ backend: BackendSpec, _ seed: SeedTree, folder: String, known: Set<String>
    ) -> [ConfigProblem] {
        seed.files.filter { backend.templatedFiles.contains($0.path) }.flatMap { file in
            let references = Template(contents: file.contents, path: file.path)?.references() ?? [:]
            return references.filter { !known.contains($0.key) }.map { name, line in
                ConfigProblem(
                    file: "\(folder)/\(file.path)", line: line, path: "${\(name)}",
                    message: "No runner of \(backend.name) has this variable.",
                    remedy: "Add it to extra_env or user_overridable_env, or write $${\(name)} for the text itself."
                )
            }
        }
    }
}
