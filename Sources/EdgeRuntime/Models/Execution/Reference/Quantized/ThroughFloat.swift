import EdgeTensors

/// Runs any float operator on quantized values, as the meaning of the graph has it: operands become the real numbers they stand for, the
/// result is rounded to its quantization. Correct for every operator and every integer type; the integer kernels replace it
/// where they can.
enum ThroughFloat {
    /// Whether any operand or declared result is quantized.
    static func applies(to context: LoweringContext) -> Bool {
        context.operands.contains { $0?.type.quantization != nil }
            || context.declared.contains { $0?.quantization != nil }
    }

    static func lower(_ context: LoweringContext, _ float: (LoweringContext) throws(ModelError) -> Lowered)
        throws(ModelError) -> Lowered
    {
        var inner = context
        inner.declared = context.declared.map { _ in nil }
        var converted: [(position: Int, type: ConcreteType, quantization: Quantization, scratch: Int)] = []
        // The first scratch block is the table of addresses that the float operator is given.
        var scratch = [0]
        for (position, operand) in context.operands.enumerated() {
            guard let operand, let quantization = operand.type.quantization, !keepsWeights(context, position) else {
                continue
            }
            guard QuantizedCodec.supports(quantization, operand.type) else { throw context.unsupported(operand.dtype) }
            converted.append((position, operand.type, quantization, scratch.count))
            scratch.append(try context.scratchBytes(operand.type.count, width: 4))
            inner.operands[position] = Operand(
                type: ConcreteType(.f32, operand.shape), constant: try dequantized(context, operand))
        }
        let lowered = try float(inner)
        guard lowered.results == nil else { return lowered }
        var outputs = lowered.outputs
        var rounded: [(position: Int, type: ConcreteType, quantization: Quantization, scratch: Int)] = []
        for (position, declared) in context.declared.enumerated() where position < outputs.count {
            guard let declared, let quantization = declared.quantization, outputs[position].dtype == .f32 else {
                continue
            }
            let type = try context.result(declared.dtype, outputs[position].shape, quantization)
            guard QuantizedCodec.canStore(type.dtype), QuantizedCodec.supports(quantization, type) else {
                throw context.unsupported(declared.dtype)
            }
            rounded.append((position, type, quantization, scratch.count))
            scratch.append(try context.scratchBytes(type.count, width: 4))
            outputs[position] = type
        }
        let firstInner = scratch.count
        scratch += lowered.scratch
        let inputCount = context.operands.count
        let outputCount = outputs.count
        let innerCount = lowered.scratch.count + lowered.states.count
        scratch[0] = (inputCount + outputCount + innerCount + 1) * MemoryLayout<UnsafeMutableRawPointer>.stride
        let body = lowered.body
        return Lowered(outputs, scratch: scratch, states: lowered.states) { memory throws(ModelError) in
            let table = memory.scratch(0, as: UnsafeMutableRawPointer.self)
            for position in 0..<inputCount { table[position] = memory.inputs[position] }
            for position in 0..<outputCount { table[inputCount + position] = memory.outputs[position] }
            for position in 0..<innerCount {
                table[inputCount + outputCount + position] = memory.scratch[firstInner + position]
            }
            for item in converted {
                let target = memory.scratch(item.scratch, as: Float.self)
                QuantizedCodec.dequantize(
                    memory.inputs[item.position], item.type, item.quantization, count: item.type.count, to: target)
                table[item.position] = UnsafeMutableRawPointer(target)
            }
            for item in rounded { table[inputCount + item.position] = memory.scratch[item.scratch] }
            try body(StepMemory(inputs: table, outputs: table + inputCount, scratch: table + inputCount + outputCount))
            for item in rounded {
                QuantizedCodec.quantize(
                    memory.scratch(item.scratch, as: Float.self), item.type, item.quantization,
                    to: memory.outputs[item.position])
            }
        }
    }

    /// Weights that the float operator unpacks by itself, one row at a time.
    private static func keepsWeights(_ context: LoweringContext, _ position: Int) -> Bool {
        switch context.node.op {
        case .conv, .gemm: position == 1
        case .sequenceLSTM: true
        default: false
        }
    }

    /// Small constants are converted when the step is made, as some operators must know them then (bounds, scales).
    private static func dequantized(_ context: LoweringContext, _ operand: Operand) throws(ModelError) -> Tensor? {
        guard let constant = operand.constant, let quantization = operand.type.quantization, constant.count <= 4096
        else { return nil }
        return try context.wrap {
            var result = try Tensor(zeros: constant.shape)
            try constant.withBytes { source in
                try result.withMutableElements(of: Float.self) { target in
                    if let source = source.baseAddress, let target = target.baseAddress {
                        QuantizedCodec.dequantize(source, operand.type, quantization, count: constant.count, to: target)
                    }
                }
            }
            return result
        }
    }
}
