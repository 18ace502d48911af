import EdgeTensors

/// `ScatterElements`, `ScatterND` and `TensorScatter`: a copy of the data with elements or blocks replaced, or combined with what is there.
enum ReferenceScatter {
    /// How an update meets what is there.
    private enum Reduction: String {
        case none, add, mul, max, min

        init(_ context: LoweringContext) throws(ModelError) {
            let name = context.node.string("reduction") ?? "none"
            guard let known = Reduction(rawValue: name) else {
                throw context.fail("the reduction `\(name)` is not known")
            }
            self = known
        }

        @inline(__always) func apply<T: KernelNumber>(_ old: T, _ new: T) -> T {
            switch self {
            case .none: new
            case .add: T.sum(old, new)
            case .mul: T.product(old, new)
            case .max: Swift.max(old, new)
            case .min: Swift.min(old, new)
            }
        }
    }

    static func elements(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.lowered(data.dtype, Elements(context: context, data: data))
    }

    private struct Elements: NumberKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: KernelNumber>(_: T.Type) throws(ModelError) -> Lowered {
            let shape = try context.operand(1).shape
            let updates = try context.operand(2, of: data.dtype).shape
            let axis = try context.axis(context.node.int("axis") ?? 0, of: data.shape)
            guard shape == updates, shape.count == data.shape.count,
                shape.indices.allSatisfy({ $0 == axis || shape[$0] <= data.shape[$0] })
            else {
                throw context.fail("indices of shape \(shape) and updates of shape \(updates) do not fit \(data.shape)")
            }
            let result = try context.result(data.dtype, data.shape)
            let read = try context.indexReader(1)
            let reduction = try Reduction(context)
            let strides = Tensor.contiguousStrides(of: data.shape)
            let extent = data.shape[axis]
            let count = shape.reduce(1, *)
            return Lowered([result]) { memory throws(ModelError) in
                let target = memory.output(0, as: T.self)
                let updates = memory.input(2, as: T.self)
                target.update(from: memory.input(0, as: T.self), count: result.count)
                var counter = IndexCounter(shape)
                for position in 0..<count {
                    let chosen = try context.place(read(memory, position), extent: extent)
                    let place = counter.offset(strides) + (chosen - counter.index[axis]) * strides[axis]
                    target[place] = reduction.apply(target[place], updates[position])
                    counter.advance()
                }
            }
        }
    }

    static func blocks(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.lowered(data.dtype, Blocks(context: context, data: data))
    }

    private struct Blocks: NumberKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: KernelNumber>(_: T.Type) throws(ModelError) -> Lowered {
            let indices = try context.operand(1).shape
            let updates = try context.operand(2, of: data.dtype).shape
            guard let depth = indices.last, depth >= 0, depth <= data.shape.count,
                updates == indices.dropLast() + data.shape[depth...]
            else {
                throw context.fail(
                    "indices of shape \(indices) and updates of shape \(updates) do not fit \(data.shape)")
            }
            let result = try context.result(data.dtype, data.shape)
            let read = try context.indexReader(1)
            let reduction = try Reduction(context)
            let addressed = Array(data.shape[..<depth])
            let strides = Tensor.contiguousStrides(of: addressed)
            let block = data.shape[depth...].reduce(1, *)
            let tuples = indices.dropLast().reduce(1, *)
            return Lowered([result]) { memory throws(ModelError) in
                let target = memory.output(0, as: T.self)
                target.update(from: memory.input(0, as: T.self), count: result.count)
                for tuple in 0..<tuples {
                    var position = 0
                    for axis in 0..<depth {
                        position +=
                            try context.place(read(memory, tuple * depth + axis), extent: addressed[axis])
                            * strides[axis]
                    }
                    let out = target + position * block
                    let update = memory.input(2, as: T.self) + tuple * block
                    for element in 0..<block { out[element] = reduction.apply(out[element], update[element]) }
                }
            }
        }
    }

    /// `TensorScatter`: a run of rows written into a cache, for each sample from a place of its own.
    static func cache(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let update = try context.operand(1, of: data.dtype)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let axis = try context.axis(context.node.int("axis") ?? -2, of: data.shape)
        let mode = context.node.string("mode") ?? "linear"
        guard axis > 0, update.shape.count == data.shape.count, mode == "linear" || mode == "circular",
            data.shape.indices.allSatisfy({ $0 == axis || update.shape[$0] == data.shape[$0] }),
            update.shape[axis] <= data.shape[axis]
        else { throw context.fail("an update of shape \(update.shape) does not fit a cache of shape \(data.shape)") }
        let hasIndices = context.optional(2) != nil
        if hasIndices, try context.operand(2).type.count != data.shape[0] {
            throw context.fail("its indices do not fit \(data.shape[0]) samples")
        }
        let read = hasIndices ? try context.indexReader(2) : nil
        let (extent, length) = (data.shape[axis], update.shape[axis])
        let block = data.shape[(axis + 1)...].reduce(1, *) * data.dtype.bits / 8
        let rows = data.shape[..<axis].reduce(1, *)
        let perSample = data.shape[0] == 0 ? 1 : max(rows / data.shape[0], 1)
        let result = try context.result(data.dtype, data.shape, data.type.quantization)
        return Lowered([result]) { memory throws(ModelError) in
            memory.outputs[0].copyMemory(from: memory.inputs[0], byteCount: result.byteCount)
            for row in 0..<rows {
                let first = read.map { $0(memory, row / perSample) } ?? 0
                guard first >= 0, first <= extent - (mode == "linear" ? length : 0) else {
                    throw context.fail("\(length) rows do not fit a cache of \(extent) from \(first) on")
                }
                for step in 0..<length {
                    (memory.outputs[0] + (row * extent + (first + step) % extent) * block).copyMemory(
                        from: memory.inputs[1] + (row * length + step) * block, byteCount: block)
                }
            }
        }
    }
}
