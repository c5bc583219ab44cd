import Spec

/// Edits of upstream values with what follows for runners, for users and for the admin.
struct ValueEdits: Sendable {
    let configuration: any ConfigurationReading
    let values: any UpstreamValueKeeping
    let status: any StatusReading
    let starting: any RunnerStarting
    let events: EventHub

    /// `recycled` counts the runners, of anybody, that exist or are coming and get another value now.
    struct Outcome: Sendable {
        var changed: Bool
        var recycled: Int
    }

    /// nil deletes.
    func set(_ value: Secret?, of variable: String, backend: String, user account: Account) async throws -> Outcome {
        try await carryOut(by: account) {
            try await values.setOverride(user: account.slug, backend: backend, variable: variable, value: value)
        }
    }

    func share(_ variable: String, _ shared: Bool, by admin: Account) async throws -> Outcome {
        try await carryOut(by: admin) { try await values.setShared(variable: variable, shared) }
    }

    /// Looks at the runners first: afterwards one that the edit takes away may be gone already.
    private func carryOut(
        by account: Account, _ edit: () async throws -> ValuesChange?
    ) async throws -> Outcome {
        // Only the admin's values reach anybody else.
        let reached = status.statuses(ofUser: account.role == .admin ? nil : account.slug)
        let present = Set(reached.filter(\.existsOrIsComing).map(\.id))
        guard let change = try await edit() else { return Outcome(changed: false, recycled: 0) }
        let recycled = change.concerned(under: configuration.current).intersection(present)
        // More than are recreated at once go on as they are until it is their turn: closed, they would all go together.
        let goesInOneWave = recycled.count <= configuration.current.stack.reconcile.maxRecreates
        starting.closeUntilNextPass(goesInOneWave ? recycled : recycled.filter { $0.user == account.slug })
        events.publish(.keys, to: account.id, NoDetails())
        if change.concernsEverybody { events.publishToOthers(than: account.id, .keys, NoDetails()) }
        return Outcome(changed: true, recycled: recycled.count)
    }

    /// Throws 400 unless some backend lists the variable, and `backend`, when it is not empty, is one of them.
    func check(_ variable: String, backend: String = "") throws {
        let configuration = configuration.current
        let listing = configuration.backends(listing: variable)
        guard !listing.isEmpty else {
            throw APIFailure.invalid(
                "No backend takes a variable \(variable).", parameter: "variable", code: "unknown_variable")
        }
        guard !backend.isEmpty, !listing.contains(backend) else { return }
        guard configuration.backend(named: backend) != nil else {
            throw APIFailure.invalid(
                "There is no backend \(backend).", parameter: "backend", code: "unknown_backend")
        }
        throw APIFailure.invalid(
            "The backend \(backend) does not take \(variable).", parameter: "backend", code: "variable_not_listed")
    }
}

extension RunnerStatus {
    /// Whether there is a container of it or one is on its way.
    fileprivate var existsOrIsComing: Bool {
        switch phase {
        case .queued, .pulling, .starting, .ready, .draining, .stopping: true
        case .failed, .unknown: containerID != nil
        case .stopped: false
        }
    }
}

/// `{}`: values are read again, not sent.
private struct NoDetails: Encodable {}
