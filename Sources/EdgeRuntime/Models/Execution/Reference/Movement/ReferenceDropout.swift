import EdgeTensors

/// `Dropout` of a finished network: everything is kept, and the mask, where it is asked for, says so.
enum ReferenceDropout {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard context.node.outputs.count > 1 else { return .view(as: data.type) }
        let mask = try context.result(.bool, data.shape)
        let bytes = data.type.byteCount
        return Lowered([data.type, mask]) { memory throws(ModelError) in
            memory.outputs[0].copyMemory(from: memory.inputs[0], byteCount: bytes)
            memory.output(1, as: Bool.self).update(repeating: true, count: mask.count)
        }
    }
}
