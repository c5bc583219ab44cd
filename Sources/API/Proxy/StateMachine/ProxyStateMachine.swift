/// The life of one `/v1` request: what happens next after each event, and what has to be cleaned up at its end.
///
///     authenticating → receiving → waiting → connecting → awaitingHead → relaying → ended
///
/// Pure: it holds the lease and the upstream connection as opaque values, so that a state without one cannot have it
/// and every way out hands back exactly what has to be released. Whoever drives it carries out the returned action.
/// Once ended, it answers what arrives late (a lease, a connection) with giving it back.
struct ProxyStateMachine<Lease, Upstream> {
    /// What the client has got of its answer before the runner's head.
    enum Answer: Hashable {
        case nothing
        /// `200`, an event stream's head and comments.
        case openStream
    }

    /// What an exchange held when it ended early.
    struct Remains {
        var lease: Lease?
        /// To be closed: its response is not complete.
        var upstream: Upstream?
        /// A task that asks for the account or for a lease, to be cancelled.
        var hasTask = false
    }

    enum Action {
        case none
        /// Take the body from the client.
        case receiveBody
        case askGate
        case connect(Lease)
        case send(Lease, Upstream, Answer)
        /// Write the head of an event stream and a comment.
        case openStream
        /// Write a comment into the open stream.
        case comment
        /// Pass the runner's head on.
        case relayHead
        /// The runner's body follows in the stream that is open already.
        case relayIntoOpenStream
        /// Pass a part of the body on.
        case relayBody(Lease)
        /// End the response; the connection goes back to the pool.
        case finish(Lease, Upstream)
        /// Answer with an error, in the open stream when there is one.
        case fail(APIFailure, Answer, Remains)
        /// End the client's connection in the middle of the response, so that it is not taken for complete.
        case cut(APIFailure, Remains)
        /// The client is gone.
        case abandon(Remains)
        /// It came after the end.
        case giveBack(Lease)
        case close(Upstream)
    }

    private enum State {
        case authenticating
        case receiving
        case waiting(Answer)
        case connecting(Lease, Answer)
        case awaitingHead(Lease, Upstream, Answer)
        case relaying(Lease, Upstream)
        case ended
    }

    private var state = State.authenticating

    /// Whether parts of the request's body are wanted now.
    var wantsBody: Bool {
        if case .receiving = state { true } else { false }
    }

    var hasEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// Whether a comment may become due.
    var mayComment: Bool {
        switch state {
        case .waiting, .connecting, .awaitingHead(_, _, .openStream): true
        case .authenticating, .receiving, .awaitingHead, .relaying, .ended: false
        }
    }

    /// The connection whose response is being waited for or relayed.
    var upstream: Upstream? {
        switch state {
        case .awaitingHead(_, let upstream, _), .relaying(_, let upstream): upstream
        case .authenticating, .receiving, .waiting, .connecting, .ended: nil
        }
    }
}

// MARK: - Until the request is sent

extension ProxyStateMachine {
    mutating func authenticated() -> Action {
        guard case .authenticating = state else { return .none }
        state = .receiving
        return .receiveBody
    }

    /// The body is complete and its model has a backend.
    mutating func requestReceived() -> Action {
        guard case .receiving = state else { return .none }
        state = .waiting(.nothing)
        return .askGate
    }

    mutating func leased(_ lease: Lease) -> Action {
        guard case .waiting(let answer) = state else { return .giveBack(lease) }
        state = .connecting(lease, answer)
        return .connect(lease)
    }

    mutating func connected(_ upstream: Upstream) -> Action {
        guard case .connecting(let lease, let answer) = state else { return .close(upstream) }
        state = .awaitingHead(lease, upstream, answer)
        return .send(lease, upstream, answer)
    }

    /// A streaming request has waited as long as it may without a word, or since its last comment.
    mutating func commentDue() -> Action {
        switch state {
        case .waiting(.nothing):
            state = .waiting(.openStream)
            return .openStream
        case .connecting(let lease, .nothing):
            state = .connecting(lease, .openStream)
            return .openStream
        case .waiting(.openStream), .connecting(_, .openStream), .awaitingHead(_, _, .openStream):
            return .comment
        case .authenticating, .receiving, .awaitingHead, .relaying, .ended:
            return .none
        }
    }
}

// MARK: - The response

extension ProxyStateMachine {
    /// - Parameter failure: what to say when the head does not fit into a stream that is open already; nil when it fits.
    mutating func responseHead(unfitForOpenStream failure: @autoclosure () -> APIFailure?) -> Action {
        guard case .awaitingHead(let lease, let upstream, let answer) = state else { return .none }
        if answer == .nothing {
            state = .relaying(lease, upstream)
            return .relayHead
        }
        guard let failure = failure() else {
            state = .relaying(lease, upstream)
            return .relayIntoOpenStream
        }
        state = .ended
        return .fail(failure, .openStream, Remains(lease: lease, upstream: upstream))
    }

    func responseBody() -> Action {
        guard case .relaying(let lease, _) = state else { return .none }
        return .relayBody(lease)
    }

    mutating func responseEnd() -> Action {
        guard case .relaying(let lease, let upstream) = state else { return .none }
        state = .ended
        return .finish(lease, upstream)
    }
}

// MARK: - Early ends

extension ProxyStateMachine {
    /// Nothing more can come of it: a refusal of ours, of the gate or of the network, or a deadline.
    mutating func failed(_ failure: APIFailure) -> Action {
        defer { state = .ended }
        switch state {
        case .authenticating, .receiving: return .fail(failure, .nothing, remains)
        case .waiting(let answer), .connecting(_, let answer), .awaitingHead(_, _, let answer):
            return .fail(failure, answer, remains)
        case .relaying: return .cut(failure, remains)
        case .ended: return .none
        }
    }

    mutating func clientLeft() -> Action {
        guard !hasEnded else { return .none }
        defer { state = .ended }
        return .abandon(remains)
    }

    private var remains: Remains {
        switch state {
        case .authenticating, .waiting: Remains(hasTask: true)
        case .receiving, .ended: Remains()
        case .connecting(let lease, _): Remains(lease: lease)
        case .awaitingHead(let lease, let upstream, _), .relaying(let lease, let upstream):
            Remains(lease: lease, upstream: upstream)
        }
    }
}

extension ProxyStateMachine.Remains: Equatable where Lease: Equatable, Upstream: Equatable {}
extension ProxyStateMachine.Action: Equatable where Lease: Equatable, Upstream: Equatable {}
