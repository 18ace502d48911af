import EdgeTensors

/// Sums, means and extremes along axes.
enum ReferenceReduction {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let given = try context.optionalIntegers(1) ?? context.node.ints("axes") ?? []
        if given.isEmpty, (context.node.int("noop_with_empty_axes") ?? 0) != 0 { return .view(as: data.type) }
        var axes = Set(given.isEmpty ? Array(data.shape.indices) : [])
        for axis in given { axes.insert(try context.axis(axis, of: data.shape)) }
        let keeps = (context.node.int("keepdims") ?? 1) != 0
        let shape = data.shape.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : data.shape[$0] }
        let result = try context.result(data.dtype, shape)
        switch data.dtype {
        case .f32: return try floats(context, data, axes, result, Float.self)
        case .f64: return try floats(context, data, axes, result, Double.self)
        case .i64: return try integers(context, data, axes, result, Int64.self)
        case .i32: return try integers(context, data, axes, result, Int32.self)
        case .i8: return try integers(context, data, axes, result, Int8.self)
        case .u64: return try integers(context, data, axes, result, UInt64.self)
        case .u8, .bool: return try integers(context, data, axes, result, UInt8.self)
        case .f16, .bf16, .narrow, .i16, .u32, .u16, .i4, .u4, .i2, .u2, .text: throw context.unsupported(data.dtype)
        }
    }

    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable & MathFunctions>(
        _ context: LoweringContext, _ data: Operand, _ axes: Set<Int>, _ result: ConcreteType, _: T.Type
    ) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .reduceSum: return try fold(context, data, axes, result, T.self, 0, { $0 + $1 }, { value, _ in value })
        case .reduceMean: return try fold(context, data, axes, result, T.self, 0, { $0 + $1 }, { $0 / T($1) })
        case .reduceMax:
            return try fold(
                context, data, axes, result, T.self, -.infinity, { $1 > $0 || $1.isNaN ? $1 : $0 },
                { value, _ in value })
        case .reduceMin:
            return try fold(
                context, data, axes, result, T.self, .infinity, { $1 < $0 || $1.isNaN ? $1 : $0 }, { value, _ in value }
            )
        case .reduceProduct:
            return try fold(context, data, axes, result, T.self, 1, { $0 * $1 }, { value, _ in value })
        case .reduceL1:
            return try fold(context, data, axes, result, T.self, 0, { $0 + abs($1) }, { value, _ in value })
        case .reduceL2:
            return try fold(
                context, data, axes, result, T.self, 0, { $0 + $1 * $1 }, { value, _ in value.squareRoot() })
        case .reduceSumSquare:
            return try fold(context, data, axes, result, T.self, 0, { $0 + $1 * $1 }, { value, _ in value })
        case .reduceLogSum:
            return try fold(context, data, axes, result, T.self, 0, { $0 + $1 }, { value, _ in T.log(value) })
        case .reduceLogSumExp: return try logSumExp(context, data, axes, result, T.self)
        default: throw context.unsupported(data.dtype)
        }
    }

    private static func integers<T: FixedWidthInteger & BitwiseCopyable>(
        _ context: LoweringContext, _ data: Operand, _ axes: Set<Int>, _ result: ConcreteType, _: T.Type
    ) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .reduceSum: return try fold(context, data, axes, result, T.self, 0, { $0 &+ $1 }, { value, _ in value })
        case .reduceMean:
            return try fold(
                context, data, axes, result, T.self, 0, { $0 &+ $1 }, { $1 == 0 ? 0 : $0 / (T(exactly: $1) ?? T.max) })
        case .reduceMax:
            return try fold(context, data, axes, result, T.self, T.min, { max($0, $1) }, { value, _ in value })
        case .reduceMin:
            return try fold(context, data, axes, result, T.self, T.max, { min($0, $1) }, { value, _ in value })
        case .reduceProduct:
            return try fold(context, data, axes, result, T.self, 1, { $0 &* $1 }, { value, _ in value })
        case .reduceL1:
            return try fold(
                context, data, axes, result, T.self, 0, { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }, { value, _ in value })
        case .reduceL2:
            return try fold(
                context, data, axes, result, T.self, 0, { $0 &+ $1 &* $1 },
                { value, _ in T(Double(value.magnitude).squareRoot()) })
        case .reduceSumSquare:
            return try fold(context, data, axes, result, T.self, 0, { $0 &+ $1 &* $1 }, { value, _ in value })
        case .reduceLogSum, .reduceLogSumExp:
            guard let float = ElementCodec.writer(of: data.dtype), let read = ElementCodec.reader(of: data.dtype) else {
                throw context.unsupported(data.dtype)
            }
            let wide = ConcreteType(.f64, data.shape)
            let count = data.type.count
            let inner = try floats(
                context, Operand(type: wide, constant: nil), axes, ConcreteType(.f64, result.shape), Double.self)
            let body = inner.body
            let scratch = [
                try context.scratchBytes(count, width: 8), try context.scratchBytes(result.count, width: 8), 16,
            ]
            return Lowered([result], scratch: scratch + inner.scratch) { memory throws(ModelError) in
                let source = memory.scratch(0, as: Double.self)
                for position in 0..<count { source[position] = read(memory.inputs[0], position) }
                let table = memory.scratch(2, as: UnsafeMutableRawPointer.self)
                table[0] = memory.scratch[0]
                table[1] = memory.scratch[1]
                try body(StepMemory(inputs: table, outputs: table + 1, scratch: memory.scratch + 3))
                for position in 0..<result.count {
                    float(memory.outputs[0], position, memory.scratch(1, as: Double.self)[position])
                }
            }
        default: throw context.unsupported(data.dtype)
        }
    }

    @inline(__always) private static func fold<T: BitwiseCopyable>(
        _ context: LoweringContext, _ data: Operand, _ axes: Set<Int>, _ result: ConcreteType, _: T.Type, _ initial: T,
        _ combine: @escaping (T, T) -> T, _ finish: @escaping (T, Int) -> T
    ) throws(ModelError) -> Lowered {
        // Walk the operand in order; the result repeats along the reduced axes.
        let kept = data.shape.indices.map { axes.contains($0) ? 1 : data.shape[$0] }
        guard let walk = Broadcasting([kept, data.shape]) else {
            throw context.fail("shape \(data.shape) cannot be reduced")
        }
        let count = result.count
        let folded = axes.map { data.shape[$0] }.reduce(1, *)
        return Lowered([result]) { memory throws(ModelError) in
            let source = memory.input(0, as: T.self)
            let target = memory.output(0, as: T.self)
            target.update(repeating: initial, count: count)
            walk.forEachRow { start, extent, positions, steps in
                let out = target + positions[0]
                let step = steps[0]
                if step == 0 {
                    var total = out[0]
                    for column in 0..<extent { total = combine(total, source[start + column]) }
                    out[0] = total
                } else {
                    for column in 0..<extent {
                        out[column * step] = combine(out[column * step], source[start + column])
                    }
                }
            }
            for position in 0..<count { target[position] = finish(target[position], folded) }
        }
    }

    /// `log(sum(exp(x)))`, the largest element taken out first so that nothing overflows.
    private static func logSumExp<T: BinaryFloatingPoint & BitwiseCopyable & MathFunctions>(
        _ context: LoweringContext, _ data: Operand, _ axes: Set<Int>, _ result: ConcreteType, _: T.Type
    ) throws(ModelError) -> Lowered {
        let kept = data.shape.indices.map { axes.contains($0) ? 1 : data.shape[$0] }
        guard let walk = Broadcasting([kept, data.shape]) else {
            throw context.fail("shape \(data.shape) cannot be reduced")
        }
        let count = result.count
        let scratch = try context.scratchBytes(count, width: MemoryLayout<T>.stride)
        return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
            let source = memory.input(0, as: T.self)
            let target = memory.output(0, as: T.self)
            let largest = memory.scratch(0, as: T.self)
            target.update(repeating: 0, count: count)
            largest.update(repeating: -.infinity, count: count)
            walk.forEachRow { start, extent, positions, steps in
                for column in 0..<extent {
                    let place = positions[0] + column * steps[0]
                    largest[place] = max(largest[place], source[start + column])
                }
            }
            for place in 0..<count where !largest[place].isFinite { largest[place] = 0 }
            walk.forEachRow { start, extent, positions, steps in
                for column in 0..<extent {
                    let place = positions[0] + column * steps[0]
                    target[place] += T.exp(source[start + column] - largest[place])
                }
            }
            for place in 0..<count { target[place] = T.log(target[place]) + largest[place] }
        }
    }
}
