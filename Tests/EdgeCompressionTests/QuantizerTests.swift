@testable import EdgeCompression
import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

@Suite struct QuantizerTests {
    private func difference(
        _ options: QuantizationOptions, calibrated: Bool = true, seed: UInt64 = 1
    ) throws -> (OutputDifference, Model) {
        let model = try SampleNetwork.residual(seed: seed)
        let data = try SampleNetwork.images(96)
        let quantized = try Quantizer.quantize(
            model, options: options, calibration: calibrated ? try data.rows(0..<64) : nil)
        let unseen = try data.rows(64..<96)
        let reference = try ModelRunner(model).predictions(unseen)[0]
        return (try OutputDifference(ModelRunner(quantized).predictions(unseen)[0], reference: reference), quantized)
    }

    @Test(arguments: CalibrationMethod.allCases) func eightBitsStayCloseWithEveryMethod(method: CalibrationMethod)
        throws
    {
        let (difference, model) = try difference(QuantizationOptions(bits: 8, method: method))
        #expect(difference.agreement ?? 0 >= 0.9)
        #expect(difference.sqnr > 15)
        #expect(model.history.count == 1)
    }

    @Test func everyLayerIsStoredInIntegers() throws {
        let (_, model) = try difference(QuantizationOptions(bits: 8))
        for node in model.graph.nodes where node.op == .conv || node.op == .gemm {
            let types = node.inputs.compactMap { $0 }.map { model.graph.type(of: $0)?.dtype }
            #expect(types == [.i8, .i8, .i32], "\(node.name)")
            #expect(model.graph.type(of: node.outputs[0])?.dtype == .i8)
        }
        let conversions = model.graph.nodes.filter { $0.op == .quantizeLinear || $0.op == .dequantizeLinear }
        #expect(conversions.map(\.op) == [.quantizeLinear, .dequantizeLinear])
    }

    @Test func fourBitsArePackedAndCompensated() throws {
        let (compensated, model) = try difference(QuantizationOptions(bits: 4))
        let (nearest, _) = try difference(QuantizationOptions(bits: 4, rounding: .nearest))
        #expect(compensated.sqnr > nearest.sqnr)
        for node in model.graph.nodes where node.op == .conv || node.op == .gemm {
            let weights = try #require(node.input(1).flatMap { model.graph.constants[$0] })
            #expect(weights.dtype == .i4)
            #expect(weights.byteCount == (weights.count + 1) / 2)
        }
    }

    @Test func twoBitsArePackedFourAByte() throws {
        let (_, model) = try difference(QuantizationOptions(bits: 2))
        for node in model.graph.nodes where node.op == .conv || node.op == .gemm {
            let weights = try #require(node.input(1).flatMap { model.graph.constants[$0] })
            #expect(weights.dtype == .i2)
            #expect(weights.byteCount == (weights.count + 3) / 4)
            #expect(try Set(weights.integers()).isSubset(of: [-1, 0, 1]))
        }
        // Kernels and plain code see the same numbers.
        let images = try SampleNetwork.images(2).inputs[0]
        let answers = try KernelSelection.allCases.map { kernels in
            try Session(model, options: ExecutionOptions(kernels: kernels)).run([images])[0]
        }
        for answer in answers { #expect(try answer.maxAbsoluteDifference(from: answers[0]) < 0.05) }
    }

    @Test func withoutDataActivationsAreQuantizedAsTheyArrive() throws {
        for bits in [8, 4] {
            let (difference, model) = try difference(QuantizationOptions(bits: bits), calibrated: false)
            #expect(difference.sqnr > (bits == 8 ? 25 : 5))
            let layers = model.graph.nodes.filter { $0.op == .conv || $0.op == .gemm }
            #expect(layers.count == 4)
            #expect(layers.allSatisfy { $0.int("dynamic_activations") == 1 })
        }
    }

    @Test func aSampleIsQuantizedAsIfItWereAlone() throws {
        let model = try Quantizer.quantize(try SampleNetwork.residual(seed: 3), options: QuantizationOptions(bits: 8))
        let images = try SampleNetwork.images(2).inputs[0]
        var pixels = try images.elements(as: Float.self)
        let size = pixels.count / 2
        for position in size..<2 * size { pixels[position] *= 50 }
        let alone = try Tensor(Array(pixels[..<size]), shape: [1] + images.shape.dropFirst())
        let together = try Tensor(pixels, shape: images.shape)
        let session = try Session(model)
        let expected = try session.run([alone])[0].elements(as: Float.self)
        let found = try session.run([together])[0].elements(as: Float.self)
        #expect(Array(found[..<expected.count]) == expected)
    }

    @Test func groupsHaveScalesOfTheirOwn() throws {
        let (_, model) = try difference(QuantizationOptions(bits: 4, group: 8))
        let layer = try #require(model.graph.nodes.first { $0.name == "pointwise" })
        let quantization = try #require(layer.input(1).flatMap { model.graph.type(of: $0)?.quantization })
        #expect(quantization.axis == 1 && quantization.groupSize == 8 && quantization.scales.count == 32)
        let depthwise = try #require(model.graph.nodes.first { $0.name == "depthwise" })
        #expect(depthwise.input(1).flatMap { model.graph.type(of: $0)?.quantization?.groupSize } == nil)
    }

    @Test func skippedLayersStayFloat() throws {
        let (_, byName) = try difference(QuantizationOptions(bits: 8, skip: ["pointwise"]))
        let layer = try #require(byName.graph.nodes.first { $0.name == "pointwise" })
        #expect(layer.input(1).flatMap { byName.graph.type(of: $0)?.dtype } == .f32)
        let (difference, byOperator) = try difference(
            QuantizationOptions(bits: 8, skip: ["Gemm", "MatMul", "Softmax"]))
        #expect(
            byOperator.graph.nodes.contains {
                $0.op == .gemm && byOperator.graph.type(of: $0.outputs[0])?.dtype == .f32
            })
        #expect(difference.sqnr > 15)
    }

    @Test func anUnknownNameToSkipIsAnErrorThatNamesNearOnes() throws {
        let error = #expect(throws: CompressionError.self) {
            _ = try difference(QuantizationOptions(skip: ["pointwize"]))
        }
        #expect(error?.code == "C0003" && error?.hint?.contains("\"pointwise\"") == true)
    }

    @Test func integerBordersAndSymmetricActivations() throws {
        let (_, model) = try difference(QuantizationOptions(bits: 8, symmetric: true, boundary: .int8))
        #expect(model.graph.type(of: model.graph.inputs[0])?.dtype == .i8)
        #expect(
            model.graph.type(of: model.graph.outputs[0])?.quantization == Quantization(scale: 1 / 256, zeroPoint: -128))
        #expect(!model.graph.nodes.contains { $0.op == .quantizeLinear || $0.op == .dequantizeLinear })
        let inner = try #require(model.graph.nodes.first { $0.op == .conv })
        #expect(model.graph.type(of: inner.outputs[0])?.quantization?.zeroPoints == [0])
    }

    @Test func operandsThatShareAScaleDo() throws {
        let (_, model) = try difference(QuantizationOptions(bits: 8))
        for node in model.graph.nodes where [.maxPool, .flatten, .relu, .clip].contains(node.op) {
            let (input, output) = (model.graph.type(of: node.inputs[0]!), model.graph.type(of: node.outputs[0]))
            #expect(input?.quantization == output?.quantization, "\(node.name)")
        }
    }

    @Test func aQuantizedModelIsRefused() throws {
        let (_, model) = try difference(QuantizationOptions(bits: 8))
        let error = #expect(throws: CompressionError.self) { _ = try Quantizer.quantize(model) }
        #expect(error?.code == "C0002")
    }

    @Test func optionsThatMakeNoSenseAreErrors() throws {
        let model = try SampleNetwork.residual()
        for options in [
            QuantizationOptions(bits: 3), QuantizationOptions(bits: 8, group: 32),
            QuantizationOptions(bits: 4, group: 7),
            QuantizationOptions(percentile: 20), QuantizationOptions(boundary: .int8),
            QuantizationOptions(bits: 4, rounding: .compensated),
        ] {
            #expect(throws: CompressionError.self) { _ = try Quantizer.quantize(model, options: options) }
        }
    }

    @Test func workCanBeCancelled() throws {
        struct Stop: Error {}
        let data = try SampleNetwork.images(64)
        #expect(throws: Stop.self) {
            _ = try Quantizer.quantize(
                SampleNetwork.residual(), options: QuantizationOptions(bits: 4), calibration: data
            ) { if $0 > 0.4 { throw Stop() } }
        }
    }

    @Test func preparationKeepsTheFunction() throws {
        let model = try SampleNetwork.residual()
        let prepared = try Preparation.prepare(model)
        #expect(prepared.graph.nodes.allSatisfy { $0.op != .batchNormalization && $0.op != .matMul })
        let data = try SampleNetwork.images(8)
        let difference = try OutputDifference(
            ModelRunner(prepared).predictions(data)[0], reference: ModelRunner(model).predictions(data)[0])
        #expect(difference.maxError < 1e-5)
    }
}
