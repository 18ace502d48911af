/// A protocol's grammar as its file says it, checked for form but not yet compiled.
struct Grammar: Sendable {
    /// The file, for messages.
    var file: String
    var name: String
    var title: String
    /// Names under which the grammar is used with other context values: `mqtt-5`.
    var aliases: [(name: String, context: [(name: String, value: Int64)])] = []
    var isLittle = false
    var message: [Element] = []
    var types: [String: TypeDeclaration] = [:]
    var enumerations: [String: Enumeration] = [:]
    /// Numbers that messages before this one have settled, with their initial values.
    var context: [(name: String, value: Int64)] = []
    /// The fields by which a response finds its request.
    var pair: [String] = []
    var ports: [Transport: [Int]] = [:]
    var framing: Framing?
    /// Messages in a stream begin with these bytes: what comes between is passed over.
    var framingStart: [UInt8] = []
    var transform: WireTransform?
    /// How the parts of a message that is spread over several are put together.
    var fragments: Fragments?
    var vectors: [Vector] = []
    /// What fields mean, for translation; read by `PointMap`.
    var map: FieldValue?

    /// A named list of elements.
    struct TypeDeclaration: Sendable {
        let mark: Mark
        let elements: [Element]
        /// A single element without a record around it.
        let bare: Element?
    }

    /// What carries a protocol.
    enum Transport: String, Sendable, Hashable, CaseIterable {
        case tcp, udp
    }

    /// A message with its bytes, run both ways by the tests.
    struct Vector: Sendable {
        let mark: Mark
        let bytes: [UInt8]
        let value: FieldValue
        let direction: MessageDirection?
        let context: [String: Int64]
        let request: FieldValue?
        /// Why encoding gives other bytes; nil where it gives the same.
        let nonCanonical: String?
    }
}

/// Names of numbers, both ways.
struct Enumeration: Sendable {
    let mark: Mark
    private(set) var names: [Int64: String] = [:]
    private(set) var values: [String: Int64] = [:]

    init(mark: Mark) { self.mark = mark }

    /// - Returns: whether neither the name nor the value was there before.
    mutating func add(_ name: String, _ value: Int64) -> Bool {
        guard names[value] == nil, values[name] == nil else { return false }
        names[value] = name
        values[name] = value
        return true
    }
}

/// Who sends a message.
public enum MessageDirection: String, Sendable, Hashable, CaseIterable {
    /// To the server, slave or outstation.
    case request
    /// From it.
    case response
}
