import EdgeTensors

/// `NonZero`, `Compress` and `Unique`: how many elements their results have depends on the data, so that they run where it is known.
enum ReferenceSelection {
    private static func known(_ context: LoweringContext, _ position: Int) throws(ModelError) -> Tensor {
        guard let constant = try context.operand(position).constant else { throw .dependsOnData(context.node) }
        return constant
    }

    static func nonZero(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try known(context, 0)
        guard let read = ElementCodec.reader(of: data.dtype) else { throw context.unsupported(data.dtype) }
        var columns: [[Int64]] = []
        var counter = IndexCounter(data.shape)
        for position in 0..<data.count {
            if read(data.storage.base, position) != 0 { columns.append(counter.index.map(Int64.init)) }
            counter.advance()
        }
        let shape = [data.rank, columns.count]
        _ = try context.result(.i64, shape)
        var result: [Int64] = []
        for axis in 0..<data.rank { for column in columns { result.append(column[axis]) } }
        return .known([try context.wrap { try Tensor(result, shape: shape) }])
    }

    static func compress(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let chosen = try context.integers(1)
        var positions = chosen.indices.filter { chosen[$0] != 0 }
        var shape = data.shape
        var outer = 1
        var extent = data.type.count
        var inner = 1
        if let given = context.node.int("axis") {
            let axis = try context.axis(given, of: data.shape)
            extent = shape[axis]
            outer = shape[..<axis].reduce(1, *)
            inner = shape[(axis + 1)...].reduce(1, *)
            positions = positions.filter { $0 < extent }
            shape[axis] = positions.count
        } else {
            positions = positions.filter { $0 < extent }
            shape = [positions.count]
        }
        let result = try context.result(data.dtype, shape, data.type.quantization)
        let block = inner * data.dtype.bits / 8
        let (rows, length, taken) = (outer, extent, positions)
        return Lowered([result]) { memory throws(ModelError) in
            var target = memory.outputs[0]
            for row in 0..<rows {
                for position in taken {
                    target.copyMemory(from: memory.inputs[0] + (row * length + position) * block, byteCount: block)
                    target += block
                }
            }
        }
    }

    static func unique(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try known(context, 0)
        guard let read = ElementCodec.reader(of: data.dtype), !data.dtype.isPacked else {
            throw context.unsupported(data.dtype)
        }
        let axis = try context.node.int("axis").map { value throws(ModelError) in
            try context.axis(value, of: data.shape)
        }
        let extent = axis.map { data.shape[$0] } ?? data.count
        let inner = axis.map { data.shape[($0 + 1)...].reduce(1, *) } ?? 1
        let outer = axis.map { data.shape[..<$0].reduce(1, *) } ?? 1
        // A slice along the axis, as the numbers that it is compared by.
        func slice(_ position: Int) -> [Double] {
            (0..<outer).flatMap { row in
                (0..<inner).map { read(data.storage.base, (row * extent + position) * inner + $0) }
            }
        }
        let slices = (0..<extent).map(slice)
        var first: [[Double]: Int] = [:]
        var order: [Int] = []
        for position in 0..<extent where first[slices[position]] == nil {
            first[slices[position]] = position
            order.append(position)
        }
        if context.node.int("sorted") != 0 { order.sort { slices[$0].lexicographicallyPrecedes(slices[$1]) } }
        var rank: [Int: Int] = [:]
        for (place, position) in order.enumerated() { rank[position] = place }
        let inverse = slices.map { slice in Int64(first[slice].flatMap { rank[$0] } ?? 0) }
        var counts = [Int64](repeating: 0, count: order.count)
        for place in inverse { counts[Int(place)] += 1 }
        var shape = data.shape
        if let axis { shape[axis] = order.count } else { shape = [order.count] }
        let width = data.dtype.bits / 8
        let taken = order
        return .known(
            try context.wrap {
                var values = try Tensor(zeros: shape, dtype: data.dtype)
                try values.withMutableBytes { target in
                    guard var next = target.baseAddress else { return }
                    for row in 0..<outer {
                        for position in taken {
                            next.copyMemory(
                                from: data.storage.base + (row * extent + position) * inner * width,
                                byteCount: inner * width)
                            next += inner * width
                        }
                    }
                }
                return [
                    values, try Tensor(taken.map(Int64.init), shape: [taken.count]),
                    try Tensor(inverse, shape: [extent]), try Tensor(counts, shape: [counts.count]),
                ]
            })
    }
}
