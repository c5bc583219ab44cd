import Foundation
import NIOHTTP1

/// What the method and the path of a `/v1` request say about which runner it is for.
enum ProxiedRequest: Equatable {
    /// The body names a model.
    case byModel
    /// The same; the answer makes a response that later requests name by its id.
    case makesResponse
    /// The path names a response. `model` is the query's, for a server that does not know the response any more.
    case byResponse(String, model: String?)

    /// nil for what is not proxied.
    init?(_ method: HTTPMethod, uri: String) {
        guard uri.utf8.starts(with: "/v1/".utf8), !uri.utf8.starts(with: "/v1/models".utf8) else { return nil }
        if method == .POST, !uri.utf8.starts(with: Self.responses.utf8) {
            self = .byModel
        } else {
            self.init(method, responseURI: uri)
        }
    }

    /// False when the path says it all and what the body holds is not looked at.
    var hasBody: Bool {
        if case .byResponse = self { false } else { true }
    }

    private static let responses = "/v1/responses"

    /// `POST /v1/responses`, `GET` and `DELETE /v1/responses/{id}…`, `POST /v1/responses/{id}/cancel`.
    private init?(_ method: HTTPMethod, responseURI uri: String) {
        guard uri.utf8.starts(with: Self.responses.utf8) else { return nil }
        let path = uri.prefix { $0 != "?" }
        let parts = path.dropFirst(Self.responses.count).split(separator: "/", omittingEmptySubsequences: false)
        let id = parts.count > 1 && parts[0].isEmpty && !parts[1].isEmpty ? String(parts[1]) : nil
        switch (method, id) {
        case (.GET, let id?), (.DELETE, let id?):
            self = .byResponse(id, model: Self.model(inQuery: uri.dropFirst(path.count + 1)))
        case (.POST, let id?) where parts.last == "cancel" && parts.count > 2:
            self = .byResponse(id, model: Self.model(inQuery: uri.dropFirst(path.count + 1)))
        case (.POST, _):
            self = path == Self.responses ? .makesResponse : .byModel
        default:
            return nil
        }
    }

    private static func model(inQuery query: Substring) -> String? {
        let name = "model="
        guard let pair = query.split(separator: "&").first(where: { $0.hasPrefix(name) }) else { return nil }
        return pair.dropFirst(name.count).removingPercentEncoding
    }
}
