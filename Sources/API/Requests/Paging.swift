import Hummingbird

/// The part of a list that a request asks for: `?limit=` entries after the cursor `?before=`.
struct PageRequest {
    var limit: Int
    var before: Int64?

    /// Throws 400 for a limit outside 1...500 or a cursor that no answer gave.
    init(_ request: Request) throws(APIFailure) {
        limit = try request.number("limit", standard: 100, in: 1...500)
        guard let text = request.uri.queryParameters["before"] else { return }
        guard let cursor = Int64(text) else {
            throw .invalid("before is the next of an earlier answer.", parameter: "before")
        }
        before = cursor
    }

    /// For the question whether there is more: one more than is shown.
    var probing: Int { limit + 1 }

    /// What is shown of `probed`, and the cursor of the page after it; null on the last one.
    func page<Element>(_ probed: [Element], id: (Element) -> Int64) -> (
        shown: ArraySlice<Element>, next: Nullable<Int64>
    ) {
        let shown = probed.prefix(limit)
        return (shown, Nullable(probed.count > limit ? shown.last.map(id) : nil))
    }
}
