import EdgeModels
import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Matrix products with weights of 2, 4 and 8 bits in blocks.
@Suite("Execution: low-bit weights") struct LowBitTests {
    private struct Request: Encodable {
        var folder: String
        var seed: Int
    }

    private struct Case: Decodable {
        var name: String
        var tolerance: Double
    }

    @Test(
        "MatMulNBits and weights dequantized in blocks give what onnxruntime gives",
        .enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func agreesWithOnnxruntime() throws {
        let folder = try TemporaryDirectory()
        let cases: [Case] = try PythonPeer.call(
            "lowbit_oracle.py", Request(folder: folder.path, seed: 1), timeout: 300, as: [Case].self)
        #expect(cases.count > 20)
        for item in cases {
            do {
                let path = "\(folder.path)/\(item.name)"
                let model = try ModelFile.read(path: "\(path).onnx")
                let input = try NpyFile.read("\(path).in0.npy")
                let expected = try NpyFile.read("\(path).out0.npy").numbers()
                let scale = expected.map(\.magnitude).max() ?? 1
                for kernels in KernelSelection.allCases {
                    let session = try Session(model, options: ExecutionOptions(kernels: kernels))
                    let found = try session.run([input])[0].numbers()
                    let difference = ReferenceAnswers.largestDifference(expected, found)
                    #expect(difference <= item.tolerance * scale, "\(item.name) with \(kernels.rawValue) kernels")
                }
            } catch {
                Issue.record("\(item.name): \(error)")
            }
        }
    }

    /// A dense layer `[3, 70]` to `[3, 33]` with integer weights.
    private static func layer(_ dtype: DType, _ quantization: Quantization, isDynamic: Bool) throws -> Model {
        var graph = Graph()
        let data = graph.addValue(name: "x", type: TensorType(dtype: .f32, shape: [.fixed(3), .fixed(70)]))
        graph.inputs = [data]
        let range = dtype == .i2 ? -2...1 : dtype == .i4 ? -8...7 : -128...127
        let numbers = (0..<33 * 70).map { ($0 * 7919 % 104_729) % range.count + range.lowerBound }
        let weights = graph.addConstant(
            name: "w", try Tensor.integers(numbers, shape: [33, 70], dtype: dtype), quantization: quantization)
        let bias = graph.addConstant(name: "b", try Tensor((0..<33).map { Float($0) * 0.1 }, shape: [33]))
        let result = graph.addValue(name: "y")
        var attributes: [String: Attribute] = ["transB": .int(1)]
        if isDynamic { attributes["dynamic_activations"] = .int(1) }
        graph.nodes.append(
            Node(name: "dense", op: .gemm, inputs: [data, weights, bias], outputs: [result], attributes: attributes))
        graph.outputs = [result]
        try graph.inferShapes()
        return Model(name: "layer", graph: graph, origin: "test")
    }

    @Test(
        "kernels give what plain code gives, for every width, grouping and way of activations",
        arguments: [DType.i8, .i4, .i2], [false, true])
    func kernelsAgree(dtype: DType, isDynamic: Bool) throws {
        let input = try Tensor((0..<210).map { Float(($0 * 37) % 101) / 50 - 1 }, shape: [3, 70])
        let grouped = (0..<33 * 3).map { Float($0 % 7 + 1) * 0.01 }
        let quantizations = [
            Quantization(scale: 0.02, zeroPoint: 0),
            Quantization(
                scales: (0..<33).map { Float($0 + 1) * 0.001 }, zeroPoints: [Int32](repeating: 0, count: 33), axis: 0),
            Quantization(scales: grouped, zeroPoints: [Int32](repeating: 0, count: 99), axis: 1, groupSize: 32),
            Quantization(scales: grouped, zeroPoints: (0..<99).map { Int32($0 % 3) - 1 }, axis: 1, groupSize: 32),
        ]
        for quantization in quantizations {
            let model = try Self.layer(dtype, quantization, isDynamic: isDynamic)
            func result(_ kernels: KernelSelection) throws -> [Double] {
                let session = try Session(model, options: ExecutionOptions(kernels: kernels))
                return try session.run([input])[0].numbers()
            }
            let expected = try result(.reference)
            let scale = expected.map(\.magnitude).max() ?? 1
            for kernels in KernelSelection.allCases {
                let difference = ReferenceAnswers.largestDifference(expected, try result(kernels))
                #expect(difference <= 1e-5 * scale, "\(dtype.rawValue) \(kernels.rawValue)")
            }
        }
    }
}
