import CEdgeKernels
import Testing

@testable import EdgeTensors

/// The C kernels as Swift calls them. `Tests/Kernels/check_kernels.c` compares them on many more shapes under sanitizers.
@Suite struct KernelTests {
    /// A few shapes with sizes around those of registers: channels, kernel, stride, dilation, padding, groups.
    private static let shapes: [edge_conv_shape] = [
        shape(9, 7, 3, 16, kernel: 3), shape(9, 7, 17, 33, kernel: 3, stride: 2),
        shape(12, 5, 64, 7, kernel: 1, pad: 0),
        shape(8, 8, 15, 15, kernel: 3, groups: 15), shape(8, 20, 8, 8, kernel: 3, groups: 8),
        shape(9, 9, 64, 64, kernel: 3, stride: 2, groups: 64), shape(11, 11, 4, 6, kernel: 3, dilation: 2, pad: 2),
        shape(6, 6, 8, 12, kernel: 3, groups: 2), edge_dense_shape(1, 130, 70), edge_dense_shape(5, 33, 1),
    ]

    private static func shape(
        _ height: Int32, _ width: Int32, _ inputs: Int32, _ outputs: Int32, kernel: Int32, stride: Int32 = 1,
        dilation: Int32 = 1, pad: Int32 = 1, groups: Int32 = 1
    ) -> edge_conv_shape {
        let span = (kernel - 1) * dilation + 1
        return edge_conv_shape(
            batch: 2, in_h: height, in_w: width, in_c: inputs, out_h: (height + 2 * pad - span) / stride + 1,
            out_w: (width + 2 * pad - span) / stride + 1, out_c: outputs, kernel_h: kernel, kernel_w: kernel,
            stride_h: stride, stride_w: stride, dilation_h: dilation, dilation_w: dilation, pad_top: pad, pad_left: pad,
            groups: groups)
    }

    private static func counts(_ s: edge_conv_shape) -> (input: Int, weights: Int, output: Int) {
        (
            Int(s.batch * s.in_h * s.in_w * s.in_c), Int(s.out_c * (s.in_c / s.groups) * s.kernel_h * s.kernel_w),
            Int(s.batch * s.out_h * s.out_w * s.out_c)
        )
    }

    private static let instructionSets = [EDGE_ISA_SCALAR, EDGE_ISA_AVX2, EDGE_ISA_AVX512_VNNI]

    @Test(arguments: shapes.indices)
    func everyInstructionSetConvolvesAlike(index: Int) throws {
        let shape = Self.shapes[index]
        let counts = Self.counts(shape)
        var source = RandomSource(seed: UInt64(index))
        let weights = (0..<counts.weights).map { _ in Float(source.normal()) }
        let bias = (0..<Int(shape.out_c)).map { _ in Float(source.normal()) }
        let input = (0..<counts.input).map { _ in Float(source.normal()) }
        let residual = (0..<counts.output).map { _ in Float(source.normal()) }
        func result(_ backend: FloatConvolution.Backend, _ isa: edge_isa) throws -> Tensor {
            let conv = try #require(
                FloatConvolution(
                    shape, weights: weights, bias: bias, minimum: 0, maximum: 6, addsResidual: true, backend: backend,
                    isa: isa))
            let scratch = try TensorStorage(byteCount: conv.scratchByteCount)
            var output = [Float](repeating: .nan, count: counts.output)
            conv.run(input, residual: residual, output: &output, scratch: scratch.base)
            return try Tensor(output, shape: [counts.output])
        }
        let expected = try result(.own, EDGE_ISA_SCALAR)
        for isa in Self.instructionSets {
            #expect(try result(.own, isa).maxAbsoluteDifference(from: expected) < 1e-4, "\(isa)")
        }
        // Where oneDNN is absent this is our own kernel again.
        #expect(try result(.oneDNN, edge_isa_detected()).maxAbsoluteDifference(from: expected) < 1e-4)
    }

    private static let weightTypes = [EDGE_WEIGHT_I8, EDGE_WEIGHT_U8, EDGE_WEIGHT_I4, EDGE_WEIGHT_I2].map(\.rawValue)

    @Test(arguments: shapes.indices, weightTypes)
    func everyInstructionSetConvolvesQuantizedNumbersAlike(index: Int, type: UInt32) throws {
        let shape = Self.shapes[index]
        let counts = Self.counts(shape)
        var source = RandomSource(seed: UInt64(index))
        let perByte = type == EDGE_WEIGHT_I4.rawValue ? 2 : type == EDGE_WEIGHT_I2.rawValue ? 4 : 1
        let weights = (0..<(counts.weights + perByte - 1) / perByte).map { _ in
            UInt8(truncatingIfNeeded: source.next())
        }
        let scales = [Float](repeating: 0.01, count: Int(shape.out_c))
        let bias = (0..<shape.out_c).map { $0 * 50 - 200 }
        let input = (0..<counts.input).map { _ in Int8(truncatingIfNeeded: source.next()) }
        func result(_ isa: edge_isa) throws -> [Int8] {
            var output = [Int8](repeating: 0, count: counts.output)
            try scales.withUnsafeBufferPointer { scales in
                try bias.withUnsafeBufferPointer { bias in
                    try weights.withUnsafeBytes { weights in
                        var options = edge_conv_q8_options()
                        options.isa = isa
                        options.shape = shape
                        options.weight_type = edge_weight_type(rawValue: type)
                        options.weights = weights.baseAddress
                        options.weight_zero = type == EDGE_WEIGHT_U8.rawValue ? 120 : 0
                        options.weight_scales = scales.baseAddress
                        (options.input_scale, options.input_zero) = (0.02, -7)
                        options.bias = bias.baseAddress
                        (options.output_scale, options.output_zero) = (0.4, 5)
                        (options.output_min, options.output_max) = (-128, 127)
                        let conv = try #require(edge_conv_q8_create(&options))
                        defer { edge_conv_q8_destroy(conv) }
                        let scratch = try TensorStorage(byteCount: edge_conv_q8_scratch(conv))
                        edge_conv_q8_run(conv, input, nil, &output, scratch.base)
                    }
                }
            }
            return output
        }
        let expected = try result(EDGE_ISA_SCALAR)
        for isa in Self.instructionSets {
            let found = try result(isa)
            let steps = zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
            #expect(steps <= 1, "\(isa)")
        }
    }

    @Test func shapesThatMakeNoSenseAreRefused() {
        var shape = edge_dense_shape(1, 4, 4)
        let weights = [Float](repeating: 0, count: 16)
        let sound = edge_conv_f32_create(EDGE_ISA_SCALAR, &shape, weights, nil, 0, 1)
        #expect(sound != nil)
        edge_conv_f32_destroy(sound)
        for change in [
            { (s: inout edge_conv_shape) in s.in_c = 0 }, { $0.groups = 3 }, { $0.kernel_w = -1 },
            { $0.pad_left = -1 }, { $0.stride_h = 0 }, { $0.out_w = Int32.max }, { $0.kernel_h = Int32.max },
        ] {
            var broken = shape
            change(&broken)
            #expect(edge_conv_f32_create(EDGE_ISA_AVX512_VNNI, &broken, weights, nil, 0, 1) == nil)
        }
    }
}
