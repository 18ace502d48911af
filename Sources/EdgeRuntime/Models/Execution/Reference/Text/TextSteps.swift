import EdgeTensors

/// `StringConcat`, `StringNormalizer` and `StringSplit`.
enum TextSteps {
    /// `StringConcat`: one text behind the other, with broadcasting.
    static func concat(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let first = try context.operand(0, of: .text)
        let second = try context.operand(1, of: .text)
        guard let broadcasting = Broadcasting([first.shape, second.shape]) else {
            throw context.fail("shapes \(first.shape) and \(second.shape) do not fit together")
        }
        let result = try context.result(.text, broadcasting.shape)
        let texts = context.texts
        return Lowered([result]) { memory throws(ModelError) in
            let left = memory.input(0, as: UInt32.self)
            let right = memory.input(1, as: UInt32.self)
            let target = memory.output(0, as: UInt32.self)
            var failure: ModelError?
            broadcasting.forEachRow { start, count, positions, steps in
                for column in 0..<count where failure == nil {
                    let a = texts.text(left[positions[0] + column * steps[0]])
                    let b = texts.text(right[positions[1] + column * steps[1]])
                    do throws(ModelError) { target[start + column] = try texts.number(of: a + b) } catch {
                        failure = error
                    }
                }
            }
            if let failure { throw failure }
        }
    }

    /// `StringNormalizer`: other case, and without words that are to be left out. How many remain is known when it runs.
    static func normalizer(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0, of: .text)
        guard operand.shape.count == 1 || (operand.shape.count == 2 && operand.shape[0] == 1) else {
            throw context.fail("it takes a list of texts, found the shape \(operand.shape)")
        }
        var stopped: Set<[UInt8]> = []
        let isSensitive = context.node.int("is_case_sensitive") == 1
        func key(_ text: String) -> [UInt8] { Array((isSensitive ? text : text.lowercased()).utf8) }
        if case .strings(let words)? = context.node.attributes["stopwords"] { stopped = Set(words.map(key)) }
        let action = context.node.string("case_change_action") ?? "NONE"
        guard ["NONE", "LOWER", "UPPER"].contains(action) else { throw context.fail("it knows no case `\(action)`") }
        func changed(_ text: String) -> String {
            action == "LOWER" ? text.lowercased() : action == "UPPER" ? text.uppercased() : text
        }
        let texts = context.texts
        guard !stopped.isEmpty else {
            let result = try context.result(.text, operand.shape)
            let count = result.count
            return Lowered([result]) { memory throws(ModelError) in
                let source = texts.texts(memory.inputs[0], count: count)
                for position in 0..<count {
                    memory.output(0, as: UInt32.self)[position] = try texts.number(of: changed(source[position]))
                }
            }
        }
        guard let constant = operand.constant else { throw .dependsOnData(context.node) }
        let kept = texts.texts(constant.storage.base, count: constant.count).filter { !stopped.contains(key($0)) }
        var numbers: [UInt32] = []
        for text in kept.isEmpty ? [""] : kept { numbers.append(try texts.number(of: changed(text))) }
        return try known(context, numbers, shape: operand.shape.dropLast() + [numbers.count])
    }

    /// `StringSplit`: the parts of each text on a new last axis, filled with empty texts, and how many there are.
    static func split(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0, of: .text)
        guard let constant = operand.constant else { throw .dependsOnData(context.node) }
        let delimiter = Array((context.node.string("delimiter") ?? "").utf8)
        let limit = context.node.int("maxsplit").map { $0 < 0 ? Int.max : $0 } ?? Int.max
        let parts = context.texts.texts(constant.storage.base, count: constant.count).map { text in
            delimiter.isEmpty
                ? TextSplitting.words(Array(text.utf8), limit: limit)
                : TextSplitting.parts(Array(text.utf8), by: delimiter, limit: limit)
        }
        let width = parts.map(\.count).max() ?? 0
        let result = try context.result(.text, operand.shape + [width])
        var numbers = [UInt32](repeating: 0, count: result.count)
        for (row, list) in parts.enumerated() {
            for (column, part) in list.enumerated() {
                numbers[row * width + column] = try context.texts.number(of: String(decoding: part, as: UTF8.self))
            }
        }
        let counts = parts.map { Int64($0.count) }
        let texts = try known(context, numbers, shape: result.shape)
        let lengths = try context.wrap { try Tensor(counts, shape: operand.shape) }
        return .known((texts.results ?? []) + [lengths])
    }

    /// Numbers of the session's texts as a result that is known.
    private static func known(_ context: LoweringContext, _ numbers: [UInt32], shape: [Int]) throws(ModelError)
        -> Lowered
    {
        .known([try context.wrap { try Tensor(textNumbers: numbers, of: TextTable(), shape: shape) }])
    }
}
