public import ArgumentParser
import Foundation
public import Logging
import Metrics
import Spec

/// Runs the operator until SIGTERM or SIGINT; runners go on running afterwards.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the operator: reconcile runners, serve the API and the page."
    )

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel: Logger.Level = .info
    @Option(help: "text or json, one line a record on standard error.") var logFormat: LineLogHandler.Format = .text

    func run() async throws {
        Allocator.returnLargeBlocks()
        try await fetchFirst()
        let start = try options.start()
        let (level, format) = (logLevel, logFormat)
        LoggingSystem.bootstrap { LineLogHandler(label: $0, level: level, format: format) }
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: "operatord")
        do {
            let instance = try await Instance(
                start, files: options.files, metrics: metrics, logger: logger
            )
            try await instance.run()
            logger.notice("stopped; runners go on")
        } catch {
            logger.critical("operatord stops", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }
}

extension ServeCommand {
    /// While nothing that is here can be started on, as before the very first start on a repository or after a first
    /// commit that was bad, the repository is looked at before the start instead of after it.
    private func fetchFirst() async throws {
        let files = options.files
        guard let stack = files.machine(), let source = stack.source else { return }
        guard (try? StartConfiguration(files)) == nil else { return }
        let folder = SourceFolder(dataRoot: stack.paths.dataRoot)
        do {
            try DataRoot(paths: stack.paths).create()
            _ = try await SourceFollower.bring(source, into: folder, environment: files.environment)
        } catch {
            // What is wrong with a commit that is here is told by the start.
            guard folder.current == nil else { return }
            FileHandle.standardError.write(Data("\(error)\nThere is no configuration to start on yet.\n".utf8))
            throw ExitCode.failure
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LineLogHandler.Format: ExpressibleByArgument {}
