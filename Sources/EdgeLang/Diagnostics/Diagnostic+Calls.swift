/// What the resolver has to say of calls and values: `E0203` to `E0210`, `E0218`.
extension Diagnostic {
    static func unknownLabel(_ label: FieldName, of signature: Signature) -> Diagnostic {
        let names = signature.parameters.filter { !$0.isVariadic }.map(\.name)
        let guess =
            Spelling.closest(to: label.name, among: names)
            ?? names.first { label.name.count > 1 && ($0.hasPrefix(label.name) || label.name.hasPrefix($0)) }
        return Diagnostic(
            code: "E0203", "`\(signature.name)` has no parameter `\(label.name)`",
            labels: [Label(label.span, guess.map { "did you mean `\($0)`?" } ?? "")],
            suggestion: guess.map { Suggestion(span: label.span, replacement: $0) },
            notes: [signature.parameterNote])
    }

    static func missingArgument(_ parameter: ParameterSignature, _ span: Span, _ signature: Signature) -> Diagnostic {
        Diagnostic(
            code: "E0204", "`\(signature.name)` needs the argument `\(parameter.name)`",
            labels: [Label(span, "called without it")],
            hint: parameter.isLabelOnly ? "give it by its label: `\(parameter.name): …`" : nil,
            notes: [signature.parameterNote])
    }

    static func tooManyArguments(_ span: Span, given: Int, _ signature: Signature) -> Diagnostic {
        let positional = signature.parameters.filter { !$0.isLabelOnly }.count
        let labelled = signature.parameters.filter(\.isLabelOnly).map { "`\($0.name):`" }
        let accepted =
            switch positional {
            case 0: "no arguments"
            case 1: "one argument"
            default: "\(positional) arguments"
            }
        return Diagnostic(
            code: "E0205",
            "`\(signature.name)` takes \(accepted)\(labelled.isEmpty ? "" : " without a label"), not \(given)",
            labels: [Label(span, "too many")],
            hint: labelled.isEmpty ? nil : "these are given by label: \(labelled.joined(separator: ", "))",
            notes: [signature.parameterNote])
    }

    static func givenTwice(_ name: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            code: "E0206", "the argument `\(name)` is given twice",
            labels: [Label(span, "given again"), Label(first, "given first")])
    }

    static func wrongType(
        _ value: StaticValue, _ span: Span, _ parameter: ParameterSignature, _ signature: Signature
    ) -> Diagnostic {
        var hint: String?
        if value.dimension == Dimension.none, parameter.types.contains(.quantity(.time)) {
            hint = "give it a unit: `5s`, `200ms`"
        } else if value.dimension == Dimension.none, parameter.types.contains(.quantity(.size)) {
            hint = "give it a unit: `64KiB`, `1MB`"
        }
        return Diagnostic(
            code: "E0207", "`\(parameter.name)` of `\(signature.name)` must be of type \(parameter.types.description)",
            labels: [Label(span, value.description.map { "this is \($0)" } ?? "")], hint: hint)
    }

    static func annotationMismatch(_ value: StaticValue, _ span: Span, accepted: [ValueType]) -> Diagnostic {
        Diagnostic(
            code: "E0207", "the value must be of type \(accepted.description)",
            labels: [Label(span, value.description.map { "this is \($0)" } ?? "")])
    }

    static func outOfRange(
        _ span: Span, _ parameter: ParameterSignature, _ range: ClosedRange<Double>, _ signature: Signature
    ) -> Diagnostic {
        Diagnostic(
            code: "E0208",
            "`\(parameter.name)` of `\(signature.name)` must be \(range.phrase(dimension: parameter.dimension))",
            labels: [Label(span, "out of range")])
    }

    static func unknownChoice(
        _ text: String, _ span: Span, _ parameter: ParameterSignature, _ signature: Signature
    ) -> Diagnostic {
        let guess = Spelling.closest(to: text, among: parameter.choices)
        return Diagnostic(
            code: "E0209", "`\(parameter.name)` of `\(signature.name)` cannot be \"\(text)\"",
            labels: [Label(span, guess.map { "did you mean \"\($0)\"?" } ?? "")],
            suggestion: guess.map { Suggestion(span: span, replacement: "\"\($0)\"") },
            notes: ["possible: \(parameter.choices.map { "\"\($0)\"" }.joined(separator: ", "))"])
    }

    static func dimensionsDiffer(
        operation: String, _ span: Span, _ left: (Dimension, Span?), _ right: (Dimension, Span?)
    ) -> Diagnostic {
        let places = [left, right].compactMap { side in side.1.map { Label($0, "this is a \(side.0.name)") } }
        let isNumber = left.0.isNone || right.0.isNone
        return Diagnostic(
            code: "E0210", "\(operation) cannot join a \(left.0.name) and a \(right.0.name)",
            labels: operation.hasPrefix("`") ? [Label(span)] + places : places,
            hint: isNumber
                ? "give the number a unit" : "quantities can be added and compared only with their own kind")
    }

    static func notCallable(_ what: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0218", "\(what) cannot be called", labels: [Label(span, "this is no function")])
    }
}

extension Signature {
    /// `parameters: model, bits (2...8 or "mixed"), calibrate`.
    var parameterNote: String {
        if parameters.isEmpty { return "it has no parameters" }
        return "parameters: \(parameters.map(\.summary).joined(separator: ", "))"
    }
}

extension ParameterSignature {
    fileprivate var summary: String {
        var accepted: [String] = []
        if let range { accepted.append(range.notation(dimension: dimension)) }
        accepted += choices.map { "\"\($0)\"" }
        let text = accepted.isEmpty ? name : "\(name) (\(accepted.joined(separator: " or ")))"
        return isVariadic ? "\(text)…" : text
    }

    /// The dimension of the quantities it accepts.
    fileprivate var dimension: Dimension {
        for case .quantity(let dimension) in types { return dimension }
        return .none
    }
}

extension [ValueType] {
    /// `int or string`.
    var description: String {
        var names: [String] = []
        for type in self where type != .elements && !names.contains(type.name) { names.append(type.name) }
        guard let last = names.last, names.count > 1 else { return names.first ?? "anything" }
        return "\(names.dropLast().joined(separator: ", ")) or \(last)"
    }
}

extension ClosedRange<Double> {
    /// `2...8`, `0...`.
    fileprivate func notation(dimension: Dimension) -> String {
        let low = lowerBound.isFinite ? lowerBound.shortest(dimension) : ""
        let high = upperBound.isFinite ? upperBound.shortest(dimension) : ""
        return "\(low)...\(high)"
    }

    /// `from 2 to 8`, `at least 0`.
    fileprivate func phrase(dimension: Dimension) -> String {
        let (low, high) = (lowerBound.shortest(dimension), upperBound.shortest(dimension))
        switch (lowerBound.isFinite, upperBound.isFinite) {
        case (true, true): return "from \(low) to \(high)"
        case (true, false): return "at least \(low)"
        case (false, true): return "at most \(high)"
        case (false, false): return "a number"
        }
    }
}

extension Double {
    /// Whole numbers without a fraction, quantities in their base unit.
    fileprivate func shortest(_ dimension: Dimension) -> String {
        let number = self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
        let unit: String =
            switch dimension {
            case .time: "s"
            case .size: "B"
            case .energy: "J"
            case .power: "W"
            case .frequency: "Hz"
            case .rate: "B/s"
            default: ""
            }
        return number + unit
    }
}
