import EdgeTensors

/// `GatherND`: blocks chosen by tuples of indices.
enum ReferenceGatherND {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let indices = try context.operand(1).shape
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let batchAxes = context.node.int("batch_dims") ?? 0
        guard let depth = indices.last, batchAxes >= 0, batchAxes < indices.count, batchAxes <= data.shape.count,
            depth >= 1, depth <= data.shape.count - batchAxes,
            indices.prefix(batchAxes) == data.shape.prefix(batchAxes)
        else { throw context.fail("indices of shape \(indices) do not fit data of shape \(data.shape)") }
        let read = try context.indexReader(1)
        let addressed = Array(data.shape[batchAxes..<batchAxes + depth])
        let rest = Array(data.shape[(batchAxes + depth)...])
        let result = try context.result(data.dtype, indices.dropLast() + rest, data.type.quantization)
        let batches = data.shape.prefix(batchAxes).reduce(1, *)
        let tuples = indices[batchAxes..<indices.count - 1].reduce(1, *)
        let block = rest.reduce(1, *) * data.dtype.bits / 8
        let batchBytes = addressed.reduce(1, *) * block
        let strides = Tensor.contiguousStrides(of: addressed)
        return Lowered([result]) { memory throws(ModelError) in
            for batch in 0..<batches {
                for tuple in 0..<tuples {
                    let row = batch * tuples + tuple
                    var position = 0
                    for axis in 0..<depth {
                        position +=
                            try context.place(read(memory, row * depth + axis), extent: addressed[axis])
                            * strides[axis]
                    }
                    (memory.outputs[0] + row * block).copyMemory(
                        from: memory.inputs[0] + batch * batchBytes + position * block, byteCount: block)
                }
            }
        }
    }
}
