/// A message under a topic, as it is published or arrives.
public struct TopicMessage: Sendable, Hashable {
    public var topic: String
    public var payload: [UInt8]
    /// Quality of service: 0 at most once, 1 at least once, 2 exactly once.
    public var qos: Int
    /// Whether the broker keeps it, or kept it, for those who subscribe later.
    public var isRetained: Bool
    /// When it arrived, in nanoseconds since 1970-01-01T00:00:00Z; 0 in one that goes out.
    public var time: Int64

    public init(topic: String, payload: [UInt8], qos: Int = 0, isRetained: Bool = false, time: Int64 = 0) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.isRetained = isRetained
        self.time = time
    }
}
