import Spec

/// Something that is wrong with the operator as a whole.
struct OperatorCondition: Encodable {
    var type: String
    var status = "True"
    var message: String
    /// Of `ConfigInvalid`, each by itself.
    var problems: [ConfigProblemReply]?
}

struct ConfigProblemReply: Encodable {
    /// As the operator gave it, or `environment`.
    var file: String
    var line: Nullable<Int>
    /// Dotted path inside the file; empty for the file itself.
    var path: String
    var message: String
    var remedy: String

    init(_ problem: ConfigProblem) {
        file = problem.file
        line = Nullable(problem.line)
        path = problem.path
        message = problem.message
        remedy = problem.remedy
    }
}

extension APIDependencies {
    /// Everything that is wrong now; empty is well.
    func conditions() async -> [OperatorCondition] { await configurationConditions + outages() }

    /// What keeps runners from being started.
    func outages() async -> [OperatorCondition] {
        var outages: [OperatorCondition] = []
        if let problem = status.engineProblem {
            outages.append(OperatorCondition(type: "DaemonUnreachable", message: problem))
        }
        if await !storeHealthy() {
            outages.append(OperatorCondition(type: "StoreUnavailable", message: "The database does not answer."))
        }
        return outages
    }

    private var configurationConditions: [OperatorCondition] {
        var conditions: [OperatorCondition] = []
        if let rejected = configuration.rejected {
            let commit = configuration.source?.pending.map { "Commit \($0.shortID) is not in force: " } ?? ""
            conditions.append(
                OperatorCondition(
                    type: "ConfigInvalid", message: commit + rejected.description,
                    problems: rejected.problems.map(ConfigProblemReply.init)))
        }
        if let problem = configuration.source?.problem {
            conditions.append(
                OperatorCondition(type: "SourceUnreachable", message: "\(problem) What is in force stays in force."))
        }
        let waiting = configuration.restartRequired
        if !waiting.isEmpty {
            let message = "\(waiting.joined(separator: ", ")) changed; restart operatord to take it over."
            conditions.append(OperatorCondition(type: "RestartRequired", message: message))
        }
        return conditions
    }
}
