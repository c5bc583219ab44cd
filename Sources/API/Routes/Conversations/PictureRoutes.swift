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
        let (place, owner) = (Int(clamping: number), context.account.id)
        let tag = try await "\"\(pictures.pictureTag(place, of: message, owner: owner))\""
        var headers: HTTPFields = [
            // Asked for again each time, so that a deleted one is not shown.
            .eTag: tag, .cacheControl: "private, no-cache", .vary: "Cookie, Authorization",
            // Whatever its bytes are: as a document it is nobody's and does nothing.
            .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(tag) {
            return Response(status: .notModified, headers: headers)
        }
        let picture = try await pictures.picture(place, of: message, owner: owner)
        headers[.contentType] = picture.format.rawValue
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: picture.content)))
    }
}
