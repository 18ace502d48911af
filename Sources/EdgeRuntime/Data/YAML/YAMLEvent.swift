import CYAML

extension YAMLReader {
    /// An event of libyaml, with its texts copied out of the parser's memory.
    struct Event {
        let kind: yaml_event_type_e
        let line: Int
        let column: Int
        private(set) var anchor: String?
        private(set) var tag: String?
        private(set) var text = ""
        /// Whether a scalar stands without quotes, so that its text decides what it is.
        private(set) var isPlain = false

        init(_ raw: yaml_event_t) {
            kind = raw.type
            line = raw.start_mark.line + 1
            column = raw.start_mark.column + 1
            switch raw.type {
            case YAML_ALIAS_EVENT: anchor = Event.text(raw.data.alias.anchor)
            case YAML_SCALAR_EVENT:
                let scalar = raw.data.scalar
                anchor = Event.text(scalar.anchor)
                tag = Event.text(scalar.tag)
                isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
                text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            case YAML_SEQUENCE_START_EVENT:
                anchor = Event.text(raw.data.sequence_start.anchor)
                tag = Event.text(raw.data.sequence_start.tag)
            case YAML_MAPPING_START_EVENT:
                anchor = Event.text(raw.data.mapping_start.anchor)
                tag = Event.text(raw.data.mapping_start.tag)
            default: break
            }
        }

        func fault(_ text: String, hint: String? = nil) -> DataError {
            .yaml(text, line: line, column: column, hint: hint)
        }

        private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
            bytes.map { String(cString: $0) }
        }
    }
}
