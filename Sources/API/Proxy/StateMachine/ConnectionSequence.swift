/// Whose turn it is on a client connection: Hummingbird's handlers or an exchange of the proxy.
///
/// Answers leave in the order of the requests, so an exchange begins only when every request given to Hummingbird is
/// answered, and nothing is given to Hummingbird while an exchange goes on. Pure.
struct ConnectionSequence {
    /// What an inbound part is, as far as the order is concerned.
    enum Part {
        /// `isOurs`: the proxy serves it.
        case head(isOurs: Bool)
        case body
        case end
    }

    enum Verdict: Hashable {
        /// To Hummingbird.
        case passOn
        /// A new exchange begins with this head.
        case begin
        /// To the exchange.
        case take
        /// Belongs to a request that is answered already.
        case drop
        /// Not yet; no later part may overtake it.
        case hold
    }

    /// Whose request the next body part or end belongs to.
    private enum Owner { case nobody, hummingbird, exchange }

    private var owner = Owner.nobody
    /// Requests given to Hummingbird whose responses have not ended.
    private var passedOn = 0
    /// From the head of an exchange's request to the end of its response.
    private var isExchanging = false

    /// Whether a request is only partly received.
    var isInsideRequest: Bool { owner != .nobody }

    /// Whether a whole request waits for its answer.
    var isAnswering: Bool { !isInsideRequest && (passedOn > 0 || isExchanging) }

    /// - Parameter exchangeWantsBody: false while the exchange cannot take parts yet.
    mutating func next(_ part: Part, exchangeWantsBody: Bool) -> Verdict {
        switch (part, owner) {
        case (.head(let isOurs), _):
            if isExchanging || (isOurs && passedOn > 0) { return .hold }
            if isOurs {
                owner = .exchange
                isExchanging = true
                return .begin
            }
            owner = .hummingbird
            passedOn += 1
            return .passOn
        case (_, .exchange):
            if isExchanging && !exchangeWantsBody { return .hold }
            if case .end = part { owner = .nobody }
            return isExchanging ? .take : .drop
        case (.body, _):
            return .passOn
        case (.end, _):
            owner = .nobody
            return .passOn
        }
    }

    /// Hummingbird's response to a request ended.
    mutating func passedOnEnded() { passedOn -= 1 }

    mutating func exchangeEnded() { isExchanging = false }
}
