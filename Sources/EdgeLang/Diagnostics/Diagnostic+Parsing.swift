/// What the parser has to say: `E0120` to `E0149`.
extension Diagnostic {
    static func unexpected(_ found: String, _ span: Span, expected: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(
            code: "E0120", "expected \(expected), found \(found)", labels: [Label(span, "expected \(expected)")],
            hint: hint)
    }

    static func neverClosed(_ bracket: TokenKind, _ opening: Span, missingAt end: Span) -> Diagnostic {
        let closing = bracket.closing?.rawValue ?? "its counterpart"
        return Diagnostic(
            code: "E0121", "\(bracket.rawValue) is never closed",
            labels: [Label(opening, "opened here"), Label(end, "\(closing) expected here at the latest")])
    }

    static func neverOpened(_ bracket: TokenKind, _ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0122", "\(bracket.rawValue) closes nothing",
            labels: [Label(span, "no \(bracket.opening?.rawValue ?? "bracket") is open here")])
    }

    static func notSeparated(_ found: String, _ span: Span, hint: String? = nil) -> Diagnostic {
        Diagnostic(
            code: "E0123", "expected the end of the statement, found \(found)",
            labels: [Label(span, "does not belong to what stands before it")],
            hint: hint ?? "put it on a line of its own, or a `;` before it")
    }

    /// `a < b < c`.
    static func chainedComparison(_ span: Span, second: Span, left: String, middle: String, right: String) -> Diagnostic
    {
        let mended = "\(left) and \(middle) \(right)"
        return Diagnostic(
            code: "E0124", "comparisons do not chain", labels: [Label(second, "a second comparison")],
            hint: "write `\(mended)`", suggestion: Suggestion(span: span, replacement: mended))
    }

    static func pipeIntoValue(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0125", "`|>` needs a function to pipe into", labels: [Label(span, "this is no call")],
            hint: "write `value |> function(other, arguments)`, or use `_` where the value belongs")
    }

    static func nestedTooDeeply(_ span: Span, limit: Int) -> Diagnostic {
        Diagnostic(
            code: "E0126", "the program is nested too deeply", labels: [Label(span, "more than \(limit) levels here")],
            hint: "name a part of it with `let` and use the name")
    }

    static func notAssignable(_ span: Span, hint: String) -> Diagnostic {
        Diagnostic(code: "E0127", "this cannot be assigned to", labels: [Label(span)], hint: hint)
    }

    static func placeholderOutsidePipe(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0128", "`_` has no value here", labels: [Label(span)],
            hint:
                "behind `|>` it stands for the piped value, in patterns for anything, at the prompt for the last result"
        )
    }

    static func patternNotAllowed(_ span: Span, _ reason: String) -> Diagnostic {
        Diagnostic(
            code: "E0129", "this pattern cannot stand here", labels: [Label(span)], hint: reason)
    }

    static func positionalAfterLabel(_ span: Span, label: Span) -> Diagnostic {
        Diagnostic(
            code: "E0130", "argument without a label behind one with a label",
            labels: [Label(span), Label(label, "labels begin here")],
            hint: "put the arguments without labels first, or give this one its label")
    }

    static func parameterOrder(_ message: String, _ span: Span, hint: String) -> Diagnostic {
        Diagnostic(code: "E0131", message, labels: [Label(span)], hint: hint)
    }

    /// `&&`, `||`, `===`, `++`, `?.`: operators of other languages.
    static func foreignOperator(_ text: String, _ span: Span) -> Diagnostic {
        let meaning: (String, String?) =
            switch text {
            case "&&": ("write `and`", "and")
            case "||": ("write `or`", "or")
            case "===": ("write `==`: it never converts its operands", "==")
            case "!==": ("write `!=`: it never converts its operands", "!=")
            case "++", "--": ("write `i \(text.prefix(1))= 1`", nil)
            case "?.": ("use `match`, or give a default with `??`", nil)
            case "//": ("comments begin with `#`; `//` divides and rounds down", nil)
            default: ("write it with the operators of the language", nil)
            }
        return Diagnostic(
            code: "E0132", "`\(text)` is not an operator here", labels: [Label(span)], hint: meaning.0,
            suggestion: meaning.1.map { Suggestion(span: span, replacement: $0) })
    }

    static func tryWithoutCatch(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0133", "`try` without `catch`", labels: [Label(span)],
            hint: "write `try { … } catch e { … }`; an error that nobody catches ends the script by itself")
    }

    static func onlyAtTopLevel(_ what: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0134", "\(what) can only stand at the top level", labels: [Label(span)],
            hint: "move it out of the block")
    }

    static func nothingToPipe(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0135", "nothing stands before this `|>`", labels: [Label(span)],
            hint: "a line that begins with `|>` goes on with the line before it")
    }

    static func unusedImportName(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0136", "the module needs a name", labels: [Label(span, "this path is no name by itself")],
            hint: "write `import \"path\" as name`")
    }

    static func tooManyErrors(_ span: Span, limit: Int) -> Diagnostic {
        Diagnostic(
            .note, code: "E0137", "further errors are not shown",
            labels: [Label(span, "more than \(limit) errors so far")])
    }
}
