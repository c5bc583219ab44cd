import NIOCore
import NIOHTTP1

/// Writes the answer to one request.
struct Responder {
    let context: ChannelHandlerContext
    let keepAlive: Bool

    func json(_ text: String) {
        whole(.ok, ByteBuffer(string: text))
    }

    /// OpenAI's error object.
    func failure(_ status: HTTPResponseStatus, _ message: String, type: StaticString = "invalid_request_error") {
        var body = ByteBuffer()
        body.writeStaticString(#"{"error":{"message":"#)
        body.writeJSON(message)
        body.writeStaticString(#","type":""#)
        body.writeStaticString(type)
        body.writeStaticString(#"","param":null,"code":null}}"#)
        whole(status, body)
    }

    /// A whole JSON answer.
    func whole(_ status: HTTPResponseStatus, _ body: ByteBuffer) {
        head(status, [("content-type", "application/json"), ("content-length", String(body.readableBytes))])
        write(body)
        end()
    }

    /// The head of a stream of server-sent events.
    func streamHead() {
        head(.ok, [("content-type", "text/event-stream"), ("cache-control", "no-cache")])
    }

    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        var headers = headers
        if !keepAlive { headers.add(name: "connection", value: "close") }
        write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    }

    func head(_ status: HTTPResponseStatus, _ headers: [(String, String)]) { head(status, HTTPHeaders(headers)) }

    func write(_ body: ByteBuffer) { write(.body(.byteBuffer(body))) }

    func flush() { context.flush() }

    func end() {
        guard !keepAlive else {
            context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: nil)
            return
        }
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    /// Ends the connection in mid-answer, which is how HTTP says that the rest is missing.
    func abort() { context.close(promise: nil) }

    private func write(_ part: HTTPServerResponsePart) { context.write(NIOAny(part), promise: nil) }
}
