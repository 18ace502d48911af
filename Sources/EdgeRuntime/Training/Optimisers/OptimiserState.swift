#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A tensor within a flat vector of parameters, and what holds for it alone.
public struct ParameterGroup: Sendable, Hashable {
    public var range: Range<Int>
    /// The weight decay.
    public var decay: Float
    /// What the learning rate is multiplied by.
    public var rateFactor: Float

    public init(range: Range<Int>, decay: Float = 0, rateFactor: Float = 1) {
        self.range = range
        self.decay = decay
        self.rateFactor = rateFactor
    }

    /// One group for each tensor: weights and embeddings decay, biases, scales and shifts do not.
    public static func groups(of parameters: ParameterVector, decay: Float) -> [ParameterGroup] {
        parameters.entries.map { entry in
            switch entry.role {
            case .weight, .embedding: ParameterGroup(range: entry.range, decay: decay)
            case .bias, .normalization: ParameterGroup(range: entry.range)
            }
        }
    }
}

/// An optimiser at work on one flat vector: what it remembers from step to step.
///
/// Every number is moved by itself and in order, so that the same gradients give the same bits each time.
public final class OptimiserState {
    public let optimiser: Optimiser
    public let groups: [ParameterGroup]
    /// The steps made so far.
    public private(set) var steps = 0
    /// What is remembered of each parameter, `optimiser.memoryCount` vectors.
    private let memory: [UnsafeMutableBufferPointer<Float>]

    /// - Parameter count: the number of parameters; the groups lie within it.
    public init(_ optimiser: Optimiser, count: Int, groups: [ParameterGroup]) {
        self.optimiser = optimiser
        self.groups = groups.map { group in
            var group = group
            group.range = group.range.clamped(to: 0..<max(0, count))
            return group
        }
        memory = (0..<optimiser.memoryCount).map { _ in
            let vector = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(0, count))
            vector.initialize(repeating: 0)
            return vector
        }
    }

    deinit { for vector in memory { vector.deallocate() } }

    /// Moves the parameters once.
    ///
    /// - Parameters:
    ///   - values: the parameters, at least as many as the groups cover.
    ///   - gradients: of the same layout.
    ///   - rate: the learning rate of this step.
    public func step(
        _ values: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>, rate: Double
    ) {
        steps += 1
        for group in groups where group.range.upperBound <= min(values.count, gradients.count) {
            let rate = rate * Double(group.rateFactor)
            let part = Part(
                values: UnsafeMutableBufferPointer(rebasing: values[group.range]),
                gradients: UnsafeMutableBufferPointer(rebasing: gradients[group.range]),
                memory: memory.map { UnsafeMutableBufferPointer(rebasing: $0[group.range]) }, decay: group.decay,
                rate: rate, steps: steps)
            switch optimiser {
            case .sgd: part.descend()
            case .momentum(let keep, let nesterov): part.roll(keep: keep, nesterov: nesterov)
            case .rmsProp(let keep, let epsilon, let momentum):
                part.divide(keep: keep, epsilon: epsilon, momentum: momentum)
            case .adam(let beta1, let beta2, let epsilon):
                part.adapt(beta1, beta2, epsilon, gradientDecay: group.decay, shrink: 1)
            case .adamW(let beta1, let beta2, let epsilon):
                part.adapt(
                    beta1, beta2, epsilon, gradientDecay: 0, shrink: Float(1 - rate * Double(group.decay)))
            case .lamb(let beta1, let beta2, let epsilon): part.adaptLayer(beta1, beta2, epsilon)
            }
        }
    }

    /// What is remembered, one vector behind the other, for a checkpoint.
    var remembered: [[Float]] { memory.map { Array($0) } }

    /// Goes on from what was remembered.
    ///
    /// - Returns: whether it is of this optimiser and as long.
    func restore(steps: Int, remembered: [[Float]]) -> Bool {
        guard remembered.count == memory.count, zip(remembered, memory).allSatisfy({ $0.count == $1.count }) else {
            return false
        }
        self.steps = steps
        for (saved, vector) in zip(remembered, memory) { _ = vector.update(fromContentsOf: saved) }
        return true
    }
}

/// One tensor's share of the vectors, and a step's settings.
private struct Part {
    let values: UnsafeMutableBufferPointer<Float>
    let gradients: UnsafeMutableBufferPointer<Float>
    let memory: [UnsafeMutableBufferPointer<Float>]
    let decay: Float
    let rate: Double
    let steps: Int

    func descend() {
        let rate = Float(rate)
        for index in values.indices { values[index] -= rate * (gradients[index] + decay * values[index]) }
    }

    func roll(keep: Float, nesterov: Bool) {
        let rate = Float(rate)
        let velocity = memory[0]
        for index in values.indices {
            let gradient = gradients[index] + decay * values[index]
            let speed = keep * velocity[index] + gradient
            velocity[index] = speed
            values[index] -= rate * (nesterov ? gradient + keep * speed : speed)
        }
    }

    func divide(keep: Float, epsilon: Float, momentum: Float) {
        let rate = Float(rate)
        let squares = memory[0]
        for index in values.indices {
            let gradient = gradients[index] + decay * values[index]
            let square = keep * squares[index] + (1 - keep) * gradient * gradient
            squares[index] = square
            let move = gradient / (square.squareRoot() + epsilon)
            if momentum > 0 {
                let speed = momentum * memory[1][index] + move
                memory[1][index] = speed
                values[index] -= rate * speed
            } else {
                values[index] -= rate * move
            }
        }
    }

    func adapt(_ beta1: Float, _ beta2: Float, _ epsilon: Float, gradientDecay: Float, shrink: Float) {
        let (firsts, seconds) = (memory[0], memory[1])
        let stride = Float(rate / (1 - pow(Double(beta1), Double(steps))))
        let unbiased = Float((1 - pow(Double(beta2), Double(steps))).squareRoot())
        for index in values.indices {
            let value = values[index] * shrink
            let gradient = gradients[index] + gradientDecay * value
            let first = firsts[index] + (1 - beta1) * (gradient - firsts[index])
            let second = beta2 * seconds[index] + (1 - beta2) * gradient * gradient
            firsts[index] = first
            seconds[index] = second
            values[index] = value - stride * first / (second.squareRoot() / unbiased + epsilon)
        }
    }

    func adaptLayer(_ beta1: Float, _ beta2: Float, _ epsilon: Float) {
        let (firsts, seconds) = (memory[0], memory[1])
        let unbiasedFirst = Float(1 / (1 - pow(Double(beta1), Double(steps))))
        let unbiasedSecond = Float(1 / (1 - pow(Double(beta2), Double(steps))))
        func move(_ index: Int) -> Float {
            let root = (seconds[index] * unbiasedSecond).squareRoot()
            return firsts[index] * unbiasedFirst / (root + epsilon) + decay * values[index]
        }
        var (size, length) = (0.0, 0.0)
        for index in values.indices {
            let gradient = gradients[index]
            firsts[index] += (1 - beta1) * (gradient - firsts[index])
            seconds[index] = beta2 * seconds[index] + (1 - beta2) * gradient * gradient
            let step = Double(move(index))
            size += Double(values[index]) * Double(values[index])
            length += step * step
        }
        let trust = size > 0 && length > 0 ? (size / length).squareRoot() : 1
        let stride = Float(rate * trust)
        for index in values.indices { values[index] -= stride * move(index) }
    }
}
