/// How an endpoint is doing. Counts begin when it is made.
public struct EndpointStatus: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        case connecting, connected, reconnecting, serving, closed
    }

    public var state: State
    /// Times that a lost connection came back.
    public var reconnects = 0
    /// Requests or messages that went out.
    public var sent = 0
    /// Answers or messages that came in.
    public var received = 0
    /// Answers that nobody waited for any more.
    public var stray = 0
    /// Requests or messages of which nobody knows whether they arrived.
    public var uncertain = 0
    /// Clients of a server that are connected now.
    public var clients = 0
    /// Clients, or frames of clients, that a server turned away.
    public var refused = 0
    /// What went wrong last.
    public var lastProblem: String?

    init(_ state: State) { self.state = state }
}
