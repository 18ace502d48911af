import EdgeModels
import EdgeTensors
import EdgeTraining

/// Gathers, for a layer, the inputs of single outputs (the patches a convolution sums over) with the outputs wanted there.
struct LayerSamples {
    private let layer: WeightLayer
    private let groups: Int
    /// Columns of weights: the inputs of one output.
    private let columns: Int
    private var generator = SeededGenerator(seed: 0)
    private(set) var moments: [LayerMoments]

    /// Positions taken from all images together: enough for second moments of this many inputs.
    private var positionLimit: Int { min(max(4096, 16 * columns), 24576) }
    /// Positions gathered at a time.
    private let pieceSize = 2048

    init(_ layer: WeightLayer) {
        self.layer = layer
        self.groups = layer.groups
        self.columns = layer.columns
        self.moments = (0..<layer.groups).map { _ in
            LayerMoments(inputs: layer.columns, outputs: layer.rows / layer.groups)
        }
    }

    /// Adds batches of inputs and the outputs wanted for them.
    mutating func add(_ pairs: [(input: Tensor, output: Tensor)]) throws {
        let counts = pairs.map { $0.output.count / max(1, layer.rows) }
        let total = counts.reduce(0, +)
        let share = min(1, Double(positionLimit) / Double(max(1, total)))
        for (pair, count) in zip(pairs, counts) {
            let wanted = Int((Double(count) * share).rounded(.up))
            // One position out of each of as many equal stretches, at random within it.
            let positions = (0..<wanted).map { index in
                let start = index * count / wanted
                let end = max(start + 1, (index + 1) * count / wanted)
                return start + generator.next(below: end - start)
            }
            for start in stride(from: 0, to: positions.count, by: pieceSize) {
                try add(pair, positions: Array(positions[start..<min(start + pieceSize, positions.count)]))
            }
        }
    }

    private mutating func add(_ pair: (input: Tensor, output: Tensor), positions: [Int]) throws {
        let width = positions.count
        let x: [Float]
        let y: [Float]
        if layer.node.op == .gemm {
            x = try gathered(pair.input, features: columns, positions: positions)
            y = try gathered(pair.output, features: layer.rows, positions: positions)
        } else {
            let geometry = try ConvolutionGeometry(layer, input: pair.input.shape, output: pair.output.shape)
            x = try pair.input.withElements(of: Float.self) { geometry.patches($0, positions: positions) }
            y = try pair.output.withElements(of: Float.self) { geometry.outputs($0, positions: positions) }
        }
        let (inputSize, outputSize) = (columns * width, layer.rows / groups * width)
        guard x.count == inputSize * groups, y.count == outputSize * groups else {
            throw CompressionError.calibration("\(layer.node.name) has activations that do not fit its weights")
        }
        for group in 0..<groups {
            moments[group].add(
                Array(x[group * inputSize..<(group + 1) * inputSize]),
                Array(y[group * outputSize..<(group + 1) * outputSize]), columns: width)
        }
    }

    /// Rows of a matrix as columns.
    private func gathered(_ tensor: Tensor, features: Int, positions: [Int]) throws -> [Float] {
        try tensor.withElements(of: Float.self) { values in
            guard let last = positions.max(), (last + 1) * features <= values.count else { return [] }
            var result = [Float](repeating: 0, count: features * positions.count)
            for feature in 0..<features {
                for (column, position) in positions.enumerated() {
                    result[feature * positions.count + column] = values[position * features + feature]
                }
            }
            return result
        }
    }
}
