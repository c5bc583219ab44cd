import Metrics
import Spec

/// What `/metrics` tells of the configuration.
struct ConfigurationFigures {
    private let revision = Gauge(label: "configuration_revision")
    private let invalid = Gauge(label: "configuration_invalid")
    private let restartRequired = Gauge(label: "configuration_restart_required")

    func show(revision: Int, rejected: ConfigInvalid?, restartRequired: [String], source: SourceStatus?) {
        self.revision.record(revision)
        invalid.record(rejected == nil ? 0 : 1)
        self.restartRequired.record(restartRequired.isEmpty ? 0 : 1)
        guard let source else { return }
        Gauge(label: "configuration_source_reachable").record(source.problem == nil ? 1 : 0)
        Gauge(label: "configuration_source_pending").record(source.pending == nil ? 0 : 1)
        if let at = source.lookedAt {
            Gauge(label: "configuration_source_looked_at_seconds").record(at.milliseconds / 1000)
        }
    }

    /// One series that names the commits. It is written anew each time, so that old commits leave nothing behind.
    static func text(of source: SourceStatus?) -> String {
        guard let source else { return "" }
        let ref = source.ref.replacing("\"", with: "\\\"")
        return "# TYPE configuration_source_info gauge\nconfiguration_source_info{"
            + "applied=\"\(source.applied?.id ?? "")\",pending=\"\(source.pending?.id ?? "")\",ref=\"\(ref)\"} 1\n"
    }
}
