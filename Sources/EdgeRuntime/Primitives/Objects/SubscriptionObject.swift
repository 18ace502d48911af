import EdgeData
public import EdgeLang
public import EdgeProtocols

/// A subscription as scripts hold it, with the endpoint it belongs to.
public final class SubscriptionObject: HostObject {
    public static let typeName = "subscription"

    /// What the payload of a message becomes.
    public enum PayloadForm: String, BuiltinChoice {
        case text, bytes, json
    }

    public let subscription: Subscription
    let source: EndpointObject
    private let form: PayloadForm

    public init(_ subscription: Subscription, of source: EndpointObject, as form: PayloadForm) {
        self.subscription = subscription
        self.source = source
        self.form = form
    }

    public func display(_ options: DisplayOptions) -> String {
        "<subscription to \(subscription.filter), \(subscription.waiting) waiting, \(subscription.dropped) dropped>"
    }

    public var fieldNames: [String] { facts.map(\.key) }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        try facts.first { $0.key == name }?.value.encode(context)
    }

    public var plainValue: PlainValue { .record(facts) }

    private var facts: [PlainValue.Field] {
        [
            .init("filter", .string(subscription.filter)), .init("qos", .int(subscription.qos)),
            .init("received", .int(subscription.received)), .init("waiting", .int(subscription.waiting)),
            .init("dropped", .int(subscription.dropped)), .init("capacity", .int(subscription.capacity)),
            .init("closed", .bool(subscription.isClosed)),
        ]
    }

    /// A message as a record. A payload that has not the form that was asked for is null, and `problem` says why.
    func record(_ message: TopicMessage) -> PlainValue {
        let (payload, problem) = payload(message.payload)
        return .record([
            .init("topic", .string(message.topic)), .init("payload", payload), .init("bytes", .bytes(message.payload)),
            .init("qos", .int(message.qos)), .init("retain", .bool(message.isRetained)),
            .init("time", .quantity(Quantity(value: Double(message.time) / 1e9, dimension: .time))),
            .init("problem", problem.map { .string($0) } ?? .null),
        ])
    }

    private func payload(_ bytes: [UInt8]) -> (PlainValue, String?) {
        switch form {
        case .bytes: return (.bytes(bytes), nil)
        case .text:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return (.null, "the payload is not UTF-8")
            }
            return (.string(text), nil)
        case .json:
            do throws(DataError) {
                return (PlainValue(try JSONReader.read(bytes)), nil)
            } catch {
                return (.null, error.message)
            }
        }
    }
}
