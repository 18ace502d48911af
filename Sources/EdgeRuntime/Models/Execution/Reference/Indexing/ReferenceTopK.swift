import EdgeTensors

/// `TopK`: the largest or smallest elements of each row along an axis, and where they stand; of equal ones the first.
enum ReferenceTopK {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.lowered(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: NumberKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: KernelNumber>(_: T.Type) throws(ModelError) -> Lowered {
            let axis = try context.axis(context.node.int("axis") ?? -1, of: data.shape)
            let given = try context.integers(1)
            let extent = data.shape[axis]
            guard given.count == 1, given[0] >= 0, given[0] <= extent else {
                throw context.fail("it asks for \(given) of \(extent) elements")
            }
            let count = given[0]
            var shape = data.shape
            shape[axis] = count
            let inner = data.shape[(axis + 1)...].reduce(1, *)
            let outer = data.shape[..<axis].reduce(1, *)
            let largest = context.node.int("largest") != 0
            let scratch = try context.scratchBytes(extent, width: MemoryLayout<Int>.stride)
            let results = [try context.result(data.dtype, shape), try context.result(.i64, shape)]
            return Lowered(results, scratch: [scratch]) { memory throws(ModelError) in
                var order = UnsafeMutableBufferPointer(start: memory.scratch(0, as: Int.self), count: extent)
                let source = memory.input(0, as: T.self)
                for row in 0..<outer {
                    for column in 0..<inner {
                        let start = source + row * extent * inner + column
                        for position in 0..<extent { order[position] = position }
                        ReferenceTopK.sort(&order) { a, b in
                            let (x, y) = (start[a * inner], start[b * inner])
                            // A number that is none stands before all others, as the largest.
                            if x.isNotANumber || y.isNotANumber {
                                return x.isNotANumber == y.isNotANumber ? a < b : x.isNotANumber == largest
                            }
                            return x == y ? a < b : (x > y) == largest
                        }
                        for position in 0..<count {
                            let place = (row * count + position) * inner + column
                            memory.output(0, as: T.self)[place] = start[order[position] * inner]
                            memory.output(1, as: Int64.self)[place] = Int64(order[position])
                        }
                    }
                }
            }
        }
    }

    /// One sort for all types: the comparison is the only part that knows them.
    @inline(never) private static func sort(
        _ order: inout UnsafeMutableBufferPointer<Int>, _ precedes: (Int, Int) -> Bool
    ) {
        order.sort(by: precedes)
    }
}
