import EdgeTensors

/// TFLite's `SPACE_TO_BATCH_ND` and `BATCH_TO_SPACE_ND`: the spatial axes follow the batch, whatever comes behind stays.
enum ReferenceBatchBlocks {
    static func spaceToBatch(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let (blocks, pads) = try parameters(context, data)
        var padded = data.shape
        for (position, block) in blocks.enumerated() {
            padded[position + 1] += pads[2 * position] + pads[2 * position + 1]
            guard padded[position + 1] % block == 0 else {
                throw context.fail("blocks of \(blocks) do not divide the padded shape \(padded)")
            }
        }
        let paddedType = try context.result(data.dtype, padded, data.type.quantization)
        // Pad into scratch, then one copy with strides.
        let spatial = blocks.count
        let width = data.dtype.bits / 8
        let zero = Int64(data.type.scale?.zeroPoint ?? 0)
        let fill =
            data.dtype.isFloat
            ? [UInt8](repeating: 0, count: width) : withUnsafeBytes(of: zero) { Array($0.prefix(width)) }
        let sources = data.shape.indices.map { axis -> [Int] in
            let before = axis >= 1 && axis <= spatial ? pads[2 * (axis - 1)] : 0
            return (0..<padded[axis]).map { (0..<data.shape[axis]).contains($0 - before) ? $0 - before : -1 }
        }
        let pad = PaddedCopy(
            sources: sources, strides: Tensor.contiguousStrides(of: data.shape), shape: padded, fill: fill, width: width
        )
        let strides = Tensor.contiguousStrides(of: padded)
        var shape = blocks + [padded[0]]
        var steps = (0..<spatial).map { strides[$0 + 1] } + [strides[0]]
        var final = [padded[0] * blocks.reduce(1, *)]
        for (position, block) in blocks.enumerated() {
            shape.append(padded[position + 1] / block)
            steps.append(strides[position + 1] * block)
            final.append(padded[position + 1] / block)
        }
        shape += padded[(spatial + 1)...]
        steps += strides[(spatial + 1)...]
        final += padded[(spatial + 1)...]
        let result = try context.result(data.dtype, final, data.type.quantization)
        let copy = StridedCopy(shape: shape, strides: steps, width: width)
        return Lowered([result], scratch: [paddedType.byteCount]) { memory throws(ModelError) in
            pad.run(from: memory.inputs[0], to: memory.scratch[0])
            copy.run(from: memory.scratch[0], to: memory.outputs[0])
        }
    }

    static func batchToSpace(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let (blocks, crops) = try parameters(context, data)
        let spatial = blocks.count
        let (area, overflow) = blocks.reduce((1, false)) { partial, block in
            let (product, overflow) = partial.0.multipliedReportingOverflow(by: block)
            return (product, partial.1 || overflow)
        }
        guard !overflow, data.shape[0] % area == 0 else {
            throw context.fail("blocks of \(blocks) do not divide the batch of \(data.shape)")
        }
        let batch = data.shape[0] / area
        let width = data.dtype.bits / 8
        let strides = Tensor.contiguousStrides(of: data.shape)
        var shape = [batch]
        var steps = [strides[0]]
        var whole = [batch]
        var blockStride = strides[0] * batch * area
        for (position, block) in blocks.enumerated() {
            blockStride /= block
            shape += [data.shape[position + 1], block]
            steps += [strides[position + 1], blockStride]
            whole.append(data.shape[position + 1] * block)
        }
        shape += data.shape[(spatial + 1)...]
        steps += strides[(spatial + 1)...]
        whole += data.shape[(spatial + 1)...]
        let wholeType = try context.result(data.dtype, whole, data.type.quantization)
        var final = whole
        var start = 0
        let wholeStrides = Tensor.contiguousStrides(of: whole)
        for position in blocks.indices {
            final[position + 1] -= crops[2 * position] + crops[2 * position + 1]
            start += crops[2 * position] * wholeStrides[position + 1]
        }
        let result = try context.result(data.dtype, final, data.type.quantization)
        let copy = StridedCopy(shape: shape, strides: steps, width: width)
        let crop = StridedCopy(shape: final, strides: wholeStrides, start: start, width: width)
        return Lowered([result], scratch: [wholeType.byteCount]) { memory throws(ModelError) in
            copy.run(from: memory.inputs[0], to: memory.scratch[0])
            crop.run(from: memory.scratch[0], to: memory.outputs[0])
        }
    }

    /// The block of each spatial axis, and what is padded or cropped before and after it.
    private static func parameters(
        _ context: LoweringContext, _ data: Operand
    ) throws(ModelError) -> (blocks: [Int], edges: [Int]) {
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let blocks = try context.integers(1)
        let edges = try context.integers(2)
        let limit = LoweringContext.largestExtent
        guard blocks.count < data.shape.count, edges.count == 2 * blocks.count,
            blocks.allSatisfy({ $0 > 0 && $0 <= limit }),
            edges.allSatisfy({ $0 >= 0 && $0 <= limit })
        else { throw context.fail("blocks \(blocks) and edges \(edges) do not fit shape \(data.shape)") }
        return (blocks, edges)
    }
}
