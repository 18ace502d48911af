import EdgeTensors

/// `Gather`: blocks chosen by index.
enum ReferenceGather {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let indices = try context.operand(1)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        guard indices.dtype == .i64 || indices.dtype == .i32 else { throw context.unsupported(indices.dtype) }
        let axis = try context.axis(context.node.int("axis") ?? 0, of: data.shape)
        let result = try context.result(
            data.dtype, data.shape[..<axis] + indices.shape + data.shape[(axis + 1)...], data.type.quantization)
        let extent = data.shape[axis]
        let outer = data.shape[..<axis].reduce(1, *)
        let block = data.shape[(axis + 1)...].reduce(1, *) * data.dtype.bits / 8
        let count = indices.type.count
        let isWide = indices.dtype == .i64
        let node = context.node
        return Lowered([result]) { memory throws(ModelError) in
            var target = memory.outputs[0]
            for row in 0..<outer {
                let source = memory.inputs[0] + row * extent * block
                for position in 0..<count {
                    let given =
                        isWide
                        ? Int(memory.input(1, as: Int64.self)[position])
                        : Int(memory.input(1, as: Int32.self)[position])
                    let index = given < 0 ? given &+ extent : given
                    guard index >= 0, index < extent else {
                        throw .node(node, "index \(given) is out of range for an axis of \(extent)")
                    }
                    target.copyMemory(from: source + index * block, byteCount: block)
                    target += block
                }
            }
        }
    }
}
