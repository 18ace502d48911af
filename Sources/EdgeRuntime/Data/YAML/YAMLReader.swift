import CYAML

/// Reads one YAML document (1.2, core schema) through libyaml's events.
///
/// libyaml reads YAML 1.1's syntax and leaves the meaning of scalars to its caller; `YAMLScalar` gives them that of 1.2, where `no`
/// and `12:30` are texts. Aliases are copies of what their anchors name: a handful of lines could name billions of values
/// ("billion laughs"), so what they add is counted and bounded.
public struct YAMLReader: ~Copyable {
    /// The number of values that aliases may add to a document.
    public static let maximumAliasedValues = 100_000

    /// On the heap, because libyaml keeps a pointer to the parser inside the parser.
    let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: (tree: DataTree, size: Int)] = [:]
    private var aliasedValues = 0

    /// - Throws: `DataError` with the line and column of the first fault. An empty text is null.
    public static func read(_ bytes: [UInt8]) throws(DataError) -> DataTree {
        var bytes = bytes
        // libyaml would read an empty buffer through a null pointer.
        if bytes.isEmpty { bytes = [0x0A] }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8("YAML") }
        let result: Result<DataTree, DataError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(DataError) {
                var reader = try YAMLReader()
                yaml_parser_set_input_string(reader.parser, buffer.baseAddress, buffer.count)
                return .success(try reader.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    init() throws(DataError) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            throw DataError(code: "E0407", message: "there is no memory left to read YAML")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private mutating func document() throws(DataError) -> DataTree {
        var tree = DataTree.null
        var documents = 0
        while true {
            let event = try next()
            switch event.kind {
            case YAML_DOCUMENT_START_EVENT:
                documents += 1
                guard documents == 1 else {
                    throw event.fault("a second document begins", hint: "split the file at the lines ---")
                }
                tree = try value(after: try next(), depth: 0).tree
            case YAML_STREAM_END_EVENT: return tree
            default: continue
            }
        }
    }

    /// The value that begins with an event, and how many values it holds in all.
    private mutating func value(after event: Event, depth: Int) throws(DataError) -> (tree: DataTree, size: Int) {
        guard depth <= DataTree.maximumDepth else { throw .tooDeep("YAML") }
        let result: (tree: DataTree, size: Int)
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
        case YAML_SCALAR_EVENT: result = (try YAMLScalar.resolve(event), 1)
        case YAML_SEQUENCE_START_EVENT: result = try sequence(depth: depth)
        case YAML_MAPPING_START_EVENT: result = try mapping(depth: depth)
        default: throw event.fault("a value is missing")
        }
        if let name = event.anchor { anchors[name] = result }
        return result
    }

    private mutating func sequence(depth: Int) throws(DataError) -> (tree: DataTree, size: Int) {
        var elements: [DataTree] = []
        var size = 1
        while true {
            let event = try next()
            if event.kind == YAML_SEQUENCE_END_EVENT { return (.list(elements), size) }
            let element = try value(after: event, depth: depth + 1)
            elements.append(element.tree)
            try DataWork.check(elements.count)
            size += element.size
        }
    }

    private mutating func mapping(depth: Int) throws(DataError) -> (tree: DataTree, size: Int) {
        var fields: [DataTree.Field] = []
        var names: Set<String> = []
        var size = 1
        while true {
            let key = try next()
            if key.kind == YAML_MAPPING_END_EVENT { return (.record(fields), size) }
            guard key.kind == YAML_SCALAR_EVENT else { throw key.fault("only texts can be keys") }
            guard key.text != "<<" || !key.isPlain else {
                throw key.fault("merge keys (<<) are not part of YAML 1.2", hint: "write the fields out")
            }
            guard names.insert(key.text).inserted else { throw key.fault("the key \"\(key.text)\" stands twice") }
            if let name = key.anchor { anchors[name] = (.text(key.text), 1) }
            let field = try value(after: try next(), depth: depth + 1)
            fields.append(.init(name: key.text, value: field.tree))
            try DataWork.check(fields.count)
            size += field.size
        }
    }

    mutating func next() throws(DataError) -> Event {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else {
            let text = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
            throw .yaml(
                text, line: parser.pointee.problem_mark.line + 1, column: parser.pointee.problem_mark.column + 1)
        }
        defer { yaml_event_delete(&raw) }
        return Event(raw)
    }
}
