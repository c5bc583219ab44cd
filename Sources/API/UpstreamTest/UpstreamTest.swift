import Foundation
import Spec

/// "Test this key": asks a backend's upstream for its models with the values that a runner of it would get.
struct UpstreamTest: Sendable {
    private static let urlVariable = "LLM_BASE_URL"
    private static let keyVariable = "LLM_API_KEY"
    /// Tests of one user.
    private static let perMinute = 20

    private let configuration: any ConfigurationReading
    private let values: any UpstreamValueKeeping
    private let limiter: AttemptLimiter
    private let probe = UpstreamProbe()

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        values = dependencies.values
        limiter = AttemptLimiter(clock: dependencies.clock)
    }

    /// Throws 429 when the user asks too often.
    func run(_ backend: BackendSpec, for account: Account) async throws -> UpstreamTestReply {
        if let seconds = limiter.take(account.slug, perMinute: Self.perMinute) {
            throw APIFailure(
                status: 429, code: "too_many_attempts", message: "Too many tests; wait \(seconds) s.",
                retryAfterSeconds: seconds)
        }
        let start = ContinuousClock.now
        let found = try await effectiveValues(of: backend, for: account)
        let answer = await ask(found, backend, for: account)
        let milliseconds = start.duration(to: .now).wholeMilliseconds
        return UpstreamTestReply(
            ok: answer.ok, status: Nullable(answer.status), models: answer.models, message: answer.message,
            variables: found.filter { backend.userOverridableEnv.contains($0.key) }.mapValues(\.source),
            milliseconds: milliseconds)
    }

    /// Of every variable that the backend lists; the two that matter may be fixed in its `extra_env` instead.
    private func effectiveValues(of backend: BackendSpec, for account: Account) async throws -> [String: EffectiveValue]
    {
        let stored = try await values.upstreamValues(ofUser: account.slug)
        let effective = EffectiveValues(stored: stored, sharedEnv: configuration.current.stack.sharedEnv)
        var found = Dictionary(effective.values(user: account.slug, backend: backend)) { first, _ in first }
        for name in [Self.urlVariable, Self.keyVariable] where found[name] == nil {
            guard let value = backend.extraEnv[name], !value.isEmpty else { continue }
            found[name] = EffectiveValue(source: .backendDefault, value: Secret(value))
        }
        return found
    }

    private func ask(
        _ found: [String: EffectiveValue], _ backend: BackendSpec, for account: Account
    ) async -> UpstreamProbe.Answer {
        let missing = found.filter { $0.value.value == nil }.keys.sorted()
        guard missing.isEmpty else {
            return .init(ok: false, status: nil, message: GateError.missingValues(missing).description + ".")
        }
        guard let url = found[Self.urlVariable], let base = url.value else {
            return .init(
                ok: false, status: nil,
                message: "\(backend.displayName) has no \(Self.urlVariable), so there is nothing to ask.")
        }
        let isOperators = [.shared, .stack, .backendDefault].contains(url.source)
        return await probe.ask(
            base: base.reveal(), key: found[Self.keyVariable]?.value,
            allowsLoopback: isOperators || account.role == .admin)
    }
}

struct UpstreamTestReply: Encodable {
    var ok: Bool
    /// HTTP status of the upstream; null when there was no answer.
    var status: Nullable<Int>
    var models: [String]
    var message: String
    /// Variable to the tier that its value comes from.
    var variables: [String: ValueSource]
    var milliseconds: Int64
}
