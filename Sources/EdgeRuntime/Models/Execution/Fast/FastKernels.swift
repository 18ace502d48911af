import CEdgeKernels
import EdgeTensors

/// The kernels of `CEdgeKernels`, for the cases they are written for.
enum FastKernels {
    /// Nil where no kernel fits the node.
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        // The maxima's places are found by the plain kernel alone.
        if context.node.op == .maxPool, context.node.outputs.count > 1 { return nil }
        switch context.node.op {
        case .conv, .convTranspose, .maxPool, .averagePool, .globalAveragePool, .globalMaxPool:
            return context.node.layout == .channelsFirst ? try throughChannelsLast(context) : try window(context)
        case .convInteger: return try FastConvolutionInteger.lower(context)
        case .gemm: return try FastDense.gemm(context)
        case .matMul: return try FastMatMul.lower(context)
        case .add, .sub, .mul, .div, .maximum, .minimum, .pRelu: return try FastElementwise.binary(context)
        case .relu, .leakyRelu, .hardSigmoid, .hardSwish, .clip, .sigmoid, .tanh, .exp, .elu, .sqrt, .log, .neg, .abs,
            .floor, .ceil,
            .round, .reciprocal, .erf, .gelu, .swish:
            return try FastElementwise.unary(context)
        case .softmax: return try FastSoftmax.lower(context)
        case .layerNormalization: return try FastNormalization.lower(context)
        case .pow: return try FastElementwise.power(context)
        case .lstm: return try FastRecurrent.lstm(context)
        case .gru: return try FastRecurrent.gru(context)
        case .reduceMean: return try FastPooling.reduceMean(context)
        case .quantizeLinear: return try FastQuantize.quantize(context)
        case .dequantizeLinear: return try FastQuantize.dequantize(context)
        default: return nil
        }
    }

    private static func window(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        switch context.node.op {
        case .conv: try FastConvolution.lower(context)
        case .convTranspose: try FastTransposedConvolution.lower(context)
        default: try FastPooling.lower(context)
        }
    }

    /// Runs a node whose channels come first on a copy whose channels come last. The layout pass leaves few of them.
    private static func throughChannelsLast(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        guard let data = context.operands.first ?? nil, data.shape.count >= 3, !data.dtype.isPacked else { return nil }
        var inner = context
        inner.node.layout = .channelsLast
        // A sum that was fused in comes with its channels first, too.
        let residual = context.node.int(FusedActivation.residual)
        let moved = [0] + (residual.map { [$0] } ?? [])
        var copies: [StridedCopy] = []
        var scratch: [Int] = []
        for position in moved {
            let operand = try context.operand(position)
            guard operand.shape.count == data.shape.count else { return nil }
            let order = [0] + Array(2..<operand.shape.count) + [1]
            let strides = Tensor.contiguousStrides(of: operand.shape)
            let shape = order.map { operand.shape[$0] }
            copies.append(StridedCopy(shape: shape, strides: order.map { strides[$0] }, width: operand.dtype.bits / 8))
            scratch.append(operand.type.byteCount)
            inner.operands[position] = Operand(
                type: ConcreteType(operand.dtype, shape, operand.type.quantization), constant: nil)
        }
        guard let lowered = try window(inner), var result = lowered.outputs.first, lowered.outputs.count == 1 else {
            return nil
        }
        let last = result.shape
        let strides = Tensor.contiguousStrides(of: last)
        let order = [0, last.count - 1] + Array(1..<(last.count - 1))
        result.shape = order.map { last[$0] }
        let back = StridedCopy(shape: result.shape, strides: order.map { strides[$0] }, width: result.dtype.bits / 8)
        let inputCount = context.operands.count
        let first = scratch.count + 2
        scratch +=
            [result.byteCount, (inputCount + 1) * MemoryLayout<UnsafeMutableRawPointer>.stride] + lowered.scratch
        let body = lowered.body
        return Lowered([result], scratch: scratch) { memory throws(ModelError) in
            let table = memory.scratch(first - 1, as: UnsafeMutableRawPointer.self)
            for position in 0..<inputCount { table[position] = memory.inputs[position] }
            for (block, position) in moved.enumerated() {
                copies[block].run(from: memory.inputs[position], to: memory.scratch[block])
                table[position] = memory.scratch[block]
            }
            table[inputCount] = memory.scratch[first - 2]
            try body(StepMemory(inputs: table, outputs: table + inputCount, scratch: memory.scratch + first))
            back.run(from: memory.scratch[first - 2], to: memory.outputs[0])
        }
    }
}
