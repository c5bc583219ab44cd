import Hummingbird
import Spec

/// A runner's log and history as answers, for its user and for the admin.
struct RunnerRecords: Sendable {
    private static let mostLines = 2000
    private static let mostEvents = 200

    private let logs: any RunnerLogReading
    private let history: any RunnerHistoryReading

    init(_ dependencies: APIDependencies) {
        logs = dependencies.logs
        history = dependencies.history
    }

    /// `?tail=` lines of its container; of the last one when that failed and is gone.
    func log(of id: RunnerID, _ request: Request) async throws -> Response {
        let tail = try request.number("tail", standard: 200, in: 1...Self.mostLines)
        if let log = try await present(id, lines: tail) {
            return try .json(LogReply(lines: log.lines, container: Nullable(log.containerName)))
        }
        let events = try await history.events(of: id, limit: 20)
        let ending = events.prefix { !$0.tellsOfNewContainer }.first { !$0.logTail.isEmpty }
        return try .json(LogReply(lines: Array((ending?.logTail ?? []).suffix(tail)), container: Nullable(nil)))
    }

    private func present(_ id: RunnerID, lines: Int) async throws(APIFailure) -> RunnerLog? {
        do {
            return try await logs.log(of: id, lines: lines)
        } catch {
            throw APIFailure(.engineUnavailable(error.description))
        }
    }

    /// `?limit=` events, newest first.
    func events(of id: RunnerID, _ request: Request) async throws -> Response {
        let limit = try request.number("limit", standard: 50, in: 1...Self.mostEvents)
        let events = try await history.events(of: id, limit: limit)
        return try .json(["events": events.map(EventReply.init)])
    }
}

private struct LogReply: Encodable {
    var lines: [String]
    var container: Nullable<String>
}

struct EventReply: Encodable {
    var at: Int64
    var reason: String
    var message: String
    var logTail: [String]

    init(_ event: RunnerEvent) {
        at = event.at.milliseconds / 1000
        reason = event.reason
        message = event.message
        logTail = event.logTail
    }
}

extension RunnerEvent {
    /// Whether what came before it speaks of an earlier container.
    fileprivate var tellsOfNewContainer: Bool { ["Created", "Recreated", "Ready", "Adopted"].contains(reason) }
}

extension Request {
    /// A whole number of the query; throws 400 when it is none or out of range.
    func number(_ name: String, standard: Int, in range: ClosedRange<Int>) throws(APIFailure) -> Int {
        guard let text = uri.queryParameters[Substring(name)] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw APIFailure.invalid(
                "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).", parameter: name)
        }
        return number
    }
}
