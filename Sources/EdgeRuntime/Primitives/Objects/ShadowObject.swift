public import EdgeLang
public import EdgeProtocols

/// The shadows of devices in a file, as scripts hold them. The file is let go once no value names it.
public final class ShadowObject: HostObject {
    public static let typeName = "shadow"

    public let store: ShadowStore

    public init(_ store: ShadowStore) { self.store = store }

    deinit { store.close() }

    public func display(_ options: DisplayOptions) -> String { "<shadow \(store.path)>" }

    public var fieldNames: [String] { ["path", "devices"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "path": return context.string(store.path)
        case "devices": return try store.devices(Wait(TimeSpan(seconds: 5), context)).encode(context)
        default: return nil
        }
    }
}
