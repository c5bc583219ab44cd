import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Spec

/// Asks a model service for its models, once and with a deadline.
struct UpstreamQuestion {
    let name: String
    let url: String
    let key: Secret?
    let isSeenFromHere: Bool

    /// Each service that the stack's values or a backend's own name, those of people's own values left out.
    static func all(of configuration: Configuration) -> [UpstreamQuestion] {
        let backends = configuration.backends.filter { !$0.disabled }
        let isPlain = backends.allSatisfy { $0.extraNetworks.isEmpty && $0.extraHosts.isEmpty }
        let shared = configuration.stack.sharedEnv
        var questions: [UpstreamQuestion] = []
        if let url = shared["LLM_BASE_URL"] {
            questions.append(
                UpstreamQuestion(
                    name: "sharedEnv", url: url.reveal(), key: shared["LLM_API_KEY"], isSeenFromHere: isPlain))
        }
        for backend in backends {
            guard let url = backend.extraEnv["LLM_BASE_URL"] else { continue }
            questions.append(
                UpstreamQuestion(
                    name: backend.name, url: url, key: backend.extraEnv["LLM_API_KEY"].map { Secret($0) },
                    isSeenFromHere: backend.extraNetworks.isEmpty && backend.extraHosts.isEmpty))
        }
        return questions
    }

    func ask(within deadline: Duration = .seconds(5)) async -> (answer: UpstreamChecks.Answer, date: Date?) {
        var request = HTTPClientRequest(url: (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/models")
        if let key, !key.isEmpty { request.headers.add(name: "Authorization", value: "Bearer \(key.reveal())") }
        request.headers.add(name: "Connection", value: "close")
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        let result: (UpstreamChecks.Answer, Date?)
        do {
            let reply = try await client.execute(request, timeout: .milliseconds(deadline.wholeMilliseconds))
            result = (.status(Int(reply.status.code)), reply.headers.first(name: "Date").flatMap(Self.date))
        } catch {
            // The error's own words may hold the address with its password.
            result = (.none(Self.reason(error)), nil)
        }
        try? await client.shutdown()
        return result
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? HTTPClientError else { return "no connection" }
        return error == .deadlineExceeded || error == .connectTimeout
            ? "no answer within the deadline" : "the address is no HTTP address, or what answers does not speak HTTP"
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`; nil for another form.
    static func date(_ text: String) -> Date? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let form = /[A-Za-z]{3}, (\d\d) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT/
        guard let match = text.wholeMatch(of: form), let month = months.firstIndex(of: String(match.2)),
            let day = Int32(match.1), let year = Int32(match.3), let hour = Int32(match.4),
            let minute = Int32(match.5), let second = Int32(match.6)
        else { return nil }
        var fields = tm()
        fields.tm_mday = day
        fields.tm_mon = Int32(month)
        fields.tm_year = year - 1900
        fields.tm_hour = hour
        fields.tm_min = minute
        fields.tm_sec = second
        return Date(timeIntervalSince1970: Double(timegm(&fields)))
    }
}
