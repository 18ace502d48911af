extension Diagnostic {
    /// The diagnostic as one line of JSON, for editors and other programs. Lines and columns count from one.
    public func json(sources: SourceMap) -> String {
        var fields = [
            "\"severity\":\(JSONText.quoted(severity.rawValue))",
            "\"code\":\(JSONText.quoted(code.rawValue))",
            "\"message\":\(JSONText.quoted(message))",
        ]
        let shown = labels.map { label in
            "{\(Self.place(label.span, sources)),\"text\":\(JSONText.quoted(label.text))}"
        }
        fields.append("\"labels\":[\(shown.joined(separator: ","))]")
        if let hint { fields.append("\"hint\":\(JSONText.quoted(hint))") }
        if let suggestion {
            let place = Self.place(suggestion.span, sources)
            fields.append(
                "\"suggestion\":{\(place),\"replacement\":\(JSONText.quoted(suggestion.replacement))}")
        }
        if !notes.isEmpty { fields.append("\"notes\":[\(notes.map(JSONText.quoted).joined(separator: ","))]") }
        if !trace.isEmpty {
            let frames = trace.map { frame in
                let function = frame.function.map(JSONText.quoted) ?? "null"
                return "{\"function\":\(function),\(Self.place(frame.span, sources))}"
            }
            fields.append("\"trace\":[\(frames.joined(separator: ","))]")
        }
        return "{\(fields.joined(separator: ","))}"
    }

    private static func place(_ span: Span, _ sources: SourceMap) -> String {
        guard let file = sources[span.file] else { return "\"file\":null" }
        let (start, end) = (file.position(at: span.start), file.position(at: span.end))
        return "\"file\":\(JSONText.quoted(file.name)),\"line\":\(start.line),\"column\":\(start.column),"
            + "\"endLine\":\(end.line),\"endColumn\":\(end.column),\"offset\":\(span.start),\"length\":\(span.length)"
    }
}

/// Strings as JSON writes them.
enum JSONText {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
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
