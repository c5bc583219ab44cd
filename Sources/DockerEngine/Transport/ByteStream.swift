import AsyncHTTPClient
import Foundation
import NIOCore
import Spec

/// The body of an answer as it arrives.
struct ByteStream: Sendable {
    let body: HTTPClientResponse.Body
    let socketPath: String

    /// Calls `take` for every piece until the daemon ends the body.
    func forEach(_ take: (ByteBufferView) throws(EngineError) -> Void) async throws(EngineError) {
        do {
            for try await buffer in body { try take(buffer.readableBytesView) }
        } catch {
            throw EngineError(transportFailure: error, socketPath: socketPath)
        }
        // A cancelled body may look like one that ended.
        if Task.isCancelled { throw .cancelled }
    }

    func collect(call: Call) async throws(EngineError) -> Data {
        var whole = Data()
        try await forEach { piece throws(EngineError) in
            whole.append(contentsOf: piece)
            guard whole.count <= Transport.maxAnswerBytes else {
                throw .malformed("\(call.name): an answer of more than \(Transport.maxAnswerBytes) bytes")
            }
        }
        return whole
    }
}
