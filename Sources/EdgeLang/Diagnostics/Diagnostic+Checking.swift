/// What the checker has to say of types: `E0207`, `E0218`, `E0260` to `E0264`.
extension Diagnostic {
    /// The place of a value and what it is, and where that comes from if it is another place.
    private static func labels(_ type: StaticType, _ span: Span) -> [Label] {
        let place = Label(span, "this is \(type.description)")
        guard let origin = type.origin, origin.span != span, origin.span != .none else { return [place] }
        return [place, Label(origin.span, origin.text)]
    }

    static func wrongFlow(
        _ type: StaticType, _ span: Span, _ parameter: ParameterSignature, _ signature: Signature
    ) -> Diagnostic {
        let isPlainNumber = type.alternatives?.allSatisfy(\.isNumber) == true
        var hint: String?
        if isPlainNumber, parameter.types.contains(.quantity(.time)) { hint = "multiply it by a unit: `n * 1s`" }
        if isPlainNumber, parameter.types.contains(.quantity(.size)) { hint = "multiply it by a unit: `n * 1KiB`" }
        return Diagnostic(
            code: "E0207",
            "`\(parameter.name)` of `\(signature.name)` must be of type \(parameter.types.description), not \(type.name ?? "this")",
            labels: labels(type, span), hint: hint)
    }

    static func flowAnnotationMismatch(_ type: StaticType, _ span: Span, accepted: [ValueType]) -> Diagnostic {
        Diagnostic(
            code: "E0207", "the value must be of type \(accepted.description), not \(type.name ?? "this")",
            labels: labels(type, span))
    }

    static func resultMismatch(_ type: StaticType, _ span: Span, accepted: [ValueType]) -> Diagnostic {
        Diagnostic(
            code: "E0207", "the function must give a value of type \(accepted.description), not \(type.name ?? "this")",
            labels: labels(type, span))
    }

    static func calleeNotFunction(_ type: StaticType, _ span: Span, hiding name: String?) -> Diagnostic {
        Diagnostic(
            code: "E0218", "\(type.description) cannot be called", labels: labels(type, span),
            hint: name.map { "a variable of this program hides the built-in function `\($0)`: give it another name" })
    }

    // MARK: Operators

    static func operandTypes(
        _ symbol: BinaryOperator, _ span: Span, _ left: (StaticType, Span), _ right: (StaticType, Span)
    ) -> Diagnostic {
        let sides = [left.0, right.0]
        func any(_ test: (StaticType.Alternative) -> Bool) -> Bool {
            sides.contains { $0.alternatives?.contains(where: test) == true }
        }
        var hint: String?
        if symbol == .add, any({ $0 == .string }) {
            hint = "write `\"…\\(value)…\"` to put a value into a text"
        } else if symbol == .add, any({ if case .record = $0 { true } else { false } }) {
            hint = "write `{...a, ...b}` to join records"
        } else if symbol == .multiply, any({ $0 == .string || StaticType($0).plain == .list }) {
            hint = "use `repeat`"
        }
        return Diagnostic(
            code: "E0260",
            "`\(symbol.rawValue)` is not defined for \(left.0.description) and \(right.0.description)",
            labels: [Label(span)] + labels(left.0, left.1) + labels(right.0, right.1), hint: hint)
    }

    static func noOperator(_ symbol: String, _ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(code: "E0260", "`\(symbol)` is not defined for \(type.description)", labels: labels(type, span))
    }

    static func rangeEnd(_ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(code: "E0260", "the ends of a range must be ints", labels: labels(type, span))
    }

    static func sliceEnd(_ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(code: "E0260", "the ends of a slice must be ints", labels: labels(type, span))
    }

    // MARK: Parts

    static func notIterable(_ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0261", "`for` cannot go through \(type.description)", labels: labels(type, span),
            hint: type == .int ? "for numbers from 0, write `0..n`" : nil)
    }

    static func noField(_ name: FieldName, _ type: StaticType, function: Bool) -> Diagnostic {
        var fields: [String] = []
        for case .record(let known?) in type.alternatives ?? [] { fields += known.map(\.name) }
        let guess = Spelling.closest(to: name.name, among: fields)
        var labels = [Label(name.span, guess.map { "did you mean `\($0)`?" } ?? "there is no such field")]
        if let origin = type.origin { labels.append(Label(origin.span, origin.text)) }
        let isFunction = function && guess == nil
        return Diagnostic(
            code: "E0262", "\(type.description) has no field `\(name.name)`", labels: labels,
            hint: isFunction ? "functions are called as `value |> \(name.name)`" : nil,
            suggestion: guess.map { Suggestion(span: name.span, replacement: $0) },
            notes: fields.isEmpty ? [] : ["fields: \(fields.prefix(12).joined(separator: ", "))"])
    }

    static func notIndexable(_ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(code: "E0263", "\(type.description) has no elements", labels: labels(type, span))
    }

    static func wrongIndex(_ type: StaticType, _ span: Span, of container: StaticType) -> Diagnostic {
        let isRecord = container.plain == .record
        return Diagnostic(
            code: "E0263", "\(container.description) has no elements at \(type.description)",
            labels: labels(type, span),
            hint: isRecord ? "keys of records are strings" : "an index is an int, or a range: `xs[0]`, `xs[1..3]`")
    }

    static func conditionNotBool(_ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0264", "a condition must be true or false, not \(type.description)", labels: labels(type, span),
            hint: "compare it with something, as in `x != 0`, `len(xs) > 0` or `x != null`")
    }
}

/// Warnings of the checker: `W0270` to `W0275`.
extension Diagnostic {
    static func unused(_ info: BindingInfo) -> Diagnostic {
        let what: String =
            switch info.kind {
            case .function: "the function"
            case .module: "the module"
            case .let, .var, .parameter, .loop, .pattern, .error: "the value of"
            }
        return Diagnostic(
            .warning, code: "W0270", "\(what) `\(info.name)` is never used", labels: [Label(info.span)],
            hint: info.kind == .module
                ? "take the import away" : "take it away, or call it `_\(info.name)` to keep it all the same")
    }

    static func unreachable(_ span: Span, behind: Span) -> Diagnostic {
        Diagnostic(
            .warning, code: "W0271", "this can never run",
            labels: [Label(span), Label(behind, "nothing goes on behind this")])
    }

    static func hidesPrimitive(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .warning, code: "W0272", "`\(name)` hides the built-in function of that name", labels: [Label(span)],
            hint: "give it another name, so that `\(name)(…)` can still be called")
    }

    static func unreachableArm(_ span: Span, after earlier: Span) -> Diagnostic {
        Diagnostic(
            .warning, code: "W0273", "this arm is never reached",
            labels: [Label(span), Label(earlier, "this fits already")])
    }

    static func constantCondition(_ value: Bool, _ span: Span) -> Diagnostic {
        Diagnostic(
            .warning, code: "W0274", "this condition is always \(value)", labels: [Label(span)],
            hint: "the branch it leads to \(value ? "always runs" : "never runs")")
    }

    static func neverNull(_ type: StaticType, _ span: Span) -> Diagnostic {
        Diagnostic(
            .warning, code: "W0275", "the value behind `??` is never taken",
            labels: labels(type, span), hint: "`??` takes its right side where the left one is `null`")
    }
}
