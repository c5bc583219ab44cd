import Foundation
import Glibc
import Spec
import Testing

@testable import operatord

/// The probe against a server on a real socket.
@Suite("Readiness probe")
struct HTTPReadinessProbeTests {
    private static let credential = RunnerCredential(headerName: "X-Key", headerValue: Secret("Bearer k3y"))

    private func probe(
        _ port: Int, path: String = "/ready", credential: RunnerCredential? = nil, timeout: Duration = .seconds(10)
    ) async -> Int? {
        let probe = HTTPReadinessProbe()
        let status = await probe.status(
            host: "127.0.0.1", port: port, path: path, credential: credential, timeout: timeout
        )
        await probe.shutdown()
        return status
    }

    @Test("The status is the agent's, whatever it is", arguments: [200, 204, 401, 403, 404, 503])
    func status(code: Int) async throws {
        let server = try OneAnswerServer("HTTP/1.1 \(code) X\r\nContent-Length: 0\r\n\r\n")
        #expect(await probe(server.port) == code)
    }

    @Test("The path and the credential are sent")
    func request() async throws {
        let server = try OneAnswerServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(await probe(server.port, path: "v1/models?a=b", credential: Self.credential) == 200)
        let request = await server.request
        #expect(request.hasPrefix("GET /v1/models?a=b HTTP/1.1\r\n"))
        #expect(request.contains("X-Key: Bearer k3y\r\n"))
    }

    @Test("A redirect is an answer, not followed")
    func redirect() async throws {
        let server = try OneAnswerServer("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")
        #expect(await probe(server.port) == 302)
    }

    @Test("A body that never ends is not waited for")
    func endlessBody() async throws {
        let server = try OneAnswerServer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        #expect(await probe(server.port) == 200)
    }

    @Test("No HTTP answer is nil: silence until the timeout", arguments: [nil, "SSH-2.0-OpenSSH\r\n\r\n"])
    func noAnswer(answer: String?) async throws {
        let server = try OneAnswerServer(answer)
        #expect(await probe(server.port, timeout: .milliseconds(200)) == nil)
    }

    @Test("A port that nobody listens at is told at once")
    func refused() async throws {
        let port = try OneAnswerServer.unusedPort()
        let elapsed = await ContinuousClock().measure { #expect(await probe(port) == nil) }
        #expect(elapsed < .seconds(5))
    }
}

/// Accepts one connection, keeps what it is sent, answers with fixed bytes and holds the connection open.
private final class OneAnswerServer: Sendable {
    let port: Int
    private let listener: Int32
    private let received: Task<String, Never>

    /// nil answers nothing.
    init(_ answer: String?) throws {
        let (listener, port) = try Self.listen()
        self.listener = listener
        self.port = port
        received = Task {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let connection = accept(listener, nil, nil)
                    var bytes = [UInt8](repeating: 0, count: 4096)
                    let count = read(connection, &bytes, bytes.count)
                    if let answer { _ = write(connection, answer, answer.utf8.count) }
                    continuation.resume(returning: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
                    // Until the other side closes.
                    _ = read(connection, &bytes, bytes.count)
                    close(connection)
                }
            }
        }
    }

    deinit { close(listener) }

    var request: String { get async { await received.value } }

    /// A port that was free a moment ago.
    static func unusedPort() throws -> Int {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    private static func listen() throws -> (listener: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && Glibc.listen(listener, 8) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }
}
