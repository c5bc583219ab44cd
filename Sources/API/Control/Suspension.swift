/// A suspension's reason, as it is stored and told to the runner's user.
enum Suspension {
    private static let mostCharacters = 500

    /// Throws 400 when it is too long.
    static func reason(_ text: String?) throws(APIFailure) -> String {
        guard let text, !text.isEmpty else { return "suspended by the operator" }
        guard text.count <= mostCharacters, !text.contains("\0") else {
            throw APIFailure.invalid(
                "reason has at most \(mostCharacters) characters and no NUL.", parameter: "reason")
        }
        return "suspended: \(text)"
    }
}

struct SuspendForm: Decodable {
    var reason: String?
}
