import Foundation
import Spec

/// Credentials of image registries as `docker login` writes them:
/// `{"auths": {"registry.example.com": {"auth": "<base64 of name:password>"}}}`; `username` and `password`, or an
/// `identitytoken`, in the place of `auth` are read too. Everything else in the file is passed over.
struct RegistryAuthFile: Sendable {
    private struct Contents: Decodable {
        var auths: [String: Entry]?
    }

    private struct Entry: Decodable {
        var auth: String?
        var username: String?
        var password: String?
        var identitytoken: String?
    }

    /// What the daemon takes in `X-Registry-Auth`.
    private struct Header: Encodable {
        var username: String?
        var password: String?
        var identitytoken: String?
        var serveraddress: String
    }

    private let entries: [String: Entry]

    /// Throws what is wrong with it, without anything of its contents.
    init(_ bytes: [UInt8]) throws(RegistryAuthProblem) {
        let contents: Contents
        do {
            contents = try JSONDecoder().decode(Contents.self, from: Data(bytes))
        } catch {
            throw RegistryAuthProblem("it is not the JSON that docker login writes")
        }
        entries = Dictionary(
            (contents.auths ?? [:]).map { (Self.host(of: $0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// Value of the header; nil when the file has nothing for the registry.
    func header(for registry: String) throws(RegistryAuthProblem) -> Secret? {
        guard let entry = entries[Self.host(of: registry)] else { return nil }
        var header = Header(
            username: entry.username, password: entry.password, identitytoken: entry.identitytoken,
            serveraddress: registry)
        if let auth = entry.auth, !auth.isEmpty {
            guard let text = Data(base64Encoded: auth).flatMap({ String(data: $0, encoding: .utf8) }),
                let colon = text.firstIndex(of: ":")
            else { throw RegistryAuthProblem("auth of \(registry) is not the base64 of name:password") }
            header.username = String(text[..<colon])
            header.password = String(text[text.index(after: colon)...].prefix { $0 != "\0" })
        }
        guard header.identitytoken != nil || (header.username != nil && header.password != nil) else {
            throw RegistryAuthProblem(
                "it has no password for \(registry): docker keeps it in a credential helper, which is not asked; put auth, "
                    + "the base64 of name:password, there")
        }
        guard let json = try? JSONEncoder().encode(header) else { return nil }
        // URL-safe, as the daemon decodes it.
        return Secret(
            json.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        )
    }

    /// `docker.io` under all the names that it goes by; others without scheme and path.
    private static func host(of registry: String) -> String {
        var text = Substring(registry.lowercased())
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
        let host = String(text.prefix { $0 != "/" })
        return ["index.docker.io", "registry-1.docker.io"].contains(host) ? "docker.io" : host
    }
}

/// Why there are no credentials, in words that hold nothing secret.
struct RegistryAuthProblem: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
