import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import Spec

/// Asks an OpenAI-compatible service for its models once: one GET, no redirects, a deadline over everything.
package struct UpstreamProbe: Sendable {
    package struct Answer: Sendable, Hashable {
        package var ok: Bool
        /// nil when there was no HTTP answer.
        package var status: Int?
        /// At most 50 ids.
        package var models: [String] = []
        /// One sentence for people, without the key.
        package var message: String
    }

    private static let mostModels = 50
    private static let mostCharacters = 200
    private static let mostBytes = 1 << 20

    private let deadline: Duration

    package init(deadline: Duration = .seconds(10)) { self.deadline = deadline }

    /// - Parameters:
    ///   - base: `https://host/v1`.
    ///   - key: nil sends no `Authorization`.
    ///   - allowsLoopback: Whether the service may be on this machine.
    package func ask(base: String, key: Secret?, allowsLoopback: Bool) async -> Answer {
        guard let upstream = UpstreamAddress(base: base) else {
            return refusal("The base URL is not one like https://host/v1.")
        }
        if let key, !key.fitsHeader { return refusal("The key holds characters that no HTTP header can carry.") }
        let start = ContinuousClock.now
        let address: SocketAddress
        do {
            address = try await upstream.resolved(within: deadline)
        } catch {
            return refusal("There is no address of the host \(upstream.host).")
        }
        let kind = AddressRules.kind(of: address)
        guard let ip = address.ipAddress, kind == .ordinary || (kind == .loopback && allowsLoopback) else {
            return refusal("Addresses like that of \(upstream.host) are not asked from here.")
        }
        return await ask(upstream, at: ip, key: key, within: deadline - start.duration(to: .now))
    }

    /// Connects to `ip` whatever the name means by then.
    private func ask(_ upstream: UpstreamAddress, at ip: String, key: Secret?, within limit: Duration) async -> Answer {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.httpVersion = .http1Only
        settings.dnsOverride = [upstream.host: ip]
        settings.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        let redactor = Redactor(key.map { [$0] } ?? [])
        let answer = await withTaskGroup(of: Answer?.self) { group in
            group.addTask {
                do {
                    return try await Self.exchange(with: upstream, key: key, client: client, redactor: redactor)
                } catch {
                    return refusal("No answer from \(upstream.host): \(Self.reason(error)).")
                }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        try? await client.shutdown()
        return answer ?? refusal("No answer from \(upstream.host) within \(deadline.components.seconds) s.")
    }

    private static func exchange(
        with upstream: UpstreamAddress, key: Secret?, client: HTTPClient, redactor: Redactor
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: upstream.modelsURL)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "Connection", value: "close")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key.reveal())") }
        // Its own deadline ends at the head; the caller's is the one that counts.
        let response = try await client.execute(request, timeout: .minutes(1))
        let status = Int(response.status.code)
        let body = try await Data(response.body.collect(upTo: mostBytes).readableBytesView)
        guard 200..<300 ~= status else {
            var message = "\(upstream.host) answered \(status)"
            if 300..<400 ~= status { message += ", a redirect, which is not followed" }
            if let said = try? JSONDecoder().decode(ErrorBody.self, from: body) {
                message += ": \(redactor.redact(said.error.message).prefix(mostCharacters))"
            }
            return Answer(ok: false, status: status, message: message + ".")
        }
        guard let list = try? JSONDecoder().decode(ModelList.self, from: body) else {
            return Answer(
                ok: false, status: status,
                message: "\(upstream.host) answered \(status), but not with a list of models.")
        }
        let models = list.data.prefix(mostModels).map { String(redactor.redact($0.id).prefix(mostCharacters)) }
        return Answer(
            ok: true, status: status, models: models,
            message: "\(upstream.host) takes the key and has \(list.data.count) models.")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case is NIOTooManyBytesError: "it is larger than 1 MiB"
        default: "the connection failed"
        }
    }

    private func refusal(_ message: String) -> Answer { Answer(ok: false, status: nil, message: message) }
}

private struct ModelList: Decodable {
    var data: [Model]

    struct Model: Decodable {
        var id: String
    }
}

/// OpenAI's error object.
private struct ErrorBody: Decodable {
    var error: Details

    struct Details: Decodable {
        var message: String
    }
}

extension Secret {
    /// Whether it is visible ASCII, as every key that travels in a header is.
    fileprivate var fitsHeader: Bool { reveal().utf8.allSatisfy { (0x21...0x7e).contains($0) } }
}
