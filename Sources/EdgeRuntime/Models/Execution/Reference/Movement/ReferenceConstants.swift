import EdgeTensors

/// Operators whose result follows from shapes and constants alone.
enum ReferenceConstants {
    static func shape(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let shape = try context.operand(0).shape
        func clamped(_ name: String, _ fallback: Int) -> Int {
            let value = context.node.int(name) ?? fallback
            return min(max(value < 0 ? value &+ shape.count : value, 0), shape.count)
        }
        let start = clamped("start", 0)
        let part = shape[start..<max(start, clamped("end", shape.count))]
        let isNarrow = context.declared.first??.dtype == .i32
        return .known([
            try context.wrap {
                isNarrow
                    ? try Tensor(part.map { Int32(clamping: $0) }, shape: [part.count])
                    : try Tensor(part.map(Int64.init), shape: [part.count])
            }
        ])
    }

    /// `Size`: the number of elements.
    static func size(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let count = try context.operand(0).type.count
        return .known([try context.wrap { try Tensor(scalar: Int64(count)) }])
    }

    static func constant(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let attributes = context.node.attributes
        let tensor: Tensor = try context.wrap {
            if case .tensor(let value)? = attributes["value"] { return value }
            if case .int(let value)? = attributes["value_int"] { return try Tensor(scalar: Int64(value)) }
            if case .float(let value)? = attributes["value_float"] { return try Tensor(scalar: value) }
            if case .ints(let values)? = attributes["value_ints"] {
                return try Tensor(values.map(Int64.init), shape: [values.count])
            }
            if case .floats(let values)? = attributes["value_floats"] {
                return try Tensor(values, shape: [values.count])
            }
            throw context.fail("it holds no value that is supported")
        }
        guard tensor.dtype != .text else { throw context.unsupported(.text) }
        return .known([tensor])
    }

    static func constantOfShape(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let shape = try context.integers(0)
        var value = try context.wrap { try Tensor(scalar: Float(0)) }
        if case .tensor(let given)? = context.node.attributes["value"] { value = given }
        guard value.count == 1, !value.dtype.isPacked, value.dtype != .text else {
            throw context.fail("its value must be one number")
        }
        let result = try context.result(value.dtype, shape)
        let width = value.dtype.bits / 8
        let bytes = try context.wrap { try value.withBytes { Array($0.prefix(width)) } }
        let copy = StridedCopy(shape: [result.count], strides: [0], width: width)
        return Lowered([result]) { memory throws(ModelError) in
            bytes.withUnsafeBytes { if let source = $0.baseAddress { copy.run(from: source, to: memory.outputs[0]) } }
        }
    }

    static func range(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let dtype = try context.operand(0).dtype
        for position in 1...2 where try context.operand(position).dtype != dtype {
            throw context.fail("its start, limit and step are of different types")
        }
        switch dtype {
        case .f32:
            let (start, limit, step) = (try context.scalar(0), try context.scalar(1), try context.scalar(2))
            let count = max(((Double(limit) - Double(start)) / Double(step)).rounded(.up), 0)
            guard count.isFinite, count <= Double(LoweringContext.largestExtent) else {
                throw context.fail("it never ends")
            }
            let result = try context.result(.f32, [Int(count)])
            return Lowered([result]) { memory throws(ModelError) in
                let target = memory.output(0, as: Float.self)
                for position in 0..<result.count { target[position] = start + Float(position) * step }
            }
        case .i64, .i32:
            let bounds = try (0...2).map { position throws(ModelError) in try context.integers(position) }
            guard bounds.allSatisfy({ $0.count == 1 }) else {
                throw context.fail("its start, limit and step must be one number each")
            }
            let (start, limit, step) = (bounds[0][0], bounds[1][0], bounds[2][0])
            let (distance, overflow) = limit.subtractingReportingOverflow(start)
            guard step != 0, step != Int.min, !overflow, distance != Int.min else {
                throw context.fail("it never ends")
            }
            let count = (distance > 0) == (step > 0) && distance != 0 ? (abs(distance) - 1) / abs(step) + 1 : 0
            let result = try context.result(dtype, [count])
            return Lowered([result]) { memory throws(ModelError) in
                if dtype == .i64 {
                    let target = memory.output(0, as: Int64.self)
                    for position in 0..<count { target[position] = Int64(start &+ position &* step) }
                } else {
                    let target = memory.output(0, as: Int32.self)
                    for position in 0..<count {
                        target[position] = Int32(truncatingIfNeeded: start &+ position &* step)
                    }
                }
            }
        case .f64, .f16, .bf16, .narrow, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2, .text:
            throw context.unsupported(dtype)
        }
    }
}
