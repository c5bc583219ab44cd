import Foundation
import Spec

/// The shapes that almost every endpoint has: ask and decode, or do and forget the body.
extension DockerEngine {
    /// The decoded answer of a call that only looks; nil when the daemon says 404.
    func find<Value: Decodable>(_ type: Value.Type, _ call: Call) async throws(EngineError) -> Value? {
        let reply = try await transport.send(call, within: configuration.deadlines.query)
        if reply.status == 404 { return nil }
        if let refusal = reply.refusal { throw refusal }
        return try reply.decode(type, of: call)
    }

    /// The decoded answer of a call that only looks.
    func get<Value: Decodable>(_ type: Value.Type, _ call: Call) async throws(EngineError) -> Value {
        let reply = try await transport.send(call, within: configuration.deadlines.query)
        if let refusal = reply.refusal { throw refusal }
        return try reply.decode(type, of: call)
    }

    /// Sends a call that changes something; a state that is already as asked (304) succeeds.
    @discardableResult
    func change(_ call: Call, extra: Duration = .zero) async throws(EngineError) -> Reply {
        let reply = try await transport.send(call, within: configuration.deadlines.change + extra)
        if let refusal = reply.refusal { throw refusal }
        return reply
    }
}

/// JSON in a stable order, so that the same request is the same bytes.
func json(_ value: some Encodable) throws(EngineError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
        return [UInt8](try encoder.encode(value))
    } catch {
        throw .malformed("cannot be encoded: \(error)")
    }
}
