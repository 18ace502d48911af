import EdgeTensors

/// Float activations against integer weights (`dynamic_activations`): each sample, a row of a matrix or an image, is rounded to 256 steps
/// over its own range with zero included, as it arrives. That is what LiteRT does; the integer kernels compute the same sums in integers.
enum DynamicActivations {
    /// The layers that the attribute is meant for, on float data and quantized weights.
    static func applies(to context: LoweringContext) -> Bool {
        guard context.node.int("dynamic_activations") == 1, let data = context.optional(0), data.dtype == .f32,
            context.optional(1)?.type.quantization != nil
        else { return false }
        switch context.node.op {
        case .conv, .gemm, .matMul: return !data.shape.isEmpty
        default: return false
        }
    }

    static func lower(
        _ context: LoweringContext, _ plain: (LoweringContext) throws(ModelError) -> Lowered
    ) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        var inner = context
        inner.node.attributes["dynamic_activations"] = nil
        inner.operands[0]?.constant = nil
        let lowered = try plain(inner)
        let count = data.type.count
        let samples =
            context.node.op == .conv ? data.shape[0] : data.shape.dropLast().reduce(1, *)
        let width = samples > 0 ? count / samples : 0
        let inputCount = context.operands.count
        let table = inputCount * MemoryLayout<UnsafeMutableRawPointer>.stride
        let scratch = [table, try context.scratchBytes(count, width: 4)] + lowered.scratch
        let body = lowered.body
        return Lowered(lowered.outputs, scratch: scratch, states: lowered.states) { memory throws(ModelError) in
            let inputs = memory.scratch(0, as: UnsafeMutableRawPointer.self)
            for position in 0..<inputCount { inputs[position] = memory.inputs[position] }
            inputs[0] = memory.scratch[1]
            let source = memory.input(0, as: Float.self)
            let target = memory.scratch(1, as: Float.self)
            for sample in 0..<samples { round(source + sample * width, to: target + sample * width, count: width) }
            try body(StepMemory(inputs: inputs, outputs: memory.outputs, scratch: memory.scratch + 2))
        }
    }

    /// The numbers that 8 bits keep of a sample.
    private static func round(
        _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        var smallest: Float = 0
        var largest: Float = 0
        for element in 0..<count {
            smallest = min(smallest, source[element])
            largest = max(largest, source[element])
        }
        var scale = (largest - smallest) / 255
        if !(scale > 0) || !scale.isFinite { scale = 1 }
        let zero = min(max((-smallest / scale).rounded(.toNearestOrEven), 0), 255)
        for element in 0..<count {
            let stored = (source[element] / scale).rounded(.toNearestOrEven) + zero
            target[element] = stored.isNaN ? 0 : (min(max(stored, 0), 255) - zero) * scale
        }
    }
}
