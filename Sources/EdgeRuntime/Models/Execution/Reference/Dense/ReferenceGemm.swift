import EdgeTensors

/// `Gemm`: `alpha * a * b + beta * c` on floats; quantized weights (`b` with `transB`) are unpacked one row at a time.
enum ReferenceGemm {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let a = try context.floatOperand(0)
        let b = try WeightRows(context, 1)
        let transposesA = (context.node.int("transA") ?? 0) != 0
        let transposesB = (context.node.int("transB") ?? 0) != 0
        guard a.shape.count >= 2, !transposesA || a.shape.count == 2, b.shape.count == 2 else {
            throw context.fail("shapes \(a.shape) and \(b.shape) are no matrices")
        }
        let depth = transposesA ? a.shape[0] : a.shape[a.shape.count - 1]
        let leading = transposesA ? [a.shape[1]] : Array(a.shape.dropLast())
        let rows = leading.reduce(1, *)
        let columns = transposesB ? b.shape[0] : b.shape[1]
        guard depth == (transposesB ? b.shape[1] : b.shape[0]) else {
            throw context.fail("shapes \(a.shape) and \(b.shape) cannot be multiplied")
        }
        let result = try context.result(.f32, leading + [columns])
        let alpha = context.node.float("alpha") ?? 1
        let beta = context.node.float("beta") ?? 1
        var addend: Broadcasting?
        if let c = context.optional(2) {
            guard c.dtype == .f32 else { throw context.unsupported(c.dtype) }
            guard let broadcasting = Broadcasting([c.shape, [rows, columns]]), broadcasting.shape == [rows, columns]
            else {
                throw context.fail("an addend of shape \(c.shape) does not fit a result of \([rows, columns])")
            }
            addend = broadcasting
        }
        let (stepA, rowA) = transposesA ? (rows, 1) : (1, depth)
        return Lowered([result], scratch: [b.rowLength * 4]) { memory throws(ModelError) in
            let target = memory.output(0, as: Float.self)
            let source = memory.input(0, as: Float.self)
            if transposesB {
                for column in 0..<columns {
                    let weights = b.row(column, of: memory.inputs[1], scratch: memory.scratch(0))
                    for row in 0..<rows {
                        let start = source + row * rowA
                        var sum: Float = 0
                        if stepA == 1 {
                            sum = DotProduct.of(start, weights, count: depth)
                        } else {
                            for step in 0..<depth { sum += start[step * stepA] * weights[step] }
                        }
                        target[row * columns + column] = alpha * sum
                    }
                }
            } else {
                for position in 0..<rows * columns { target[position] = 0 }
                for step in 0..<depth {
                    let weights = b.row(step, of: memory.inputs[1], scratch: memory.scratch(0))
                    for row in 0..<rows {
                        let factor = alpha * source[row * rowA + step * stepA]
                        let out = target + row * columns
                        for column in 0..<columns { out[column] += factor * weights[column] }
                    }
                }
            }
            guard let addend else { return }
            let c = memory.input(2, as: Float.self)
            addend.forEachRow { start, count, positions, steps in
                for column in 0..<count { target[start + column] += beta * c[positions[0] + column * steps[0]] }
            }
        }
    }
}
