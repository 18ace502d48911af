import EdgeData
import EdgeModels
import EdgeTensors
@testable import EdgeTraining
import PeerTesting
import Testing

@Suite struct NetworkTests {
    private static func conv(_ filters: Int, stride: Int = 1, _ activation: Layer.Activation? = .relu) -> Layer {
        .convolution(Layer.Convolution(.picture, filters: filters, stride: [stride], activation: activation))
    }

    /// Every layer there is, in three networks.
    static let pictures: [Layer] = [
        conv(8), .batchNormalization(epsilon: 1e-5, momentum: 0.9), .activation(.hardSwish),
        .convolution(Layer.Convolution(.depthwise, filters: 2, kernel: [3, 5], stride: [2], activation: .relu6)),
        .residual([conv(16), conv(16, nil)], activation: .relu),
        .residual([conv(24, stride: 2, .leakyRelu), .dropout(rate: 0.3)], activation: nil),
        .pool(maximum: true, size: [2], stride: nil, padding: .valid),
        .pool(maximum: false, size: [2], stride: [1], padding: .same), .activation(.silu),
        .residual([.globalPool(maximum: false)], activation: nil),
    ]
    static let series: [Layer] = [
        .convolution(Layer.Convolution(.series, filters: 6, kernel: [5], dilation: 2, activation: .elu)),
        .convolution(Layer.Convolution(.depthwiseSeries, filters: 1, kernel: [3], stride: [2], padding: .valid)),
        .batchNormalization(epsilon: 1e-3, momentum: 0.9), .activation(.tanh),
        .pool(maximum: true, size: [2], stride: nil, padding: .same), .lstm(units: 5, sequences: true),
        .residual([.attention(heads: 1), .dropout(rate: 0.1)], activation: nil), .layerNormalization(epsilon: 1e-5),
        .gru(units: 4, sequences: false), .dense(units: 3, bias: true, activation: .softmax),
    ]
    static let words: [Layer] = [
        .embedding(vocabulary: 11, size: 8), .positions,
        .residual([.layerNormalization(epsilon: 1e-5), .attention(heads: 2)], activation: nil),
        .residual(
            [.dense(units: 16, bias: true, activation: .gelu), .dense(units: 8, bias: false, activation: nil)],
            activation: .hardSigmoid), .batchNormalization(epsilon: 1e-5, momentum: 0.9),
        .globalPool(maximum: false), .dense(units: 1, bias: true, activation: .sigmoid),
    ]

    @Test func aPictureNetworkHasTheShapesItShould() throws {
        let layers =
            Array(Self.pictures.dropLast()) + [
                .globalPool(maximum: true), .dense(units: 4, bias: true, activation: nil),
            ]
        let model = try NetworkBuilder.build(layers, input: [3, 13, 12])
        let outputs = try Session(model).run([Tensor(zeros: [2, 3, 13, 12])])
        #expect(outputs.map(\.shape) == [[2, 4]])
        #expect(model.graph.nodes.contains { $0.op == .globalMaxPool })
        let names = model.graph.nodes.map(\.name)
        #expect(names.contains("conv1") && names.contains("conv1.relu") && names.contains("residual2.shortcut"))
    }

    @Test func theSameSeedGivesTheSameWeights() throws {
        func weights(_ seed: UInt64) throws -> [Float] {
            let model = try NetworkBuilder.build(
                [.dense(units: 200, bias: true, activation: .relu)], input: [300], seed: seed)
            let id = try #require(model.graph.constants.keys.first { model.graph[$0].name == "dense1.weight" })
            return try #require(model.graph.constants[id]).elements(as: Float.self)
        }
        let first = try weights(1)
        #expect(try weights(1) == first)
        #expect(try weights(2) != first)
        // He: a variance of 2 / 300.
        let variance = first.reduce(0) { $0 + $1 * $1 } / Float(first.count)
        #expect(abs(variance * 150 - 1) < 0.02)
    }

    @Test func layersThatCannotStandWhereTheyDoAreRefused() {
        let wrong: [([Layer], [Int])] = [
            ([Self.conv(8)], [10]), ([.dense(units: 3, bias: true, activation: nil)], [1, 4, 4]),
            ([.dense(units: 0, bias: true, activation: nil)], [4]), ([.attention(heads: 3)], [5, 8]),
            ([.lstm(units: 4, sequences: false)], [8]), ([.flatten, .embedding(vocabulary: 3, size: 2)], [4]),
            ([.dropout(rate: 1)], [4]), ([.residual([], activation: nil)], [4]),
            ([.residual([.flatten], activation: nil)], [1, 4, 4]), ([.globalPool(maximum: true)], [4]),
            ([.convolution(Layer.Convolution(.picture, filters: 4, kernel: [9], padding: .valid))], [1, 4, 4]),
            ([.convolution(Layer.Convolution(.picture, filters: 4, groups: 2))], [3, 4, 4]),
            ([.convolution(Layer.Convolution(.depthwise, filters: .max))], [3, 4, 4]),
            ([.dense(units: 1 << 20, bias: true, activation: nil)], [1 << 20]), ([], []), ([.flatten], [4]), ([], [0]),
            ([], [1, 2, 3, 4]),
            ([.lstm(units: .max, sequences: true)], [4, 4]),
            ([.pool(maximum: true, size: [0], stride: nil, padding: .same)], [1, 4, 4]),
        ]
        for (layers, input) in wrong {
            #expect(throws: TrainingError.self, "\(layers) on \(input)") {
                _ = try NetworkBuilder.build(layers, input: input)
            }
        }
    }

    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"), arguments: 0..<3)
    func onnxRuntimeGivesTheSameNumbers(which: Int) throws {
        let (layers, input): ([Layer], [Int]) =
            [(Array(Self.pictures.dropLast()), [3, 13, 12]), (Self.series, [2, 37]), (Self.words, [6])][which]
        let model = try NetworkBuilder.build(layers, input: input, seed: 5)
        let folder = try TemporaryDirectory()
        try ModelFile.write(model, to: folder.file("network.onnx"))
        var random = RandomSource(seed: 1)
        let count = 2 * input.reduce(1, *)
        let sample =
            which == 2
            ? try Tensor((0..<count).map { Int64($0 % 11) }, shape: [2] + input)
            : try Tensor(normalMean: 0, deviation: 1, shape: [2] + input, from: &random)
        let own = try Session(model).run([sample])
        try FileContents.write(try NPYFile.write(sample), to: folder.file("sample.npy"))
        let theirs = try PeerModel.run(
            .onnxruntime, model: folder.file("network.onnx"), inputs: [folder.file("sample.npy")],
            outputFolder: folder.path
        ).map { try NPYFile.read(try FileContents.read($0.path)) }
        #expect(own.map(\.shape) == theirs.map(\.shape))
        for (left, right) in zip(own, theirs) {
            for (a, b) in zip(try left.elements(as: Float.self), try right.elements(as: Float.self)) {
                #expect(abs(a - b) <= 1e-5 + 1e-4 * abs(b))
            }
        }
    }
}
