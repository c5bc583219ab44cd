import Spec

/// Audit entries as RFC 4180 has it, safe to open in a spreadsheet.
enum AuditCSV {
    private static let columns = [
        "id", "at", "actor_kind", "actor_id", "actor_email", "action", "target", "before", "after", "request_id",
        "address",
    ]

    static func text(_ entries: some Sequence<AuditEntry>) -> String {
        var text = line(columns)
        for entry in entries {
            text += line([
                String(entry.id), entry.at.description, entry.actor.kind.word,
                entry.actor.kind.account.map { String($0) } ?? "", entry.actor.kind.email ?? "", entry.action.rawValue,
                entry.target, entry.before ?? "", entry.after ?? "", entry.actor.requestID ?? "",
                entry.actor.address ?? "",
            ])
        }
        return text
    }

    private static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

    /// A text that a spreadsheet would calculate gets an apostrophe in front, which makes it a text there: names and
    /// e-mail addresses are other people's choice.
    static func field(_ value: String) -> String {
        let calculates = value.unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } ?? false
        let safe = calculates ? "'" + value : value
        guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) || calculates else {
            return safe
        }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
