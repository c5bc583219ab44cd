/// An image reference taken apart for a pull: without a tag the daemon would fetch every tag there is.
struct ImageReference: Sendable, Hashable {
    /// Registry and repository.
    let name: String
    /// Tag or `sha256:…`; `latest` when the reference has neither.
    let tag: String

    /// Host, with its port, of the registry that the daemon would ask.
    var registry: String {
        let first = name.prefix { $0 != "/" }
        let isHost = first.count < name.count && (first.contains(".") || first.contains(":") || first == "localhost")
        return isHost ? String(first) : "docker.io"
    }

    init(_ text: String) {
        if let at = text.firstIndex(of: "@") {
            name = String(text[..<at])
            tag = String(text[text.index(after: at)...])
        } else if let colon = text.lastIndex(of: ":"), !text[colon...].contains("/") {
            name = String(text[..<colon])
            tag = String(text[text.index(after: colon)...])
        } else {
            name = text
            tag = "latest"
        }
    }
}
