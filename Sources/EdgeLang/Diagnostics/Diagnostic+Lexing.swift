/// What the lexer has to say: `E0101` to `E0119`.
extension Diagnostic {
    static func invalidUTF8(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0101", "the text is not UTF-8 here", labels: [Label(span, "these bytes encode no character")],
            hint: "save the file as UTF-8")
    }

    static func unexpectedCharacter(_ scalar: Unicode.Scalar, _ span: Span) -> Diagnostic {
        let shown = scalar.properties.generalCategory == .control || !scalar.properties.isGraphemeBase
        let name = shown ? "U+\(String(scalar.value, radix: 16, uppercase: true).leftPadded(to: 4))" : "`\(scalar)`"
        var hint: String?
        var suggestion: Suggestion?
        switch scalar {
        case "!":
            hint = "write `not`"
            suggestion = Suggestion(span: span, replacement: "not ")
        case "'", "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}":
            hint = "strings stand in straight double quotes: \"text\""
        case "@", "$", "`": hint = "\(name) has no meaning in a script"
        default: break
        }
        return Diagnostic(
            code: "E0102", "unexpected character \(name)", labels: [Label(span)], hint: hint, suggestion: suggestion)
    }

    static func unterminatedString(_ span: Span, isMultiline: Bool) -> Diagnostic {
        Diagnostic(
            code: "E0103", "this string is never closed", labels: [Label(span, "it begins here")],
            hint: isMultiline
                ? "close it with `\"\"\"`" : "close it with `\"` on the same line; longer texts stand in `\"\"\"`")
    }

    static func unknownEscape(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0104", "unknown escape in a string", labels: [Label(span)],
            hint:
                "escapes are \\n \\r \\t \\0 \\e \\\\ \\\" \\u{1F600} and \\(expression); a raw string r\"…\" has none")
    }

    static func malformedNumber(_ span: Span, _ rule: String) -> Diagnostic {
        Diagnostic(code: "E0105", "malformed number", labels: [Label(span)], hint: rule)
    }

    static func integerTooLarge(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0106", "this integer does not fit into 64 bits", labels: [Label(span)],
            hint: "the largest integer is 9223372036854775807; with a fraction (`1.0e20`) it is a float")
    }

    static func unknownUnit(_ name: String, _ span: Span) -> Diagnostic {
        let names = Unit.all.map(\.name)
        let sameLetters = names.filter { $0.lowercased() == name.lowercased() }
        let guess = sameLetters.first ?? Spelling.closest(to: name, among: names)
        return Diagnostic(
            code: "E0107", "there is no unit `\(name)`",
            labels: [Label(span, guess.map { "did you mean `\($0)`?" } ?? "")],
            hint: guess == nil ? "if this is to be a name: names do not begin with a digit" : nil,
            suggestion: guess.map { Suggestion(span: span, replacement: $0) },
            notes: ["units: \(names.joined(separator: " "))"])
    }

    static func numberTooLarge(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0108", "this number is too large for a float", labels: [Label(span)],
            hint: "the largest float is about 1.8e308")
    }

    static func malformedBytes(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0109", "malformed bytes", labels: [Label(span)],
            hint: "write pairs of hexadecimal digits, spaces between them as you like: hex\"0103 0000 000A\"")
    }

    static func misindentedText(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0110", "this line of the string is indented less than its closing quotes",
            labels: [Label(span)], hint: "the white space before the closing `\"\"\"` is taken off every line")
    }

    static func directionControl(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0111", "invisible character that reverses the direction of text", labels: [Label(span)],
            hint: "it makes a program read other than it runs; in a string write it as \\u{202E}")
    }

    static func textTooLong(file: FileID) -> Diagnostic {
        Diagnostic(
            code: "E0112", "the text is longer than 64 MiB", labels: [Label(Span(file: file, start: 0, end: 0))],
            hint: "keep data in data files and read them with the primitives for it")
    }
}

extension String {
    /// The text with zeros before it up to a length.
    func leftPadded(to length: Int) -> String {
        String(repeating: "0", count: Swift.max(0, length - count)) + self
    }
}
