import ArgumentParser
import Foundation
import Spec

/// Looks for what would keep an installation from working, and says what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Check configuration, Docker, images, ports, limits, disk and upstreams; say the remedy of each finding.",
        discussion: """
            Changes nothing; works whether or not `serve` runs. Exit codes: 0 all well, 1 something fails, 2 warnings only.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let findings = await Doctor(files: options.files).findings()
        switch output {
        case .text: print(findings.map(Self.line).joined(separator: "\n"))
        case .json: print(try JSONEncoder.forPeople.text(["findings": findings]))
        }
        guard findings.exitCode == 0 else { throw ExitCode(findings.exitCode) }
    }

    private static func line(_ finding: Finding) -> String {
        let head =
            "\((finding.level.rawValue + "        ").prefix(8)) "
            + "\(finding.check): \(finding.message)"
        return finding.remedy.map { "\(head)\n         \($0)" } ?? head
    }
}
