/// What arrives for a filter, in a queue of bounded length. Where nobody takes it in time the oldest go, and are counted.
public final class Subscription: Sendable {
    public let filter: String
    public let qos: Int
    public let capacity: Int
    let url: EndpointURL
    private let monitor: Monitor<State>

    private struct State: Sendable {
        var queue: BoundedQueue<TopicMessage>
        var received = 0
        var dropped = 0
        var isClosed = false
    }

    init(url: EndpointURL, filter: String, qos: Int, capacity: Int) {
        self.url = url
        self.filter = filter
        self.qos = qos
        self.capacity = capacity
        monitor = Monitor(State(queue: BoundedQueue(capacity: capacity)))
    }

    /// Messages that arrived, those that were dropped included.
    public var received: Int { monitor.update { $0.received } }
    /// Messages that were dropped because nobody took them in time.
    public var dropped: Int { monitor.update { $0.dropped } }
    /// Messages that wait to be taken.
    public var waiting: Int { monitor.update { $0.queue.count } }
    /// Whether nothing will arrive any more.
    public var isClosed: Bool { monitor.update { $0.isClosed } }

    /// Takes the oldest message, waiting for one where there is none.
    ///
    /// - Returns: nil where none came in time.
    /// - Throws: `N0010` where the subscription has ended and everything was taken.
    public func receive(_ wait: Wait) throws -> TopicMessage? {
        try monitor.wait(wait) { state in
            if let message = state.queue.popFirst() { return message }
            if state.isClosed { throw EndpointError.closed(url) }
            return nil
        }
    }

    func deliver(_ message: TopicMessage) {
        monitor.update { state in
            guard !state.isClosed else { return }
            state.received += 1
            if !state.queue.append(message) { state.dropped += 1 }
        }
    }

    func end() { monitor.update { $0.isClosed = true } }
}
