import CEdgeKernels
import Testing

@testable import EdgeTensors

/// Dense layers with weights of 4 and 2 bits, in every instruction set against the scalar kernel.
@Suite struct LowBitKernelTests {
    private static let instructionSets = [EDGE_ISA_AVX2, EDGE_ISA_AVX512_VNNI]
    /// Rows, inputs, outputs, group (0: one scale a channel): sizes around those of registers, units and groups.
    private static let sizes: [[Int32]] = [
        [1, 1, 1, 0], [1, 7, 5, 0], [1, 32, 16, 0], [1, 129, 70, 0], [3, 96, 33, 32], [1, 100, 17, 32],
        [5, 45, 64, 16],
        [2, 70, 30, 12], [7, 64, 48, 64], [1, 515, 65, 128],
    ]

    private static func bytes(_ count: Int, _ source: inout RandomSource) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: source.next()) }
    }

    @Test(
        "integer sums are those of the scalar kernel, to the bit", arguments: sizes,
        [EDGE_WEIGHT_I4, EDGE_WEIGHT_I2].map(\.rawValue))
    func integersAreExact(size: [Int32], type: UInt32) throws {
        let (rows, inputs, outputs) = (Int(size[0]), Int(size[1]), Int(size[2]))
        var source = RandomSource(seed: UInt64(inputs * outputs))
        let weights = Self.bytes(inputs * outputs, &source)
        let input = Self.bytes(rows * inputs, &source)
        // Powers of two: no factor rounds, and every sum of a group is a whole number of its scale.
        let groups = size[3] == 0 ? 1 : (inputs + Int(size[3]) - 1) / Int(size[3])
        // Those far apart do not fit the 16 bits in which AVX-512 keeps scales of groups.
        for choice: [Float] in [[0.25, 0.5, -1, 2], [0, 1, 0x1p-20]] {
            let scales = (0..<outputs * groups).map { _ in choice.randomElement(using: &source) ?? 1 }
            try Self.compare(size, edge_weight_type(rawValue: type), scales, weights, input)
        }
    }

    /// Holds every instruction set against the scalar kernel.
    private static func compare(
        _ size: [Int32], _ type: edge_weight_type, _ scales: [Float], _ weights: [UInt8], _ input: [UInt8]
    ) throws {
        func result(_ isa: edge_isa) throws -> [Float] {
            var output = [Float](repeating: .nan, count: Int(size[0] * size[2]))
            try scales.withUnsafeBufferPointer { scales in
                try weights.withUnsafeBytes { weights in
                    var options = edge_conv_q8_options()
                    options.isa = isa
                    options.shape = edge_dense_shape(size[0], size[1], size[2])
                    options.weight_type = type
                    options.weights = weights.baseAddress
                    options.weight_scales = scales.baseAddress
                    options.scale_group = size[3]
                    (options.input_type, options.input_scale, options.input_zero) = (EDGE_U8, 0.5, 0)
                    options.output_type = EDGE_OUTPUT_F32
                    (options.min, options.max) = (-.infinity, .infinity)
                    let layer = try #require(edge_conv_q8_create(&options))
                    defer { edge_conv_q8_destroy(layer) }
                    let scratch = try TensorStorage(byteCount: edge_conv_q8_scratch(layer))
                    edge_conv_q8_run(layer, input, nil, &output, scratch.base)
                }
            }
            return output
        }
        let expected = try result(EDGE_ISA_SCALAR)
        for isa in instructionSets { #expect(try result(isa) == expected, "\(isa)") }
    }

    @Test("float activations meet integer weights", arguments: sizes, [0, 1, 2, 3] as [UInt32])
    func floatsMeetIntegers(size: [Int32], type: UInt32) throws {
        let (rows, inputs, outputs) = (Int(size[0]), Int(size[1]), Int(size[2]))
        var source = RandomSource(seed: UInt64(inputs + outputs))
        let weights = Self.bytes(inputs * outputs, &source)
        let input = (0..<rows * inputs).map { _ in Float(source.normal()) }
        let groups = size[3] == 0 ? 1 : (inputs + Int(size[3]) - 1) / Int(size[3])
        let scales = (0..<outputs * groups).map { _ in Float(source.normal()) * 0.01 }
        let zeros = (0..<outputs * groups).map { _ in Float(Int.random(in: -3...3, using: &source)) }
        let bias = (0..<outputs).map { _ in Float(source.normal()) }
        func result(_ isa: edge_isa) throws -> Tensor {
            var output = [Float](repeating: .nan, count: rows * outputs)
            try scales.withUnsafeBufferPointer { scales in
                try zeros.withUnsafeBufferPointer { zeros in
                    try bias.withUnsafeBufferPointer { bias in
                        try weights.withUnsafeBytes { weights in
                            var options = edge_dense_lowbit_options()
                            options.isa = isa
                            (options.in, options.out, options.scale_group) = (size[1], size[2], size[3])
                            options.weight_type = edge_weight_type(rawValue: type)
                            options.weights = weights.baseAddress
                            options.weight_scales = scales.baseAddress
                            options.weight_zeros = rows > 1 ? zeros.baseAddress : nil
                            options.bias = bias.baseAddress
                            (options.min, options.max) = (-1, 4)
                            let layer = try #require(edge_dense_lowbit_create(&options))
                            defer { edge_dense_lowbit_destroy(layer) }
                            let scratch = try TensorStorage(byteCount: edge_dense_lowbit_scratch(layer, size[0]))
                            edge_dense_lowbit_run(layer, size[0], input, &output, scratch.base)
                        }
                    }
                }
            }
            return try Tensor(output, shape: [rows, outputs])
        }
        let expected = try result(EDGE_ISA_SCALAR)
        for isa in Self.instructionSets {
            // 8-bit weights sum to a few hundred before they are clamped.
            #expect(try result(isa).maxAbsoluteDifference(from: expected) < (type < 2 ? 2e-4 : 1e-5), "\(isa)")
        }
    }

    @Test func layersThatMakeNoSenseAreRefused() {
        var options = edge_dense_lowbit_options()
        (options.in, options.out) = (4, 0)
        #expect(edge_dense_lowbit_create(&options) == nil)
        (options.in, options.out) = (Int32.max, Int32.max)
        #expect(edge_dense_lowbit_create(&options) == nil)
        (options.in, options.out, options.scale_group) = (4, 4, -1)
        #expect(edge_dense_lowbit_create(&options) == nil)
    }
}
