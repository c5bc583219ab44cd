import Foundation
import GRDB
import Spec

/// Somebody's row in the original's `users`.
struct OriginalUser: Sendable {
    /// The id as it is stored, for conditions; `id` is its text.
    var key: DatabaseValue
    var id: String
    var email: String
    var name: String
    /// nil when the original has none.
    var slug: String?
    var isAdmin: Bool
    var isDisabled: Bool
    var passwordHash: String
    var createdAt: Timestamp?

    init(
        key: DatabaseValue, id: String, email: String, name: String = "", slug: String?, isAdmin: Bool = false,
        isDisabled: Bool = false, passwordHash: String = "", createdAt: Timestamp? = nil
    ) {
        self.key = key
        self.id = id
        self.email = email
        self.name = name
        self.slug = slug
        self.isAdmin = isAdmin
        self.isDisabled = isDisabled
        self.passwordHash = passwordHash
        self.createdAt = createdAt
    }

    init(row: Row) {
        self.init(
            key: row["id"], id: Original.text(row["id"]) ?? "", email: Original.text(row["email"]) ?? "",
            name: Original.text(row["name"]) ?? "", slug: Original.text(row["slug"]),
            isAdmin: Original.text(row["role"])?.lowercased() == "admin" || Original.isTrue(row["is_admin"]) ?? false,
            isDisabled: Original.isTrue(row["disabled"]) ?? false || Original.isTrue(row["active"]) == false,
            passwordHash: Original.text(row["password"]) ?? "", createdAt: Original.time(row["created"]))
    }
}

struct OriginalOverride: Sendable {
    /// Empty: of all backends.
    var backend: String
    var variable: String
    var value: Secret
}

struct OriginalConversation: Sendable {
    var key: DatabaseValue
    var id: String
    var backend: String
    var model: String?
    var title: String
    var createdAt: Timestamp?
    var updatedAt: Timestamp?
}

/// How values of the original are read, whatever type they were stored with.
enum Original {
    /// nil for NULL.
    static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .null: nil
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .blob(let data): String(decoding: data, as: UTF8.self)
        }
    }

    /// nil for NULL.
    static func isTrue(_ value: DatabaseValue) -> Bool? {
        text(value).map { ["1", "1.0", "true", "yes", "t"].contains($0.lowercased()) }
    }

    /// Seconds or milliseconds since 1970, or `2026-05-01 12:00:00` with or without `T`, fraction and zone (else UTC).
    static func time(_ value: DatabaseValue) -> Timestamp? {
        guard let text = text(value)?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        if let number = Double(text) {
            guard number.isFinite, (0..<1e15).contains(number) else { return nil }
            // A hundred thousand million seconds are the year 5138.
            return Timestamp(milliseconds: Int64((number > 1e11 ? number : number * 1000).rounded()))
        }
        guard let match = text.wholeMatch(of: form) else { return nil }
        let fraction = match.3.flatMap { Double("0\($0)") } ?? 0
        let formatter = ISO8601DateFormatter()
        guard let date = formatter.date(from: "\(match.1)T\(match.2)\(match.4 ?? "Z")") else { return nil }
        return Timestamp(milliseconds: Int64(((date.timeIntervalSince1970 + fraction) * 1000).rounded()))
    }

    nonisolated(unsafe) private static let form =
        /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?/
}
