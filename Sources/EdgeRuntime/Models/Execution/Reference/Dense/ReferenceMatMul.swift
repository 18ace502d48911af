import EdgeTensors

/// `MatMul`: matrix products over the last two axes, the others broadcast.
enum ReferenceMatMul {
    /// The shapes of a product: matrices, and where each pair lies.
    struct Layout {
        var rows: Int
        var columns: Int
        var depth: Int
        var shape: [Int]
        /// For each matrix of the result, the positions of its operands, in matrices.
        var pairs: [(a: Int, b: Int)]
    }

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let layout = try layout(context)
        let a = try context.operand(0)
        guard try context.operand(1).dtype == a.dtype else { throw context.fail("its operands are of different types") }
        let result = try context.result(a.dtype, layout.shape)
        switch a.dtype {
        case .f32: return multiply(layout, result, Float.self, zero: 0) { $0 + $1 * $2 }
        case .f64: return multiply(layout, result, Double.self, zero: 0) { $0 + $1 * $2 }
        case .i32: return multiply(layout, result, Int32.self, zero: 0) { $0 &+ $1 &* $2 }
        case .i64: return multiply(layout, result, Int64.self, zero: 0) { $0 &+ $1 &* $2 }
        case .f16, .bf16, .narrow, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2, .text:
            throw context.unsupported(a.dtype)
        }
    }

    static func layout(_ context: LoweringContext) throws(ModelError) -> Layout {
        var a = try context.operand(0).shape
        var b = try context.operand(1).shape
        let isVectorA = a.count == 1
        let isVectorB = b.count == 1
        guard !a.isEmpty, !b.isEmpty else { throw context.fail("a scalar is no matrix") }
        if isVectorA { a = [1] + a }
        if isVectorB { b = b + [1] }
        let (rows, depth, columns) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
        let leadA = Array(a.dropLast(2))
        let leadB = Array(b.dropLast(2))
        guard depth == b[b.count - 2], let broadcasting = Broadcasting([leadA, leadB]) else {
            throw context.fail("shapes \(a) and \(b) cannot be multiplied")
        }
        _ = try context.result(.u8, broadcasting.shape)
        var pairs: [(a: Int, b: Int)] = []
        broadcasting.forEachRow { _, count, positions, steps in
            for column in 0..<count {
                pairs.append((positions[0] + column * steps[0], positions[1] + column * steps[1]))
            }
        }
        var shape = broadcasting.shape
        if !isVectorA { shape.append(rows) }
        if !isVectorB { shape.append(columns) }
        return Layout(rows: rows, columns: columns, depth: depth, shape: shape, pairs: pairs)
    }

    @inline(__always) private static func multiply<T: BitwiseCopyable & Sendable>(
        _ layout: Layout, _ result: ConcreteType, _: T.Type, zero: T, _ accumulate: @escaping (T, T, T) -> T
    ) -> Lowered {
        Lowered([result]) { memory throws(ModelError) in
            var target = memory.output(0, as: T.self)
            for pair in layout.pairs {
                let a = memory.input(0, as: T.self) + pair.a * layout.rows * layout.depth
                let b = memory.input(1, as: T.self) + pair.b * layout.depth * layout.columns
                for row in 0..<layout.rows {
                    target.update(repeating: zero, count: layout.columns)
                    for step in 0..<layout.depth {
                        let factor = a[row * layout.depth + step]
                        let weights = b + step * layout.columns
                        for column in 0..<layout.columns {
                            target[column] = accumulate(target[column], factor, weights[column])
                        }
                    }
                    target += layout.columns
                }
            }
        }
    }
}
