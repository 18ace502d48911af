import EdgeTensors

/// `ArgMax` and `ArgMin`: where the largest or the smallest element of an axis stands.
enum ReferenceArgMax {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        switch data.dtype {
        case .f32: return try find(context, data, Float.self)
        case .f64: return try find(context, data, Double.self)
        case .i64: return try find(context, data, Int64.self)
        case .i32: return try find(context, data, Int32.self)
        case .i8: return try find(context, data, Int8.self)
        case .u64: return try find(context, data, UInt64.self)
        case .u8: return try find(context, data, UInt8.self)
        case .f16, .bf16, .narrow, .i16, .u32, .u16, .bool, .i4, .u4, .i2, .u2, .text:
            throw context.unsupported(data.dtype)
        }
    }

    private static func find<T: Comparable & BitwiseCopyable>(
        _ context: LoweringContext, _ data: Operand, _: T.Type
    ) throws(ModelError) -> Lowered {
        let axis = try context.axis(context.node.int("axis") ?? 0, of: data.shape)
        let keeps = (context.node.int("keepdims") ?? 1) != 0
        let takesLast = (context.node.int("select_last_index") ?? 0) != 0
        var shape = data.shape
        let extent = shape[axis]
        if keeps { shape[axis] = 1 } else { shape.remove(at: axis) }
        let findsSmallest = context.node.op == .argMin
        let isNarrow = context.declared.first??.dtype == .i32
        let result = try context.result(isNarrow ? .i32 : .i64, shape)
        guard extent > 0 || result.count == 0 else { throw context.fail("an empty axis has no largest element") }
        let inner = data.shape[(axis + 1)...].reduce(1, *)
        let outer = data.shape[..<axis].reduce(1, *)
        return Lowered([result]) { memory throws(ModelError) in
            let source = memory.input(0, as: T.self)
            for row in 0..<outer {
                for column in 0..<inner {
                    var best = 0
                    let start = source + row * extent * inner + column
                    for position in 0..<extent {
                        let (value, largest) = (start[position * inner], start[best * inner])
                        if (findsSmallest ? value < largest : value > largest) || (takesLast && value == largest) {
                            best = position
                        }
                    }
                    if isNarrow {
                        memory.output(0, as: Int32.self)[row * inner + column] = Int32(truncatingIfNeeded: best)
                    } else {
                        memory.output(0, as: Int64.self)[row * inner + column] = Int64(best)
                    }
                }
            }
        }
    }
}
