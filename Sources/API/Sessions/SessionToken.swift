import Crypto
import JWTKit
import Spec

/// What a session token says, once its signature is verified.
struct SessionClaims: Sendable, Hashable {
    var user: UserID
    /// The account's session epoch at sign-in; a later one voids the token.
    var epoch: Int64
    /// Names the sign-in. Kept by a renewal, so that signing out ends every token of it.
    var sessionID: String
    var issuedAt: Timestamp
    var expiresAt: Timestamp
}

/// Signs and verifies session tokens: JWT, HS256, under a key derived from `JWT_SECRET`.
///
/// Expiry, epoch and revocation are not its business; see ``Authenticator``.
struct SessionSigner: Sendable {
    private let keys = JWTKeyCollection()

    /// The derived key has the full 256 bits whatever the secret's length, and is of no use outside sessions.
    init(secret: Secret) async {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(secret.reveal().utf8)),
            info: Array("operatord session v1".utf8), outputByteCount: 32)
        await keys.add(hmac: HMACKey(key: key), digestAlgorithm: .sha256)
    }

    func sign(_ claims: SessionClaims) async throws -> String {
        try await keys.sign(Payload(claims))
    }

    /// nil when the token is malformed or not signed by us.
    func verify(_ token: String) async -> SessionClaims? {
        guard let payload = try? await keys.verify(token, as: Payload.self) else { return nil }
        return payload.claims
    }

    /// The claims under their JWT names; times in whole seconds.
    private struct Payload: JWTPayload {
        var sub: String
        var sid: String
        var epoch: Int64
        var iat: Int64
        var exp: Int64

        init(_ claims: SessionClaims) {
            sub = String(claims.user)
            sid = claims.sessionID
            epoch = claims.epoch
            iat = claims.issuedAt.milliseconds / 1000
            exp = claims.expiresAt.milliseconds / 1000
        }

        var claims: SessionClaims? {
            guard let user = UserID(sub), let issued = Self.timestamp(iat), let expires = Self.timestamp(exp) else {
                return nil
            }
            return SessionClaims(user: user, epoch: epoch, sessionID: sid, issuedAt: issued, expiresAt: expires)
        }

        private static func timestamp(_ seconds: Int64) -> Timestamp? {
            let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
            return overflow ? nil : Timestamp(milliseconds: milliseconds)
        }

        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
