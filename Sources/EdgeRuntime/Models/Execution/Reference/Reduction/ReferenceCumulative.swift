import EdgeTensors

/// `CumSum` and `CumProd`: sums and products of all elements up to each one along an axis.
enum ReferenceCumulative {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.lowered(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: NumberKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: KernelNumber>(_: T.Type) throws(ModelError) -> Lowered {
            let result = try context.result(data.dtype, data.shape)
            let given = try context.integers(1)
            guard given.count == 1 else { throw context.fail("its axis must be one number") }
            let axis = try context.axis(given[0], of: data.shape)
            let extent = data.shape[axis]
            let inner = data.shape[(axis + 1)...].reduce(1, *)
            let outer = data.shape[..<axis].reduce(1, *)
            let excludesOwn = context.node.int("exclusive") == 1
            let isReversed = context.node.int("reverse") == 1
            let isSum = context.node.op == .cumulativeSum
            return Lowered([result]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                for row in 0..<outer {
                    for column in 0..<inner {
                        var total = isSum ? T.zero : T.one
                        for step in 0..<extent {
                            let position = (row * extent + (isReversed ? extent - 1 - step : step)) * inner + column
                            let before = total
                            total = isSum ? T.sum(total, source[position]) : T.product(total, source[position])
                            target[position] = excludesOwn ? before : total
                        }
                    }
                }
            }
        }
    }
}
