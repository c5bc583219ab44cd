import HTTPTypes
import Hummingbird
import Spec

/// Replaces the address that connected by the one that a trusted proxy says it speaks for.
struct ClientAddress: RouterMiddleware {
    /// `listen.trustedProxies` says whose word is taken.
    let configuration: any ConfigurationReading

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let forwardedFor = request.headers[values: .forwardedFor]
        guard !forwardedFor.isEmpty, let peer = context.clientAddress else { return try await next(request, context) }
        var context = context
        context.clientAddress = Self.client(
            behind: peer, forwardedFor: forwardedFor, trusting: configuration.current.stack.listen.trustedProxies)
        return try await next(request, context)
    }

    /// Each proxy adds whom it heard from at the end, so the list is read backwards for as long as the speaker is
    /// trusted. What stands before that may be anybody's invention.
    static func client(behind peer: IPAddress, forwardedFor: [String], trusting proxies: [IPRange]) -> IPAddress {
        var client = peer
        for entry in forwardedFor.flatMap({ $0.split(separator: ",") }).reversed() {
            guard proxies.contains(where: { $0.contains(client) }), let next = address(in: entry) else { break }
            client = next
        }
        return client
    }

    /// Without the port that some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static func address(in entry: Substring) -> IPAddress? {
        let text = entry.filter { $0 != " " && $0 != "\t" }
        if let address = IPAddress(text) { return address }
        if text.first == "[" { return IPAddress(String(text.dropFirst().prefix { $0 != "]" })) }
        return IPAddress(String(text.prefix { $0 != ":" }))
    }
}
