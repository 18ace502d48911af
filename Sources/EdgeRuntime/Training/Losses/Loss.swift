#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
public import EdgeTensors

/// What training makes small.
public enum Loss: Sendable, Hashable {
    /// Of classes: -ln softmax(outputs) at the right one. Outputs are logits.
    case crossEntropy
    /// Of yes and no, for each output by itself: outputs are logits.
    case binaryCrossEntropy
    /// Mean of squared differences.
    case meanSquared
    /// Mean of absolute differences.
    case meanAbsolute
    /// Squared for differences up to `delta`, straight beyond (Huber, 1964): outliers pull less.
    case huber(delta: Float = 1)

    /// What scripts call it.
    public var name: String {
        switch self {
        case .crossEntropy: "cross_entropy"
        case .binaryCrossEntropy: "binary_cross_entropy"
        case .meanSquared: "mse"
        case .meanAbsolute: "mae"
        case .huber: "huber"
        }
    }

    /// The names there are.
    public static let names = ["cross_entropy", "binary_cross_entropy", "mse", "mae", "huber"]

    /// The loss of a name, with the usual settings.
    public init?(name: String) {
        switch name {
        case "cross_entropy": self = .crossEntropy
        case "binary_cross_entropy": self = .binaryCrossEntropy
        case "mse": self = .meanSquared
        case "mae": self = .meanAbsolute
        case "huber": self = .huber()
        default: return nil
        }
    }
}

/// What a batch should have given.
public enum LossTarget: Sendable {
    /// The class of each sample.
    case classes([Int])
    /// Numbers for each output: targets, or shares of the classes.
    case numbers([Float])
}

/// A loss and which way it grows.
public struct LossValue: Sendable {
    /// The mean over the batch.
    public var value: Double
    /// By each output, of the outputs' shape.
    public var gradient: Tensor
}

/// How a loss counts.
public struct LossOptions: Sendable, Hashable {
    /// The share of each label that is spread evenly over all classes.
    public var smoothing: Float
    /// How much each class counts; nil for all the same.
    public var classWeights: [Float]?

    public init(smoothing: Float = 0, classWeights: [Float]? = nil) {
        self.smoothing = smoothing
        self.classWeights = classWeights
    }
}

extension Loss {
    /// The loss of a batch and its gradient.
    ///
    /// Means are PyTorch's: over all numbers; for `crossEntropy` over the samples, weighted by the weights of their classes. The classes
    /// of `crossEntropy` are the last axis of the outputs.
    ///
    /// - Parameter outputs: `f32`, one row a sample.
    /// - Throws: `TrainingError` where targets do not fit the outputs.
    public func evaluate(
        _ outputs: Tensor, target: LossTarget, options: LossOptions = LossOptions()
    ) throws -> LossValue {
        guard outputs.dtype == .f32, outputs.count > 0 else {
            throw TrainingError.mismatch(
                "a loss needs outputs of f32, found \(outputs.dtype.rawValue) \(outputs.shape)")
        }
        var gradient = try Tensor(zeros: outputs.shape)
        let columns = max(1, outputs.shape.last ?? 1)
        let value = try outputs.withElements(of: Float.self) { given in
            try gradient.withMutableElements(of: Float.self) { slope in
                switch self {
                case .crossEntropy:
                    return try CrossEntropy(columns: columns, options: options)
                        .evaluate(given, target: target, slope: slope)
                case .binaryCrossEntropy:
                    let wanted = try numbers(target, count: given.count)
                    return try binary(given, wanted, slope, options)
                case .meanSquared, .meanAbsolute, .huber:
                    return difference(given, try numbers(target, count: given.count), slope)
                }
            }
        }
        return LossValue(value: value, gradient: gradient)
    }

    private func numbers(_ target: LossTarget, count: Int) throws(TrainingError) -> [Float] {
        let wanted: [Float]
        switch target {
        case .classes(let classes): wanted = classes.map { Float($0) }
        case .numbers(let numbers): wanted = numbers
        }
        guard wanted.count == count else {
            throw .mismatch(
                "\(wanted.count) target values for \(count) outputs",
                hint: "the network has to give as many numbers a sample as the labels have; see `describe`")
        }
        return wanted
    }

    private func binary(
        _ given: UnsafeBufferPointer<Float>, _ wanted: [Float], _ slope: UnsafeMutableBufferPointer<Float>,
        _ options: LossOptions
    ) throws(TrainingError) -> Double {
        // For yes and no the two weights are those of "no" and "yes".
        let weights = options.classWeights ?? [1, 1]
        guard weights.count == 2 else {
            throw .mismatch("\(weights.count) class weights for a network that says yes or no: two are needed")
        }
        var sum = 0.0
        let share = 1 / Float(given.count)
        for index in given.indices {
            let label = wanted[index]
            guard label >= 0, label <= 1 else {
                throw .mismatch("the label \(label) is neither 0 nor 1", hint: "mse and mae are losses of numbers")
            }
            let soft = label * (1 - options.smoothing) + options.smoothing / 2
            let logit = given[index]
            let weight = weights[0] + (weights[1] - weights[0]) * label
            // max(x, 0) - x y + ln(1 + exp(-|x|)): nothing overflows.
            sum += Double(weight * (max(logit, 0) - logit * soft + log1p(exp(-abs(logit)))))
            slope[index] = share * weight * (1 / (1 + exp(-logit)) - soft)
        }
        return sum / Double(given.count)
    }

    private func difference(
        _ given: UnsafeBufferPointer<Float>, _ wanted: [Float], _ slope: UnsafeMutableBufferPointer<Float>
    ) -> Double {
        var sum = 0.0
        let share = 1 / Float(given.count)
        for index in given.indices {
            let error = given[index] - wanted[index]
            switch self {
            case .meanAbsolute:
                sum += Double(abs(error))
                slope[index] = error == 0 ? 0 : (error < 0 ? -share : share)
            case .huber(let delta):
                let size = abs(error)
                sum += Double(size <= delta ? error * error / 2 : delta * (size - delta / 2))
                slope[index] = share * min(max(error, -delta), delta)
            case .meanSquared, .crossEntropy, .binaryCrossEntropy:
                sum += Double(error * error)
                slope[index] = 2 * share * error
            }
        }
        return sum / Double(given.count)
    }
}
