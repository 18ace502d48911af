import EdgeModels
import EdgeTensors
import EdgeTraining
import PeerTesting
import Testing

/// Handwritten digits, by the recipe of `Benchmarks/training`.
@Suite struct DigitTrainingTests {
    static func digits(_ part: String) throws -> LabelledDataset {
        let folder = "\(SharedData.path)/datasets/mnist/\(part)-2000"
        return try LabelledDataset(
            inputs: ["\(folder)-images-idx3-ubyte"], labels: "\(folder)-labels-idx1-ubyte"
        ).rescaled(scale: 1 / 255)
    }

    static func network(seed: UInt64) throws -> Model {
        func conv(_ filters: Int) -> Layer {
            .convolution(Layer.Convolution(.picture, filters: filters, activation: .relu))
        }
        let pool = Layer.pool(maximum: true, size: [2], stride: nil, padding: .valid)
        return try NetworkBuilder.build(
            [
                conv(16), pool, conv(32), pool, .flatten, .dropout(rate: 0.25),
                .dense(units: 64, bias: true, activation: .relu), .dense(units: 10, bias: true, activation: .softmax),
            ], input: [1, 28, 28], seed: seed)
    }

    static func options(epochs: Int, seed: UInt64) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.rate = 2e-3
        options.schedule = .cosine()
        options.seed = seed
        return options
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func twoEpochsTeachMostDigits() throws {
        let data = try Self.digits("train")
        let result = try TrainingLoop(
            Self.network(seed: 0), data: data.rows(0..<1000), options: Self.options(epochs: 2, seed: 0)
        ).run()
        let judged = try Evaluation(result.model, on: Self.digits("test").rows(0..<500), metric: .accuracy)
        #expect((judged.value.number ?? 0) > 0.8)
    }
}
