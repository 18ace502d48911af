import EdgeTensors

/// `Concat` and `Split`: blocks that lie behind one another on an axis.
enum ReferenceJoin {
    static func concat(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let first = try context.operand(0)
        guard !first.dtype.isPacked else { throw context.unsupported(first.dtype) }
        let axis = try context.axis(context.node.int("axis") ?? 0, of: first.shape)
        var shape = first.shape
        shape[axis] = 0
        var parts: [Int] = []
        let width = first.dtype.bits / 8
        for position in context.operands.indices {
            let part = try context.operand(position)
            guard part.dtype == first.dtype, part.shape.count == shape.count,
                shape.indices.allSatisfy({ $0 == axis || part.shape[$0] == shape[$0] })
            else { throw context.fail("shape \(part.shape) cannot be joined to \(first.shape) on axis \(axis)") }
            shape[axis] += part.shape[axis]
            parts.append(part.shape[axis...].reduce(1, *) * width)
        }
        let result = try context.result(first.dtype, shape, first.type.quantization)
        if parts.count == 1 { return .view(as: result) }
        let outer = shape[..<axis].reduce(1, *)
        return Lowered([result]) { memory throws(ModelError) in
            var target = memory.outputs[0]
            for row in 0..<outer {
                for position in parts.indices {
                    let byteCount = parts[position]
                    target.copyMemory(from: memory.inputs[position] + row * byteCount, byteCount: byteCount)
                    target += byteCount
                }
            }
        }
    }

    static func split(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let axis = try context.axis(context.node.int("axis") ?? 0, of: data.shape)
        let extent = data.shape[axis]
        let count = max(context.node.outputs.count, 1)
        let sizes: [Int]
        if let given = try context.optionalIntegers(1) ?? context.node.ints("split") {
            sizes = given
        } else {
            // Equal parts, a smaller one last.
            let part = (extent + count - 1) / count
            sizes = (0..<count).map { max(min(part, extent - $0 * part), 0) }
        }
        guard sizes.count >= count, sizes.allSatisfy({ $0 >= 0 && $0 <= extent }), sizes.reduce(0, +) == extent else {
            throw context.fail("parts of \(sizes) do not add up to \(extent)")
        }
        let width = data.dtype.bits / 8
        let inner = data.shape[(axis + 1)...].reduce(1, *) * width
        let outer = data.shape[..<axis].reduce(1, *)
        let results = try sizes.map { size throws(ModelError) in
            var shape = data.shape
            shape[axis] = size
            return try context.result(data.dtype, shape, data.type.quantization)
        }
        return Lowered(results) { memory throws(ModelError) in
            var source = memory.inputs[0]
            for row in 0..<outer {
                for position in sizes.indices {
                    let byteCount = sizes[position] * inner
                    (memory.outputs[position] + row * byteCount).copyMemory(from: source, byteCount: byteCount)
                    source += byteCount
                }
            }
        }
    }
}
