/// Writes YAML in block style, so that readers of YAML 1.1 and 1.2 alike read the same values back.
public enum YAMLWriter {
    /// - Throws: `DataError` for too deep nesting.
    public static func write(_ tree: DataTree) throws(DataError) -> String {
        var output = ""
        try append(tree, to: &output, depth: 0, column: 0)
        return output
    }

    /// Appends a value and the end of its last line. Nested records and lists begin on a line of their own.
    private static func append(
        _ tree: DataTree, to output: inout String, depth: Int, column: Int
    ) throws(DataError) {
        guard depth <= DataTree.maximumDepth else { throw .tooDeep("YAML") }
        switch tree {
        case .null: output += "null\n"
        case .bool(let value): output += value ? "true\n" : "false\n"
        case .int(let value): output += "\(value)\n"
        case .float(let value): output += text(of: value) + "\n"
        case .text(let value):
            append(text: value, to: &output)
            output += "\n"
        case .list(let elements):
            if elements.isEmpty { output += "[]\n" }
            for (position, element) in elements.enumerated() {
                try DataWork.check(position)
                if position > 0 { output += String(repeating: " ", count: column) }
                output += "- "
                try append(element, to: &output, depth: depth + 1, column: column + 2)
            }
        case .record(let fields):
            if fields.isEmpty { output += "{}\n" }
            for (position, field) in fields.enumerated() {
                if position > 0 { output += String(repeating: " ", count: column) }
                append(text: field.name, to: &output)
                output += ":"
                if opensBlock(field.value) {
                    output += "\n" + String(repeating: " ", count: column + 2)
                } else {
                    output += " "
                }
                try append(field.value, to: &output, depth: depth + 1, column: column + 2)
            }
        }
    }

    private static func opensBlock(_ tree: DataTree) -> Bool {
        switch tree {
        case .list(let elements): !elements.isEmpty
        case .record(let fields): !fields.isEmpty
        case .null, .bool, .int, .float, .text: false
        }
    }

    private static func text(of value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        return String(describing: value)
    }

    /// A text goes without quotes only where every reader takes it for the same text.
    private static func append(text: String, to output: inout String) {
        let isPlain =
            text.utf8.first.map(isLetter) ?? false
            && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || " ./-".utf8.contains($0) }
            && text.utf8.last != 0x20 && !YAMLScalar.isAmbiguous(text)
        if isPlain { output += text } else { JSONWriter.append(quoted: text, to: &output) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
}
