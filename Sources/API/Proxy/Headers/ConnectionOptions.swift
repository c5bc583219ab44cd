import NIOHTTP1

/// The names in a message's `Connection` headers: those headers go no further than this hop.
struct ConnectionOptions {
    private var names: [Substring] = []

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers where HeaderName.equals(name, "connection") {
            guard !HeaderName.equals(value, "close"), !HeaderName.equals(value, "keep-alive") else { continue }
            for part in value.split(separator: ",") {
                let trimmed = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
                if !trimmed.isEmpty { names.append(trimmed) }
            }
        }
    }

    func names(_ header: String) -> Bool {
        !names.isEmpty && names.contains { HeaderName.equals(header, $0) }
    }
}
