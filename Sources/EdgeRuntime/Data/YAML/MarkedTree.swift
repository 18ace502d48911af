import CYAML

/// What a YAML text holds, each value with the line and column it begins at: for files whose mistakes are shown to the person who
/// wrote them.
public struct MarkedTree: Sendable {
    /// A value.
    public enum Node: Sendable {
        /// A scalar, as the core schema reads it.
        case scalar(DataTree)
        case list([MarkedTree])
        case record([Field])
    }

    /// One key of a record and its value.
    public struct Field: Sendable {
        public let name: String
        public let line: Int
        public let column: Int
        public let value: MarkedTree
    }

    public let node: Node
    /// From 1.
    public let line: Int
    /// From 1.
    public let column: Int

    /// Reads one YAML document.
    ///
    /// - Throws: `DataError` with line and column of the first fault.
    public static func read(_ bytes: [UInt8]) throws(DataError) -> MarkedTree {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8("YAML") }
        var bytes = bytes
        if bytes.isEmpty { bytes = [0x0A] }
        let result: Result<MarkedTree, DataError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(DataError) {
                var reader = MarkedTreeReader(try YAMLReader())
                yaml_parser_set_input_string(reader.events.parser, buffer.baseAddress, buffer.count)
                return .success(try reader.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The same values without their places.
    public var plain: DataTree {
        switch node {
        case .scalar(let value): value
        case .list(let elements): .list(elements.map(\.plain))
        case .record(let fields): .record(fields.map { .init(name: $0.name, value: $0.value.plain) })
        }
    }

    /// The value of a key; nil where there is none, or this is no record.
    public subscript(name: String) -> MarkedTree? {
        if case .record(let fields) = node { fields.first { $0.name == name }?.value } else { nil }
    }
}

/// Builds a marked tree from events. Aliases are copies, bounded in number as in `YAMLReader`.
private struct MarkedTreeReader: ~Copyable {
    var events: YAMLReader
    private var anchors: [String: (tree: MarkedTree, size: Int)] = [:]
    private var aliasedValues = 0

    init(_ events: consuming YAMLReader) { self.events = events }

    mutating func document() throws(DataError) -> MarkedTree {
        var tree = MarkedTree(node: .scalar(.null), line: 1, column: 1)
        var documents = 0
        while true {
            let event = try events.next()
            switch event.kind {
            case YAML_DOCUMENT_START_EVENT:
                documents += 1
                guard documents == 1 else {
                    throw event.fault("a second document begins", hint: "split the file at the lines ---")
                }
                tree = try value(after: try events.next(), depth: 0).tree
            case YAML_STREAM_END_EVENT: return tree
            default: continue
            }
        }
    }

    private mutating func value(
        after event: YAMLReader.Event, depth: Int
    ) throws(DataError) -> (tree: MarkedTree, size: Int) {
        guard depth <= DataTree.maximumDepth else { throw .tooDeep("YAML") }
        var size = 1
        let node: MarkedTree.Node
        switch event.kind {
        case YAML_ALIAS_EVENT:
            guard let name = event.anchor, let target = anchors[name] else {
                throw event.fault("no anchor &\(event.anchor ?? "") before its alias")
            }
            aliasedValues += target.size
            guard aliasedValues <= YAMLReader.maximumAliasedValues else {
                throw event.fault("the aliases add more than \(YAMLReader.maximumAliasedValues) values")
            }
            return target
        case YAML_SCALAR_EVENT: node = .scalar(try YAMLScalar.resolve(event))
        case YAML_SEQUENCE_START_EVENT:
            var elements: [MarkedTree] = []
            while true {
                let next = try events.next()
                if next.kind == YAML_SEQUENCE_END_EVENT { break }
                let element = try value(after: next, depth: depth + 1)
                elements.append(element.tree)
                size += element.size
            }
            node = .list(elements)
        case YAML_MAPPING_START_EVENT:
            var fields: [MarkedTree.Field] = []
            var names: Set<String> = []
            while true {
                let key = try events.next()
                if key.kind == YAML_MAPPING_END_EVENT { break }
                guard key.kind == YAML_SCALAR_EVENT else { throw key.fault("only texts can be keys") }
                guard names.insert(key.text).inserted else { throw key.fault("the key \"\(key.text)\" stands twice") }
                let field = try value(after: try events.next(), depth: depth + 1)
                fields.append(.init(name: key.text, line: key.line, column: key.column, value: field.tree))
                size += field.size
            }
            node = .record(fields)
        default: throw event.fault("a value is missing")
        }
        let tree = MarkedTree(node: node, line: event.line, column: event.column)
        if let name = event.anchor { anchors[name] = (tree, size) }
        return (tree, size)
    }
}
