import ArgumentParser
import Foundation
import Spec

/// Where the configuration is; shared by every command.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "Path of stack.yaml or its folder. Default: ./stack.yaml when it exists, else the environment alone.")
    var config: String?

    var files: ConfigurationFiles {
        Self.files(config ?? (FileManager.default.fileExists(atPath: "stack.yaml") ? "stack.yaml" : nil))
    }

    static func files(_ path: String?) -> ConfigurationFiles {
        let directory = FileManager.default.currentDirectoryPath
        var path = path.map { $0.hasPrefix("/") ? $0 : directory + "/" + $0 }
        var isFolder: ObjCBool = false
        if let folder = path, FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        {
            path = folder + (folder.hasSuffix("/") ? "" : "/") + "stack.yaml"
        }
        return ConfigurationFiles(
            stackFile: path, environment: ProcessInfo.processInfo.environment, workingDirectory: directory)
    }

    /// The configuration, or every problem on standard error and exit code 1.
    ///
    /// `asCommitFor`: files of a running installation. When those follow a repository, these here are read as a checkout
    /// of it, as its next commit would be.
    func load(requiringSecrets: Bool, asCommitFor running: ConfigurationFiles? = nil) throws -> Configuration {
        try explaining { () throws(ConfigInvalid) in
            guard let running, let source = running.machine()?.source, let file = files.stackFile else {
                return try files.load(requiringSecrets: requiringSecrets)
            }
            var root = URL(filePath: file).deletingLastPathComponent().standardizedFileURL.path
            if !source.path.isEmpty, root.hasSuffix("/\(source.path)") { root.removeLast(source.path.count + 1) }
            return try running.configuration(
                from: DiskContents(checkout: Checkout(root: root)), requiringSecrets: requiringSecrets)
        }
    }

    /// What `serve` starts on, or every problem on standard error and exit code 1.
    func start(requiringSecrets: Bool = true) throws -> StartConfiguration {
        try explaining { () throws(ConfigInvalid) in
            try StartConfiguration(files, requiringSecrets: requiringSecrets)
        }
    }

    /// The way to the operatord that runs on the same data root, also while the files are bad.
    func control() throws -> ControlClient {
        ControlClient(dataRoot: try start(requiringSecrets: false).configuration.stack.paths.dataRoot)
    }

    private func explaining<Value>(_ body: () throws(ConfigInvalid) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            let count = error.problems.count
            FileHandle.standardError.write(
                Data("\(error)\n\(count) \(count == 1 ? "problem" : "problems") in the configuration.\n".utf8)
            )
            throw ExitCode.failure
        }
    }
}
