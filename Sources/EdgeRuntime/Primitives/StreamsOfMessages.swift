public import EdgeLang
import EdgeProtocols

/// A subscription is a stream of its messages: `for`, `map` and the like take it as it is.
extension SubscriptionObject: StreamableObject, ClosableObject {
    public func makeStreamSource(_ context: CallContext) -> any StreamSource { MessageSource(self) }

    public func close(_ context: CallContext) throws {
        try source.endpoint.unsubscribe(subscription, Wait(TimeSpan(seconds: 5), context))
    }
}

extension EndpointObject: ClosableObject {
    public func close(_ context: CallContext) { endpoint.close() }
}

extension ShadowObject: ClosableObject {
    public func close(_ context: CallContext) { store.close() }
}

/// Messages as elements. Those that its queue had to drop are said.
private final class MessageSource: StreamSource {
    private let object: SubscriptionObject
    /// Messages that were dropped before anybody went through the stream, and those that were said since.
    private var said: Int
    private var nextSaying = Moment.past

    init(_ object: SubscriptionObject) {
        self.object = object
        said = object.subscription.dropped
    }

    var isLive: Bool { true }

    func next(until deadline: Moment, _ context: CallContext) throws -> Pull {
        sayDropped(context, atOnce: false)
        let seconds = deadline == .never ? 1e9 : Moment.now.seconds(until: deadline)
        do {
            guard let message = try object.subscription.receive(Wait(TimeSpan(seconds: seconds), context)) else {
                return .late
            }
            return .element(try context.value(of: object.record(message)))
        } catch let error as EndpointError {
            // The subscription was closed and everything that it held is taken.
            guard object.subscription.isClosed else { throw error }
            return .end
        }
    }

    func close(_ context: CallContext) { sayDropped(context, atOnce: true) }

    private func sayDropped(_ context: CallContext, atOnce: Bool) {
        let dropped = object.subscription.dropped
        guard dropped > said, atOnce || Moment.now >= nextSaying else { return }
        context.warn(
            "`\(object.subscription.filter)`: \(dropped - said) messages were dropped, they were not taken in time (\(dropped) in all)"
        )
        said = dropped
        nextSaying = Moment.now.advanced(bySeconds: 1)
    }
}
