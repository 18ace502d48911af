/// An exponential moving average of the weights: often better than the last weights, and calmer from epoch to epoch.
///
/// The first steps are averaged over fewer, `min(decay, (1 + steps) / (10 + steps))`, so that the start is soon forgotten.
public final class WeightAverage {
    /// The share of the average that a step keeps.
    public let decay: Float
    public private(set) var steps = 0
    /// The average.
    private(set) var values: [Float]

    public init(decay: Float, of values: UnsafeMutableBufferPointer<Float>) {
        self.decay = decay
        self.values = Array(values)
    }

    /// Takes the weights of one more step into the average.
    public func update(_ current: UnsafeMutableBufferPointer<Float>) {
        steps += 1
        let keep = min(decay, Float(1 + steps) / Float(10 + steps))
        values.withUnsafeMutableBufferPointer { average in
            for index in 0..<min(average.count, current.count) {
                average[index] += (1 - keep) * (current[index] - average[index])
            }
        }
    }

    /// Exchanges the average with the weights: what is then measured is the average. A second exchange undoes it.
    public func exchange(with current: UnsafeMutableBufferPointer<Float>) {
        values.withUnsafeMutableBufferPointer { average in
            for index in 0..<min(average.count, current.count) { swap(&average[index], &current[index]) }
        }
    }

    func restore(steps: Int, values: [Float]) -> Bool {
        guard values.count == self.values.count else { return false }
        self.steps = steps
        self.values = values
        return true
    }
}
