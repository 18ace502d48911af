extension Diagnostic {
    /// The diagnostic as one line of JSON, for editors and other programs. Lines and columns count from one.
    ///
    /// - Parameter file: For `edgesh check`: the place of the error as fields of its own, `file`, `line`, `column`, `endLine`,
    ///   `endColumn`; where it has no place, in this file.
    public func json(sources: SourceMap, file: String? = nil) -> String {
        var fields: [String] = []
        if let file {
            fields.append(
                sources[span.file] == nil ? "\"file\":\(file.quoted)" : Self.place(span, sources))
        }
        fields += [
            "\"severity\":\(severity.rawValue.quoted)",
            "\"code\":\(code.rawValue.quoted)",
            "\"message\":\(message.quoted)",
        ]
        let shown = labels.map { label in
            "{\(Self.place(label.span, sources)),\"text\":\(label.text.quoted)}"
        }
        fields.append("\"labels\":[\(shown.joined(separator: ","))]")
        if let hint { fields.append("\"hint\":\(hint.quoted)") }
        if let suggestion {
            let place = Self.place(suggestion.span, sources)
            fields.append(
                "\"suggestion\":{\(place),\"replacement\":\(suggestion.replacement.quoted)}")
        }
        if !notes.isEmpty { fields.append("\"notes\":[\(notes.map(\.quoted).joined(separator: ","))]") }
        if !trace.isEmpty {
            let frames = trace.map { frame in
                let function = frame.function.map(\.quoted) ?? "null"
                return "{\"function\":\(function),\(Self.place(frame.span, sources))}"
            }
            fields.append("\"trace\":[\(frames.joined(separator: ","))]")
        }
        return "{\(fields.joined(separator: ","))}"
    }

    private static func place(_ span: Span, _ sources: SourceMap) -> String {
        guard let file = sources[span.file] else { return "\"file\":null" }
        let (start, end) = (file.position(at: span.start), file.position(at: span.end))
        return "\"file\":\(file.name.quoted),\"line\":\(start.line),\"column\":\(start.column),"
            + "\"endLine\":\(end.line),\"endColumn\":\(end.column),\"offset\":\(span.start),\"length\":\(span.length)"
    }
}

extension String {
    /// The text as a JSON string, quotes included.
    fileprivate var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let control where control.value < 0x20 || control.value == 0x7F:
                result += "\\u" + String(control.value, radix: 16).leftPadded(to: 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
