import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The body as `Body`, whose fields are snake case on the wire.
    ///
    /// Throws an ``APIFailure``: 415 unless it says that it is JSON (a form of another site cannot), 413 over `limit`
    /// bytes, 400 when it is no JSON, 422 with the field's name when that is missing or of the wrong type.
    func json<Body: Decodable>(as: Body.Type = Body.self, limit: Int = 64 * 1024) async throws -> Body {
        guard isJSON else {
            throw APIFailure(
                status: 415, code: "unsupported_media_type", message: "Send JSON with Content-Type: application/json.")
        }
        let bytes = try await collected(limit: limit)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Body.self, from: Data(bytes.readableBytesView))
        } catch let error as DecodingError {
            throw APIFailure(error)
        }
    }

    private var isJSON: Bool {
        guard let type = headers[.contentType]?.split(separator: ";").first else { return false }
        let name = type.lowercased().filter { $0 != " " }
        return name == "application/json" || (name.hasPrefix("application/") && name.hasSuffix("+json"))
    }

    private func collected(limit: Int) async throws -> ByteBuffer {
        if let text = headers[.contentLength], let length = Int(text), length > limit {
            throw APIFailure.bodyTooLarge(limit: limit)
        }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw APIFailure.bodyTooLarge(limit: limit)
        }
    }
}

extension APIFailure {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            let name = Self.name(context.codingPath + [key])
            self.init(status: 422, code: "invalid_request", message: "\(name) is missing.", parameter: name)
        case .typeMismatch(_, let context) where !context.codingPath.isEmpty,
            .valueNotFound(_, let context) where !context.codingPath.isEmpty:
            let name = Self.name(context.codingPath)
            self.init(status: 422, code: "invalid_request", message: "\(name) has the wrong type.", parameter: name)
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            let name = Self.name(context.codingPath)
            self.init(status: 422, code: "invalid_request", message: "\(name) cannot be read.", parameter: name)
        case .typeMismatch, .valueNotFound:
            self = .invalid("The body must be a JSON object.", code: "invalid_json")
        default:
            self = .invalid("The body is not JSON.", code: "invalid_json")
        }
    }

    /// The field as the client wrote it, `invite_code` or `messages[3].role`.
    private static func name(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { name, key in
            if let index = key.intValue { return name += "[\(index)]" }
            if !name.isEmpty { name += "." }
            for character in key.stringValue {
                name += character.isUppercase ? "_" + character.lowercased() : String(character)
            }
        }
    }
}
