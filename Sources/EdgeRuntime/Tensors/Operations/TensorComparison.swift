internal import Glibc

/// How far a tensor is from a reference of the same shape.
public struct TensorComparison: Sendable, Hashable {
    /// The largest |found - expected|.
    public let maxAbsoluteDifference: Double
    /// The largest |found - expected| / max(|expected|, a thousandth of the reference's largest magnitude): numbers near
    /// zero are judged by the scale of the whole.
    public let maxRelativeDifference: Double
    /// The root of the mean squared difference.
    public let rootMeanSquareDifference: Double
    /// The cosine of the angle between both as vectors; 1 where both are zero, 0 where one is.
    public let cosineSimilarity: Double
    /// Signal-to-quantization-noise ratio: 10 log10 of the reference's power over the difference's, in dB; infinite where
    /// both agree.
    public let signalToNoise: Double
    /// The share of elements that are equal.
    public let equalShare: Double

    /// Compares `found` with `expected`. A NaN or infinity on one side only makes the differences infinite.
    ///
    /// - Throws: `TensorError` where the shapes differ.
    public init(_ found: Tensor, expected: Tensor) throws {
        guard found.shape == expected.shape else {
            throw TensorError.shapeMismatch("shapes \(found.shape) and \(expected.shape) cannot be compared")
        }
        let (a, b) = (try found.numbers(), try expected.numbers())
        let scale = b.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
        var (largest, relative, squares, power, foundPower, product) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        var equal = 0
        for (x, y) in zip(a, b) {
            if x == y || (x.isNaN && y.isNaN) {
                equal += 1
                guard x.isFinite else { continue }
            }
            let difference = (x - y).magnitude.isNaN ? .infinity : (x - y).magnitude
            largest = max(largest, difference)
            if difference > 0 { relative = max(relative, difference / max(y.magnitude, scale * 1e-3)) }
            squares += difference * difference
            power += y * y
            foundPower += x * x
            product += x * y
        }
        let count = Double(max(a.count, 1))
        maxAbsoluteDifference = largest
        maxRelativeDifference = relative.isNaN ? .infinity : relative
        rootMeanSquareDifference = sqrt(squares / count)
        cosineSimilarity =
            power == 0 && foundPower == 0 ? 1 : power == 0 || foundPower == 0 ? 0 : product / sqrt(power * foundPower)
        signalToNoise = squares == 0 ? .infinity : 10 * log10(power / squares)
        equalShare = a.isEmpty ? 1 : Double(equal) / count
    }
}

extension Tensor {
    /// The largest |self - expected|; infinite where one side only is NaN or infinite.
    public func maxAbsoluteDifference(from expected: Tensor) throws -> Double {
        try TensorComparison(self, expected: expected).maxAbsoluteDifference
    }
}
