import EdgeData

/// Short ways to write and read the records of the protocol.
extension DataTree {
    /// A record of these fields; those that are nil are left out.
    static func object(_ fields: KeyValuePairs<String, DataTree?>) -> DataTree {
        .record(fields.compactMap { name, value in value.map { Field(name: name, value: $0) } })
    }

    static func int(_ value: Int) -> DataTree { .int(Int64(value)) }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var elements: [DataTree]? {
        if case .list(let elements) = self { elements } else { nil }
    }

    var isRecord: Bool {
        if case .record = self { true } else { false }
    }

    /// A whole number that fits positions and versions.
    var number: Int? {
        if case .int(let value) = self { Int(exactly: value) } else { nil }
    }
}

/// Why a request is refused, with the number that the protocol has for it.
struct ServerError: Error {
    let code: Int
    let message: String

    static func parse(_ message: String) -> ServerError { ServerError(code: -32700, message: message) }
    static func invalidRequest(_ message: String) -> ServerError { ServerError(code: -32600, message: message) }
    static func methodNotFound(_ name: String) -> ServerError {
        ServerError(code: -32601, message: "there is no method \(name)")
    }
    static func invalidParameters(_ message: String) -> ServerError { ServerError(code: -32602, message: message) }
    static let notInitialized = ServerError(code: -32002, message: "the first request is `initialize`")
    /// The request is understood and cannot be done.
    static func failed(_ message: String) -> ServerError { ServerError(code: -32803, message: message) }
}
