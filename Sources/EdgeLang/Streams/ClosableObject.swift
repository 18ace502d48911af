/// An object that `close` ends: a connection, a subscription, a channel.
public protocol ClosableObject: HostObject {
    /// Ends it; a second time does nothing.
    func close(_ context: CallContext) throws
}

/// What `close` takes.
struct ClosableValue: BuiltinArgument {
    let object: any ClosableObject

    static var types: [ValueType] { [.any] }
    static var typeDescription: String { "channel | connection | subscription" }

    static func decode(_ value: Value, _ context: CallContext) -> ClosableValue? {
        (value.hostObject as? any ClosableObject).map { ClosableValue(object: $0) }
    }
}
