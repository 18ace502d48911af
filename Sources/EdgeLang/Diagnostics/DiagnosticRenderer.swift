/// Shows diagnostics to people:
///
///     error[E0203]: `quantize` has no parameter `bit`
///       ┌─ pipeline.edge:7:34
///     7 │ let q = base |> quantize(bit: 4)
///       │                          ^^^ did you mean `bits`?
///       = parameters: model, bits (2...8 or "mixed"), calibrate
public struct DiagnosticRenderer: Sendable {
    let sources: SourceMap
    /// Whether to use colour; whether that is wanted is for the caller to know.
    let usesColor: Bool

    public init(sources: SourceMap, usesColor: Bool = false) {
        self.sources = sources
        self.usesColor = usesColor
    }

    /// The diagnostics, one after the other with an empty line between them; ends with a newline unless there are none.
    public func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { render($0) }.joined(separator: "\n")
    }

    /// The diagnostic as lines of text, each with its newline.
    public func render(_ diagnostic: Diagnostic) -> String {
        let main = style(for: diagnostic.severity)
        var lines = [
            paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue.withoutControls)]", main)
                + paint(": \(diagnostic.message.withoutControls)", .bold)
        ]
        let excerpts = SourceExcerpt.excerpts(of: diagnostic, in: sources)
        let gutter = excerpts.map(\.gutterWidth).max() ?? 1
        let margin = String(repeating: " ", count: gutter)
        for excerpt in excerpts {
            lines.append("\(margin) \(paint("┌─", .frame)) \(excerpt.position)")
            for row in excerpt.rows { lines.append(render(row, gutter: gutter, main)) }
        }
        if let hint = diagnostic.hint {
            lines.append("\(margin) \(paint("=", .frame)) \(paint("hint:", .bold)) \(hint.withoutControls)")
        }
        for note in diagnostic.notes { lines.append("\(margin) \(paint("=", .frame)) \(note.withoutControls)") }
        lines += traceback(diagnostic, margin: margin)
        return lines.joined(separator: "\n") + "\n"
    }

    private func render(_ row: SourceExcerpt.Row, gutter: Int, _ main: Style) -> String {
        switch row {
        case .source(let number, let text):
            let padded = String(repeating: " ", count: max(0, gutter - number.count)) + number
            let line = "\(paint("\(padded) │", .frame)) \(text)"
            return text.isEmpty ? String(line.dropLast()) : line
        case .gap:
            return paint("\(String(repeating: " ", count: gutter)) ·", .frame)
        case .underline(let column, let width, let isMain, let text):
            let marks = String(repeating: isMain ? "^" : "-", count: max(1, width))
            let label = text.isEmpty ? marks : "\(marks) \(text.withoutControls)"
            let margin = paint("\(String(repeating: " ", count: gutter)) │", .frame)
            return "\(margin) \(String(repeating: " ", count: column))\(paint(label, isMain ? main : .secondary))"
        }
    }

    // MARK: Traceback

    /// How many calls at either end of a long traceback are shown.
    private static let shownCalls = 8

    private func traceback(_ diagnostic: Diagnostic, margin: String) -> [String] {
        // An error at the top level happened where its label is: that needs no traceback.
        guard diagnostic.trace.count > 1 || diagnostic.trace.first?.function != nil else { return [] }
        var calls: [(text: String, count: Int)] = []
        for frame in diagnostic.trace {
            let text = text(of: frame)
            if calls.last?.text == text { calls[calls.count - 1].count += 1 } else { calls.append((text, 1)) }
        }
        var lines = calls.map { call in
            "\(margin) \(paint(call.text, .frame))\(call.count > 1 ? " (\(call.count) times)" : "")"
        }
        let hidden = lines.count - 2 * Self.shownCalls
        if hidden > 1 {
            lines.replaceSubrange(
                Self.shownCalls..<(lines.count - Self.shownCalls),
                with: ["\(margin) \(paint("… \(hidden) further calls", .frame))"])
        }
        return lines
    }

    private func text(of frame: Diagnostic.TraceFrame) -> String {
        guard let function = frame.function?.withoutControls else { return "at \(place(of: frame.span))" }
        // A frame without a place stands for calls that were left out, and says so itself.
        return sources[frame.span.file] == nil ? function : "in `\(function)` at \(place(of: frame.span))"
    }

    /// `pipeline.edge:7:34`
    private func place(of span: Span) -> String {
        guard let file = sources[span.file] else { return "an unknown place" }
        let position = file.position(at: span.start)
        return "\(file.name.withoutControls):\(position.line):\(position.column)"
    }

    // MARK: Colour

    enum Style: String {
        case error = "\u{1B}[1;31m"
        case warning = "\u{1B}[1;33m"
        case note = "\u{1B}[1;36m"
        case bold = "\u{1B}[1m"
        case frame = "\u{1B}[34m"
        case secondary = "\u{1B}[36m"
    }

    private func style(for severity: Diagnostic.Severity) -> Style {
        switch severity {
        case .error: .error
        case .warning: .warning
        case .note: .note
        }
    }

    private func paint(_ text: String, _ style: Style) -> String {
        usesColor ? "\(style.rawValue)\(text)\u{1B}[0m" : text
    }
}
