/// How an MQTT client introduces itself to its broker.
public struct MQTTOptions: Sendable {
    public enum Version: String, Sendable, CaseIterable {
        case v311 = "3.1.1"
        case v5 = "5"
    }

    public var version = Version.v311
    /// What the broker knows the client by; nil for a new name each time.
    public var identifier: String?
    /// Whether the broker forgets subscriptions and waiting messages when the connection ends. Without it `identifier` is needed.
    public var isClean = true
    /// Seconds without a message after which the two assure each other that they are still there.
    public var keepAlive = 15
    /// In place of those in the URL.
    public var user: String?
    public var password: String?
    /// What the broker publishes in our name when the connection is lost.
    public var will: TopicMessage?
    /// A PEM file with the certificates of the authorities that are trusted; nil for those of the system.
    public var authorities: String?
    /// A PEM file with our own certificate, and one with its key.
    public var certificate: String?
    public var key: String?
    public var backoff = Backoff()
    /// Messages that may be published and not yet answered for.
    public var mostUnanswered = 1000

    public init() {}
}
