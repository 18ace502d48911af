import EdgeModels
import EdgeTensors
import EdgeTraining
import Glibc

/// Fits the biases of a classifier's last layer to labels: one number a class, all other weights stay as they are.
///
/// Cutting and rounding shift how often each class wins; these few numbers put that right and are too few to learn samples by heart. Maximum
/// likelihood of the labels under a softmax, with a small penalty on the change, by Newton's method.
enum OutputBias {
    /// Half of it times the square of the change is added to minus the logarithm of the likelihood.
    private static let penalty = 1.0
    private static let mostRounds = 50

    /// The model with new biases.
    ///
    /// - Returns: nil where there is nothing to fit: no classes as labels, or no dense layer or convolution that gives one number for each of them.
    static func fitted(_ model: Model, on data: LabelledDataset) throws -> Model? {
        guard let labels = data.classes, labels.allSatisfy({ $0 >= 0 }), model.graph.outputs.count == 1 else {
            return nil
        }
        var probe = model
        probe.graph.outputs = Sensitivity.comparedValues(model.graph)
        guard let layer = lastLayer(probe.graph), layer.rows >= 2 else { return nil }
        let scores = try ModelRunner(probe).predictions(data)[0]
        guard scores.columns == layer.rows, scores.rows == labels.count, labels.allSatisfy({ $0 < layer.rows }),
            scores.values.allSatisfy(\.isFinite), let change = fit(scores, labels)
        else { return nil }
        var result = model
        let old = try layer.biasValues(model.graph) ?? [Float](repeating: 0, count: layer.rows)
        let bias = result.graph.addConstant(
            name: result.graph.uniqueValueName(layer.node.name + "/bias"),
            try Tensor(zip(old, change).map { $0 + Float($1) }, shape: [layer.rows]))
        result.graph.nodes[layer.position].inputs = [layer.data, layer.weights, bias]
        result.graph.removeUnusedConstants()
        return result
    }

    /// The layer whose numbers are the output, seen through operators that only change the shape.
    private static func lastLayer(_ graph: Graph) -> WeightLayer? {
        let producers = graph.producers()
        var value = graph.outputs[0]
        while let position = producers[value] {
            let node = graph.nodes[position]
            switch node.op {
            case .reshape, .flatten, .squeeze, .identity:
                guard let input = node.input(0) else { return nil }
                value = input
            default: return WeightLayer(node, position: position, in: graph)
            }
        }
        return nil
    }

    private static func fit(_ scores: Predictions, _ labels: [Int]) -> [Double]? {
        let count = scores.columns
        var change = [Double](repeating: 0, count: count)
        var best = loss(scores, labels, change)
        for _ in 0..<mostRounds {
            var gradient = change.map { penalty * $0 }
            var curvature = [Double](repeating: 0, count: count * count)
            for index in 0..<count { curvature[index * count + index] = penalty }
            for row in 0..<scores.rows {
                let shares = softmax(scores, row, change)
                for i in 0..<count {
                    gradient[i] += shares[i] - (labels[row] == i ? 1 : 0)
                    curvature[i * count + i] += shares[i]
                    for j in 0..<count { curvature[i * count + j] -= shares[i] * shares[j] }
                }
            }
            guard let factor = Cholesky(curvature, size: count) else { return nil }
            let step = factor.solve(gradient)
            // A whole step may pass the optimum; half of one, half of that…
            var length = 1.0
            var next = change
            var value = Double.infinity
            while length > 1e-6, !(value <= best) {
                next = zip(change, step).map { $0 - length * $1 }
                value = loss(scores, labels, next)
                length /= 2
            }
            guard value < best else { return change }
            let isDone = best - value < 1e-9 * max(1, best)
            (change, best) = (next, value)
            if isDone { break }
        }
        return change
    }

    private static func loss(_ scores: Predictions, _ labels: [Int], _ change: [Double]) -> Double {
        var sum = change.reduce(0) { $0 + penalty / 2 * $1 * $1 }
        for row in 0..<scores.rows { sum -= log(max(softmax(scores, row, change)[labels[row]], 1e-300)) }
        return sum
    }

    private static func softmax(_ scores: Predictions, _ row: Int, _ change: [Double]) -> [Double] {
        var values = zip(scores.row(row), change).map { Double($0) + $1 }
        let largest = values.max() ?? 0
        for index in values.indices { values[index] = exp(values[index] - largest) }
        let sum = values.reduce(0, +)
        return values.map { $0 / sum }
    }
}
