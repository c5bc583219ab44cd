import HTTPTypes
import Hummingbird
import NIOCore
import Spec

/// `GET /api/messages/{message}/images/{image}`: the bytes of a message's picture, for its user alone.
struct PictureRoutes: Sendable {
    private let pictures: any PictureReading

    init(_ dependencies: APIDependencies) {
        pictures = dependencies.conversations
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.get("api/messages/{message}/images/{image}", use: show)
    }

    @Sendable private func show(request: Request, context: SignedInContext) async throws -> Response {
        let (message, number) = (try context.id("message"), try context.id("image"))
        let picture = try await pictures.picture(
            Int(clamping: number), of: message, owner: context.account.id)
        // Asked for again each time, so that a deleted one is not shown; it never changes.
        let tag = "\"\(message)-\(number)\""
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache", .vary: "Cookie, Authorization"]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = picture.format.rawValue
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: picture.content)))
    }
}
