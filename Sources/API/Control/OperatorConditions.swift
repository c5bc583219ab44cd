import Spec

/// Something that is wrong with the operator as a whole.
struct OperatorCondition: Encodable {
    var type: String
    var status = "True"
    var message: String
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
            conditions.append(OperatorCondition(type: "ConfigInvalid", message: rejected.description))
        }
        let waiting = configuration.restartRequired
        if !waiting.isEmpty {
            let message = "\(waiting.joined(separator: ", ")) changed; restart operatord to take it over."
            conditions.append(OperatorCondition(type: "RestartRequired", message: message))
        }
        return conditions
    }
}
