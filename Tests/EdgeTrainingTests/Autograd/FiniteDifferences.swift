import EdgeModels
import EdgeTensors
import EdgeTraining

/// Gradients against central differences along random directions, sums in double precision.
struct FiniteDifferences {
    var model: Model
    var inputs: [Tensor]
    var training = true
    /// How far inputs are moved. Larger steps lose less to rounding and more to curvature.
    var step: Float = 4e-3

    struct Outcome {
        /// The slope as measured and as the gradients give it, and how far apart they may be.
        var measured: Double
        var computed: Double
        var tolerance: Double
        var agrees: Bool { abs(measured - computed) <= tolerance }
    }

    /// Moves all f32 inputs and all parameters along one random direction.
    func check(seed: UInt64) throws -> Outcome {
        var source = RandomSource(seed: seed)
        let trainable = try TrainableModel(model)
        let outputs = try trainable.forward(inputs, training: training, seed: seed)
        let weights = try outputs.map { output in
            try Tensor(uniform: -1...1, shape: output.shape, from: &source)
        }
        let floatOutputs = outputs.map { $0.dtype == .f32 }
        let byInputs = try trainable.backward(
            zip(weights, floatOutputs).map { $1 ? $0 : nil }, inputGradients: true)
        let directions = try inputs.map { input in
            input.dtype == .f32 ? try Tensor(uniform: -1...1, shape: input.shape, from: &source) : nil
        }
        let start = Array(trainable.parameters.values)
        let along = start.map { _ in Float(source.uniform() * 2 - 1) }
        var computed = zip(along, trainable.parameters.gradients).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        for (gradient, direction) in zip(byInputs, directions) {
            guard let gradient, let direction else { continue }
            computed += try zip(gradient.elements(as: Float.self), direction.elements(as: Float.self))
                .reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        }
        var size = 0.0
        func loss(_ shift: Float) throws -> Double {
            for position in start.indices {
                trainable.parameters.values[position] = start[position] + shift * along[position]
            }
            let moved = try zip(inputs, directions).map { input, direction in
                guard let direction else { return input }
                let elements = try zip(input.elements(as: Float.self), direction.elements(as: Float.self))
                    .map { $0 + shift * $1 }
                return try Tensor(elements, shape: input.shape)
            }
            var total = 0.0
            for (output, weight) in zip(try trainable.forward(moved, training: training, seed: seed), weights)
            where output.dtype == .f32 {
                for (value, factor) in zip(try output.elements(as: Float.self), try weight.elements(as: Float.self)) {
                    total += Double(value) * Double(factor)
                    size += Double(abs(value) * abs(factor))
                }
            }
            return total
        }
        let (above, below) = (try loss(step), try loss(-step))
        let measured = (above - below) / (2 * Double(step))
        // What rounding of the outputs may cost, and a share for curvature.
        let rounding = size * 2e-6 / Double(step)
        return Outcome(
            measured: measured, computed: computed,
            tolerance: rounding + 0.02 * max(abs(measured), abs(computed)) + 2e-3)
    }
}
