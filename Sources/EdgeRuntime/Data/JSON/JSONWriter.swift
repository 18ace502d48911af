/// Writes JSON (RFC 8259): names in the order given, numbers so that reading gives the same ones back.
public struct JSONWriter {
    /// What stands for infinities and NaN, which JSON does not have.
    public enum NonFinite: Sendable {
        case refuse
        case null
    }

    /// Spaces a level is indented by; nil writes everything on one line.
    public var indentation: Int?
    public var nonFinite: NonFinite

    public init(indentation: Int? = nil, nonFinite: NonFinite = .refuse) {
        self.indentation = indentation
        self.nonFinite = nonFinite
    }

    /// - Throws: `DataError` for an infinity or NaN that is to be refused, and for too deep nesting.
    public func write(_ tree: DataTree) throws(DataError) -> String {
        var output = ""
        try append(tree, to: &output, depth: 0)
        return output
    }

    private func append(_ tree: DataTree, to output: inout String, depth: Int) throws(DataError) {
        guard depth <= DataTree.maximumDepth else { throw .tooDeep("JSON") }
        switch tree {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .int(let value): output += String(value)
        case .float(let value):
            guard value.isFinite else {
                guard case .null = nonFinite else { throw .notFinite(value) }
                output += "null"
                return
            }
            output += String(describing: value)
        case .text(let value): JSONWriter.append(quoted: value, to: &output)
        case .list(let elements):
            guard !elements.isEmpty else {
                output += "[]"
                return
            }
            output += "["
            for (position, element) in elements.enumerated() {
                try DataWork.check(position)
                if position > 0 { output += "," }
                breakLine(&output, depth: depth + 1, after: position > 0)
                try append(element, to: &output, depth: depth + 1)
            }
            breakLine(&output, depth: depth, after: false)
            output += "]"
        case .record(let fields):
            guard !fields.isEmpty else {
                output += "{}"
                return
            }
            output += "{"
            for (position, field) in fields.enumerated() {
                if position > 0 { output += "," }
                breakLine(&output, depth: depth + 1, after: position > 0)
                JSONWriter.append(quoted: field.name, to: &output)
                output += ": "
                try append(field.value, to: &output, depth: depth + 1)
            }
            breakLine(&output, depth: depth, after: false)
            output += "}"
        }
    }

    private func breakLine(_ output: inout String, depth: Int, after comma: Bool) {
        if let indentation {
            output += "\n"
            output += String(repeating: " ", count: indentation * depth)
        } else if comma {
            output += " "
        }
    }

    /// Appends a text in quotes, with the escapes that both JSON and YAML understand.
    static func append(quoted text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}":
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
