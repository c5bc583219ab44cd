import Hummingbird
import Spec

/// `/api/admin/invites`: codes that let people sign up.
struct AdminInviteRoutes: Sendable {
    private let administration: any AccountAdministration
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        administration = dependencies.administration
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<AdminContext>) {
        let invites = group.group("api/admin/invites")
        invites.get(use: list)
        invites.post(use: create)
        invites.delete("{id}", use: revoke)
    }

    @Sendable private func list(request: Request, context: AdminContext) async throws -> Response {
        let page = try PageRequest(request)
        let (shown, next) = page.page(
            try await administration.invites(before: page.before, limit: page.probing), id: \.id)
        return try .json(InviteList(invites: shown.map(InviteReply.init), next: next))
    }

    @Sendable private func create(request: Request, context: AdminContext) async throws -> Response {
        let form: InviteForm = try await request.json()
        if let uses = form.uses, !(1...1_000_000).contains(uses) {
            throw APIFailure.invalid("uses is a number from 1 to 1,000,000, or null.", parameter: "uses")
        }
        let invite = try await administration.createInvite(
            name: form.name, uses: form.uses, expiresAt: try form.expiresAt.map(timeToCome))
        return try .json(["invite": InviteReply(invite)])
    }

    @Sendable private func revoke(request: Request, context: AdminContext) async throws -> Response {
        guard let id = try context.number("id"), try await administration.revokeInvite(id) else {
            throw APIFailure(status: 404, code: "invite_not_found", message: "There is no such invite.")
        }
        return Response(status: .noContent)
    }

    private func timeToCome(_ seconds: Int64) throws(APIFailure) -> Timestamp {
        guard let time = Timestamp(wholeSeconds: seconds), time > clock.now() else {
            throw .invalid("expires_at has to be a time to come, in seconds since 1970.", parameter: "expires_at")
        }
        return time
    }
}

private struct InviteForm: Decodable {
    var name: String
    var uses: Int?
    var expiresAt: Int64?
}

private struct InviteList: Encodable {
    var invites: [InviteReply]
    var next: Nullable<Int64>
}

private struct InviteReply: Encodable {
    var id: Int64
    var name: String
    /// In the open, for it is made to be handed out.
    var code: String
    var usesLeft: Nullable<Int>
    var used: Int
    var createdAt: Int64
    var expiresAt: Nullable<Int64>

    init(_ invite: Invite) {
        id = invite.id
        name = invite.name
        code = invite.code.reveal()
        usesLeft = Nullable(invite.usesLeft)
        used = invite.used
        createdAt = invite.createdAt.wholeSeconds
        expiresAt = Nullable(invite.expiresAt?.wholeSeconds)
    }
}
