public import EdgeLang
public import EdgeProtocols

/// A connection, or a server of our own, as scripts hold it. It is closed once no value names it.
public final class EndpointObject: HostObject {
    public static let typeName = "endpoint"

    public let endpoint: any Endpoint

    public init(_ endpoint: any Endpoint) { self.endpoint = endpoint }

    deinit { endpoint.close() }

    /// An open connection keeps a socket, its buffers and perhaps a thread.
    public var byteCount: Int { 64 << 10 }

    public func display(_ options: DisplayOptions) -> String {
        let status = endpoint.status
        let problem = status.lastProblem.map { ", last: \($0)" } ?? ""
        return "<endpoint \(endpoint.url), \(status.state.rawValue)\(problem)>"
    }

    public var fieldNames: [String] { facts.map(\.key) }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        try facts.first { $0.key == name }?.value.encode(context)
    }

    public var plainValue: PlainValue { .record(facts) }

    private var facts: [PlainValue.Field] {
        let (url, status) = (endpoint.url, endpoint.status)
        return [
            .init("url", .string("\(url)")), .init("host", .string(url.host)), .init("port", .int(url.port)),
            .init("state", .string(status.state.rawValue)), .init("reconnects", .int(status.reconnects)),
            .init("sent", .int(status.sent)), .init("received", .int(status.received)),
            .init("stray", .int(status.stray)), .init("uncertain", .int(status.uncertain)),
            .init("clients", .int(status.clients)), .init("refused", .int(status.refused)),
            .init("problem", status.lastProblem.map { .string($0) } ?? .null),
        ]
    }
}
