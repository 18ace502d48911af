import EdgeTensors

/// `RegexFullMatch` and ONNX Runtime's `Tokenizer`.
enum PatternSteps {
    private static func pattern(_ text: String, _ context: LoweringContext) throws(ModelError) -> Pattern {
        do throws(PatternError) { return try Pattern(text) } catch {
            throw context.fail("the pattern `\(text.prefix(80))` cannot be used: \(error.problem)")
        }
    }

    /// `RegexFullMatch`: whether each text is what a pattern describes.
    static func fullMatch(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0, of: .text)
        guard let given = context.node.string("pattern") else { throw context.fail("its pattern is missing") }
        let pattern = try pattern(given, context)
        let result = try context.result(.bool, operand.shape)
        let texts = context.texts
        let count = result.count
        return Lowered([result]) { memory throws(ModelError) in
            for (position, text) in texts.texts(memory.inputs[0], count: count).enumerated() {
                memory.output(0, as: Bool.self)[position] = pattern.matchesWhole(Array(text.unicodeScalars))
            }
        }
    }

    /// `Tokenizer`: what a pattern finds in each text, or what stands between separators (an empty one stands between all letters), on a new
    /// last axis, filled up.
    static func tokenizer(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let node = context.node
        let operand = try context.operand(0, of: .text)
        guard let constant = operand.constant else { throw .dependsOnData(node) }
        let least = max(node.int("mincharnum") ?? 1, 1)
        let isMarked = node.int("mark") == 1
        var separators: [String] = []
        if case .strings(let given)? = node.attributes["separators"] { separators = given }
        let split: ([Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>]
        if let expression = node.string("tokenexp"), !expression.isEmpty {
            let pattern = try pattern(expression, context)
            split = { text in found(by: pattern, in: text).map { text[$0] }.filter { $0.count >= least } }
        } else if separators == [""] {
            split = { text in text.indices.map { text[$0...$0] } }
        } else {
            guard !separators.isEmpty else { throw context.fail("it has neither separators nor a pattern of tokens") }
            let pattern = try pattern(separators.map { "(?:\($0))" }.joined(separator: "|"), context)
            split = { text in
                var parts: [ArraySlice<Unicode.Scalar>] = []
                var start = 0
                for range in found(by: pattern, in: text) {
                    parts.append(text[start..<range.lowerBound])
                    start = range.upperBound
                }
                parts.append(text[start...])
                return parts.filter { $0.count >= least }
            }
        }
        var rows: [[UInt32]] = []
        for text in context.texts.texts(constant.storage.base, count: constant.count) {
            var row: [UInt32] = isMarked ? [try context.texts.number(of: "\u{2}")] : []
            for part in split(Array(text.unicodeScalars)) {
                var token = String.UnicodeScalarView()
                token.append(contentsOf: part)
                row.append(try context.texts.number(of: String(token)))
            }
            if isMarked { row.append(try context.texts.number(of: "\u{3}")) }
            rows.append(row)
        }
        let width = rows.map(\.count).max() ?? 0
        let padding = try context.texts.number(of: node.string("pad_value") ?? "#")
        let result = try context.result(.text, operand.shape + [width])
        let numbers = rows.flatMap { $0 + [UInt32](repeating: padding, count: width - $0.count) }
        return .known([
            try context.wrap { try Tensor(textNumbers: numbers, of: TextTable(), shape: result.shape) }
        ])
    }

    /// Where a pattern is found, one behind the other; matches of nothing are left out.
    private static func found(by pattern: Pattern, in text: [Unicode.Scalar]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var position = 0
        while position < text.count, let range = pattern.firstMatch(in: text, from: position) {
            if !range.isEmpty { ranges.append(range) }
            position = max(range.upperBound, position + 1)
            if range.isEmpty { position = max(position, range.lowerBound + 1) }
        }
        return ranges
    }
}
