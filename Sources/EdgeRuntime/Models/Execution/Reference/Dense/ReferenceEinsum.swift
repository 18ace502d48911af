import EdgeTensors

/// `Einsum`: sums of products over named axes, as the equation says: `bij,bjk->bik`.
struct ReferenceEinsum {
    /// The name of each axis of each operand; axes of an ellipsis are numbered from its end.
    private var operands: [[String]] = []
    private var result: [String] = []
    private var extents: [String: Int] = [:]

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let equation = try ReferenceEinsum(context)
        let first = try context.operand(0)
        let shape = equation.result.map { equation.extents[$0] ?? 1 }
        let type = try context.result(first.dtype, shape)
        let summed = equation.extents.keys.filter { !equation.result.contains($0) }.sorted()
        let inner = summed.map { equation.extents[$0] ?? 1 }
        guard let terms = Tensor.elementCount(of: shape + inner), terms <= 1 << 40 else {
            throw context.fail("it sums more terms than can be computed")
        }
        let names = equation.result + summed
        var strides: [[Int]] = []
        for (position, labels) in equation.operands.enumerated() {
            let shape = try context.operand(position).shape
            let own = Tensor.contiguousStrides(of: shape)
            strides.append(
                names.map { name in
                    labels.indices.reduce(0) { $0 + (labels[$1] == name && shape[$1] != 1 ? own[$1] : 0) }
                })
        }
        let whole = shape + inner
        let innerCount = inner.reduce(1, *)
        let steps = strides
        return try .real(context, [type]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: type.count)
            guard innerCount > 0 else { return [output] }
            var counter = IndexCounter(whole)
            for position in output.indices {
                var sum = 0.0
                for _ in 0..<innerCount {
                    var product = 1.0
                    for (operand, strides) in steps.enumerated() { product *= values[operand][counter.offset(strides)] }
                    sum += product
                    counter.advance()
                }
                output[position] = sum
            }
            return [output]
        }
    }

    private init(_ context: LoweringContext) throws(ModelError) {
        let text = (context.node.string("equation") ?? "").filter { $0 != " " }
        let sides = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
        guard terms.count == context.operands.count, sides.count == 1 || sides[1].first == ">" else {
            throw context.fail("the equation `\(text)` does not fit \(context.operands.count) operands")
        }
        var order: [String] = []
        var counts: [String: Int] = [:]
        var widest = 0
        for (position, term) in terms.enumerated() {
            let shape = try context.operand(position).shape
            let labels = try Self.labels(term, rank: shape.count, context)
            for (label, extent) in zip(labels, shape) {
                if counts[label] == nil { order.append(label) }
                counts[label, default: 0] += 1
                if label.first == "." { widest = max(widest, Int(label.dropFirst()) ?? 0) }
                let known = extents[label] ?? 1
                guard known == extent || known == 1 || (extent == 1) else {
                    throw context.fail("axis `\(label)` has the extents \(known) and \(extent)")
                }
                extents[label] = known == 1 ? extent : known
            }
            operands.append(labels)
        }
        let ellipsis = stride(from: widest, to: 0, by: -1).map { ".\($0)" }
        if sides.count == 2 {
            result = try Self.labels(sides[1].dropFirst(), ellipsis: ellipsis, context)
        } else {
            // Without an arrow: the axes of the ellipsis, then those named once, in alphabetical order.
            result = ellipsis + order.filter { $0.first != "." && counts[$0] == 1 }.sorted()
        }
        guard Set(result).count == result.count, result.allSatisfy({ extents[$0] != nil }) else {
            throw context.fail("the result of `\(text)` names axes that are not there")
        }
    }

    private static func labels(_ term: Substring, rank: Int, _ context: LoweringContext) throws(ModelError) -> [String]
    {
        let named = term.filter { $0 != "." }.count
        let open = term.contains(".") ? rank - named : 0
        guard named + open == rank, open >= 0 else { throw context.fail("`\(term)` does not name \(rank) axes") }
        return try labels(term, ellipsis: stride(from: open, to: 0, by: -1).map { ".\($0)" }, context)
    }

    private static func labels(
        _ term: Substring, ellipsis: [String], _ context: LoweringContext
    ) throws(ModelError) -> [String] {
        var result: [String] = []
        var rest = term
        while let next = rest.first {
            if next == "." {
                guard rest.hasPrefix("...") else { throw context.fail("`\(term)` holds a single point") }
                rest = rest.dropFirst(3)
                result += ellipsis
                continue
            }
            guard next.isASCII, next.isLetter else { throw context.fail("`\(next)` names no axis") }
            result.append(String(next))
            rest = rest.dropFirst()
        }
        return result
    }
}
