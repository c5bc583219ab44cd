import Foundation
import Spec

/// Reading a configuration that is followed in a repository.
extension ConfigurationFiles {
    /// What the machine's own `stack.yaml` says now; nil when it names no repository or cannot be used, which a reading
    /// of the whole configuration reports.
    func machine() -> StackSpec? {
        guard let stackFile, let text = try? DiskContents().text(of: stackFile) else { return nil }
        let parsed = StackParser.parse(
            text: text, file: displayName(stackFile), environment: environment, baseDirectory: directory,
            requiringSecrets: false, readSecret: DiskContents().text)
        return parsed.stack.source != nil && parsed.problems.isEmpty ? parsed.stack : nil
    }

    /// The `stack.yaml` of the commit. Throws when there is none to read.
    func followed(
        by machine: StackSpec, of contents: some FileContents, requiringSecrets: Bool
    ) throws(ConfigInvalid) -> (ParsedStack, Checkout) {
        let source = machine.source?.shownURL ?? ""
        guard let checkout = contents.checkout(under: machine.paths.dataRoot) else {
            throw ConfigInvalid(problems: [
                ConfigProblem(
                    file: displayName(stackFile ?? ""), path: "source.git",
                    message: "Nothing of \(source) is here yet.",
                    remedy: "operatord serve fetches it; see the condition SourceUnreachable when it cannot.")
            ])
        }
        let links = contents.links(leadingOutOf: checkout)
        guard links.isEmpty else {
            throw ConfigInvalid(
                problems: links.map { link in
                    ConfigProblem(
                        file: link, message: "This symbolic link leads out of the repository.",
                        remedy: "Link to a file of the repository, with a relative path, or put the file itself there.")
                })
        }
        let folder = machine.source.map { $0.path.isEmpty ? checkout.root : "\(checkout.root)/\($0.path)" }
        let directory = folder ?? checkout.root
        let file = "\(directory)/stack.yaml"
        let name = displayName(file, in: checkout.root)
        let text: String
        do {
            text = try contents.text(of: file)
        } catch {
            throw ConfigInvalid(problems: [
                ConfigProblem(
                    file: name, message: "the stack file of \(source) cannot be read: \(error.reason).",
                    remedy: "Add it to the repository, or set source.path to its folder.")
            ])
        }
        let parsed = StackParser.parse(
            text: text, file: name, environment: environment, baseDirectory: directory,
            requiringSecrets: requiringSecrets,
            repository: RepositoryPlace(machine: machine, root: checkout.root, machineDirectory: self.directory),
            readSecret: contents.text)
        return (parsed, checkout)
    }
}
