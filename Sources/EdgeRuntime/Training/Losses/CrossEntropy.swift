#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Cross-entropy of softmax, row by row: ln(sum exp) is taken with the largest logit in front, so that nothing overflows.
struct CrossEntropy {
    /// The classes.
    let columns: Int
    let options: LossOptions

    func evaluate(
        _ given: UnsafeBufferPointer<Float>, target: LossTarget, slope: UnsafeMutableBufferPointer<Float>
    ) throws(TrainingError) -> Double {
        let rows = given.count / columns
        if let weights = options.classWeights, weights.count != columns {
            throw .mismatch("\(weights.count) class weights for a network with \(columns) classes")
        }
        switch target {
        case .classes(let classes):
            guard classes.count == rows else { throw .mismatch("\(classes.count) labels for \(rows) outputs") }
            return try labels(given, classes, slope)
        case .numbers(let shares):
            guard shares.count == given.count else {
                throw .mismatch("shares of \(shares.count) classes for \(given.count) outputs")
            }
            return soft(given, shares, slope, rows: rows)
        }
    }

    private func weight(_ column: Int) -> Float { options.classWeights?[column] ?? 1 }

    private func labels(
        _ given: UnsafeBufferPointer<Float>, _ classes: [Int], _ slope: UnsafeMutableBufferPointer<Float>
    ) throws(TrainingError) -> Double {
        var total = 0.0
        for (row, label) in classes.enumerated() {
            guard label >= 0, label < columns else {
                throw .mismatch(
                    "a sample has class \(label), the network has outputs for \(columns) classes (sample \(row) of a batch)",
                    hint: "classes count from 0; the last layer needs one output for each")
            }
            total += Double(weight(label))
        }
        guard total > 0 else { throw .mismatch("all samples of a batch are of classes with weight 0") }
        let smoothing = options.smoothing
        var sum = 0.0
        for (row, label) in classes.enumerated() {
            let start = row * columns
            let (largest, logSum) = normaliser(given, start)
            var own = 0.0
            var weights: Float = 0
            for column in 0..<columns {
                let logProbability = given[start + column] - largest - logSum
                var share = smoothing / Float(columns)
                if column == label { share += 1 - smoothing }
                // As PyTorch weights: the smoothed part by each class, all of it divided by the weights of the labels.
                let weighted = share * weight(column)
                if weighted != 0 { own -= Double(weighted) * Double(logProbability) }
                weights += weighted
                slope[start + column] = -weighted
            }
            for column in 0..<columns {
                let probability = exp(given[start + column] - largest - logSum)
                slope[start + column] = (slope[start + column] + weights * probability) / Float(total)
            }
            sum += own
        }
        return sum / total
    }

    private func soft(
        _ given: UnsafeBufferPointer<Float>, _ shares: [Float], _ slope: UnsafeMutableBufferPointer<Float>, rows: Int
    ) -> Double {
        let smoothing = options.smoothing
        var sum = 0.0
        for row in 0..<rows {
            let start = row * columns
            let (largest, logSum) = normaliser(given, start)
            var weights: Float = 0
            for column in 0..<columns {
                let share = shares[start + column] * (1 - smoothing) + smoothing / Float(columns)
                let weighted = share * weight(column)
                if weighted != 0 { sum -= Double(weighted) * Double(given[start + column] - largest - logSum) }
                weights += weighted
                slope[start + column] = -weighted
            }
            for column in 0..<columns {
                let probability = exp(given[start + column] - largest - logSum)
                slope[start + column] = (slope[start + column] + weights * probability) / Float(rows)
            }
        }
        return sum / Double(rows)
    }

    /// The largest logit of a row, and ln(sum exp(logit - largest)).
    private func normaliser(_ given: UnsafeBufferPointer<Float>, _ start: Int) -> (largest: Float, logSum: Float) {
        var largest = given[start]
        for column in 1..<max(1, columns) { largest = max(largest, given[start + column]) }
        var sum: Float = 0
        for column in 0..<columns { sum += exp(given[start + column] - largest) }
        return (largest, log(sum))
    }
}
