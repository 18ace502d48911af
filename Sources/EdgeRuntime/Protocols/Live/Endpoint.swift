/// A place in the network that values are read from and written to, whatever protocol it speaks.
///
/// Every call blocks its caller until it is done, its time is up, or the caller is interrupted. What a protocol has no way
/// to do throws `N0011`. Endpoints may be used from several threads.
public protocol Endpoint: AnyObject, Sendable {
    var url: EndpointURL { get }
    /// How it goes: a copy, taken now.
    var status: EndpointStatus { get }

    /// Reads values of a point, in order.
    func read(_ access: PointAccess, count: Int, _ wait: Wait) throws -> [CanonicalMessage.Value]

    /// Writes values of a point, in order.
    ///
    /// - Parameter mask: Of a single register: the bits that are changed; the others stay as they are.
    func write(_ access: PointAccess, _ values: [CanonicalMessage.Value], mask: UInt16?, _ wait: Wait) throws

    /// Writes values and reads others in one request.
    func exchange(
        writing target: PointAccess, _ values: [CanonicalMessage.Value], reading source: PointAccess, count: Int,
        _ wait: Wait
    ) throws -> [CanonicalMessage.Value]

    /// Hands a message over. With a quality of service above 0 it returns once the peer has answered for it.
    func publish(_ message: TopicMessage, _ wait: Wait) throws

    /// Asks for the messages of all topics that a filter matches.
    func subscribe(_ filter: String, qos: Int, capacity: Int, _ wait: Wait) throws -> Subscription

    /// Ends a subscription.
    func unsubscribe(_ subscription: Subscription, _ wait: Wait) throws

    /// Ends all that is under way and lets go of sockets and threads. A second time does nothing.
    func close()
}

extension Endpoint {
    public func read(_ access: PointAccess, count: Int, _ wait: Wait) throws -> [CanonicalMessage.Value] {
        throw EndpointError.unsupported(url, "read a point", hint: "subscribe and receive")
    }

    public func write(_ access: PointAccess, _ values: [CanonicalMessage.Value], mask: UInt16?, _ wait: Wait) throws {
        throw EndpointError.unsupported(url, "write a point", hint: "publish a message")
    }

    public func exchange(
        writing target: PointAccess, _ values: [CanonicalMessage.Value], reading source: PointAccess, count: Int,
        _ wait: Wait
    ) throws -> [CanonicalMessage.Value] {
        throw EndpointError.unsupported(url, "write and read in one request")
    }

    public func publish(_ message: TopicMessage, _ wait: Wait) throws {
        throw EndpointError.unsupported(url, "publish", hint: "write to a point")
    }

    public func subscribe(_ filter: String, qos: Int, capacity: Int, _ wait: Wait) throws -> Subscription {
        throw EndpointError.unsupported(url, "subscribe", hint: "read in a loop")
    }

    public func unsubscribe(_ subscription: Subscription, _ wait: Wait) throws {
        throw EndpointError.unsupported(url, "unsubscribe")
    }
}
