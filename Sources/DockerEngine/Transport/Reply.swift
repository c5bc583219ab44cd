import Foundation
import Spec

/// The daemon's whole answer to a ``Call``.
struct Reply: Sendable {
    let status: Int
    let body: Data

    /// Throws ``EngineError/malformed(_:)`` when the body is not the JSON that the API promises.
    func decode<Value: Decodable>(_ type: Value.Type, of call: Call) throws(EngineError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw .malformed("\(call.name): \(DecodingTrouble(error))")
        }
    }

    /// The refusal that a status outside 2xx and 304 means, with the daemon's own message.
    var refusal: EngineError? {
        switch status {
        case 200..<300, 304: nil
        case 404: .notFound(message)
        case 409: .conflict(message)
        default: .refused(status: status, message: message)
        }
    }

    private var message: String {
        if let said = try? JSONDecoder().decode(ErrorBody.self, from: body) { return said.message }
        let text = String(decoding: body.prefix(500), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? "no message" : text
    }

    private struct ErrorBody: Decodable { let message: String }
}

/// A decoding error in one line, `State.Status: No value associated with key …`.
struct DecodingTrouble: CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        let context: DecodingError.Context
        switch error {
        case DecodingError.keyNotFound(_, let found), DecodingError.valueNotFound(_, let found),
            DecodingError.typeMismatch(_, let found), DecodingError.dataCorrupted(let found):
            context = found
        default:
            description = "\(error)"
            return
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        description = path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
