#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
public import EdgeTensors

/// Learning from what another network says: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
public struct Distillation: Sendable, Hashable {
    /// What logits are divided by, so that what the teacher holds for unlikely shows too.
    public var temperature: Float
    /// The share of the teacher in the whole loss; the rest is that of the labels.
    public var share: Float

    public init(temperature: Float = 4, share: Float = 0.5) {
        self.temperature = temperature
        self.share = share
    }

    /// T² times the divergence KL(softmax(teacher / T) || softmax(student / T)), the mean over the samples, and its gradient.
    ///
    /// The factor keeps the size of gradients the same whatever the temperature.
    ///
    /// - Parameters:
    ///   - student: logits, `f32`; classes are the last axis.
    ///   - teacher: logits of the same shape.
    /// - Throws: `TrainingError` where the shapes differ or the temperature is not positive.
    public func evaluate(student: Tensor, teacher: Tensor) throws -> LossValue {
        guard student.shape == teacher.shape, student.dtype == .f32, teacher.dtype == .f32, student.count > 0 else {
            throw TrainingError.mismatch(
                "the teacher gives \(teacher.dtype.rawValue) \(teacher.shape), the student \(student.shape)")
        }
        guard temperature > 0 else { throw TrainingError.option("a temperature is above 0, found \(temperature)") }
        let columns = max(1, student.shape.last ?? 1)
        let rows = student.count / columns
        var gradient = try Tensor(zeros: student.shape)
        let sum = try student.withElements(of: Float.self) { own in
            try teacher.withElements(of: Float.self) { given in
                try gradient.withMutableElements(of: Float.self) { slope in
                    var sum = 0.0
                    for row in 0..<rows {
                        let range = row * columns..<(row + 1) * columns
                        let left = logSoftmax(own, range)
                        let right = logSoftmax(given, range)
                        for column in 0..<columns {
                            let probability = exp(right[column])
                            if probability > 0 { sum += Double(probability * (right[column] - left[column])) }
                            slope[range.lowerBound + column] =
                                temperature * (exp(left[column]) - probability) / Float(rows)
                        }
                    }
                    return sum
                }
            }
        }
        return LossValue(value: Double(temperature * temperature) * sum / Double(rows), gradient: gradient)
    }

    private func logSoftmax(_ logits: UnsafeBufferPointer<Float>, _ range: Range<Int>) -> [Float] {
        let scaled = range.map { logits[$0] / temperature }
        let largest = scaled.max() ?? 0
        let logSum = log(scaled.reduce(0) { $0 + exp($1 - largest) })
        return scaled.map { $0 - largest - logSum }
    }
}
