import CEdgeKernels
import EdgeTensors

/// `ConvInteger` by the kernel for floats: where no sum can pass 2^24, single precision adds integers without rounding.
enum FastConvolutionInteger {
    /// Nil where weights are computed or could make larger sums.
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        guard let data = context.optional(0), let weights = context.optional(1), let constant = weights.constant,
            data.dtype == .u8 || data.dtype == .i8, data.shape.count >= 3, weights.shape.count == data.shape.count,
            context.node.layout == .channelsFirst,
            context.optional(2).map({ $0.type.count == 1 && $0.dtype == data.dtype }) ?? true
        else { return nil }
        let geometry = try WindowGeometry(context, data: data.shape, kernel: Array(weights.shape[2...]))
        let groups = context.node.int("group") ?? 1
        guard groups > 0, weights.shape[0] % groups == 0, geometry.channels % groups == 0,
            weights.shape[1] == geometry.channels / groups,
            let shape = edge_conv_shape(geometry, outputs: weights.shape[0], groups: groups),
            let numbers = try centred(context, constant)
        else { return nil }
        let packed = numbers.withUnsafeBufferPointer {
            $0.baseAddress.flatMap {
                PackedFloatConvolution(
                    isa: context.isa, shape: shape, weights: $0, bias: nil, low: -.infinity, high: .infinity)
            }
        }
        guard let packed else { return nil }
        let outputs = weights.shape[0]
        let result = try context.result(.i32, geometry.outputShape(channels: outputs))
        let scratch = [
            try context.scratchBytes(packed.scratchByteCount, width: 1),
            try context.scratchBytes(data.type.count, width: 4),
            try context.scratchBytes(result.count, width: 4),
        ]
        let hasZero = context.optional(2) != nil
        let isSigned = data.dtype == .i8
        let (batch, channels) = (geometry.batch, geometry.channels)
        let (inputs, sums) = (geometry.input.reduce(1, *), geometry.output.reduce(1, *))
        return Lowered([result], scratch: scratch) { memory throws(ModelError) in
            let wide: UnsafeMutablePointer<Float> = memory.scratch(1)
            let laid: UnsafeMutablePointer<Float> = memory.scratch(2)
            if isSigned {
                let zero = hasZero ? memory.input(2, as: Int8.self)[0] : 0
                spread(memory.input(0, as: Int8.self), zero, to: wide, batch, channels, inputs)
            } else {
                let zero = hasZero ? memory.input(2, as: UInt8.self)[0] : 0
                spread(memory.input(0, as: UInt8.self), zero, to: wide, batch, channels, inputs)
            }
            packed.run(wide, residual: nil, to: laid, scratch: memory.scratch[0])
            let target = memory.output(0, as: Int32.self)
            for sample in 0..<batch {
                for channel in 0..<outputs {
                    let row = target + (sample * outputs + channel) * sums
                    let from = laid + sample * sums * outputs + channel
                    for position in 0..<sums { row[position] = Int32(from[position * outputs]) }
                }
            }
        }
    }

    /// The weights less their zero points; nil where those do not fit or a sum could be too large for single precision.
    private static func centred(_ context: LoweringContext, _ weights: Tensor) throws(ModelError) -> [Float]? {
        guard weights.dtype == .i8 || weights.dtype == .u8, let integers = weights.integerValues(),
            let outputs = weights.shape.first, outputs > 0
        else { return nil }
        var zeros = [0]
        if let zeroPoint = context.optional(3) {
            guard zeroPoint.dtype == weights.dtype, let constant = zeroPoint.constant?.integerValues(),
                constant.count == 1 || constant.count == outputs
            else { return nil }
            zeros = constant
        }
        let width = integers.count / outputs
        var numbers = [Float](repeating: 0, count: integers.count)
        for output in 0..<outputs {
            var largest = 0
            for position in output * width..<(output + 1) * width {
                let number = integers[position] - zeros[zeros.count == 1 ? 0 : output]
                // Inputs less their zero point are at most 255 apart from zero.
                largest += 255 * abs(number)
                numbers[position] = Float(number)
            }
            guard largest < 1 << 24 else { return nil }
        }
        return numbers
    }

    /// Numbers less their zero point, channels last.
    private static func spread<Element: FixedWidthInteger>(
        _ source: UnsafePointer<Element>, _ zero: Element, to target: UnsafeMutablePointer<Float>, _ batch: Int,
        _ channels: Int, _ area: Int
    ) {
        let zero = Int(zero)
        for sample in 0..<batch {
            for channel in 0..<channels {
                let row = source + (sample * channels + channel) * area
                let to = target + sample * area * channels + channel
                for position in 0..<area { to[position * channels] = Float(Int(row[position]) - zero) }
            }
        }
    }
}
