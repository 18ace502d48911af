/// How far the outputs of one model are from those of another on the same samples.
public struct OutputDifference: Sendable, Hashable {
    /// The share of samples that both put into the same class; nil with one output a sample.
    public let agreement: Double?
    /// The mean and the largest absolute difference of the outputs.
    public let meanError: Double
    public let maxError: Double
    /// Signal to quantization noise in dB: 10 log10(sum of squared reference / sum of squared differences); infinite
    /// where the outputs are equal.
    public let sqnr: Double
    /// The cosine of the angle between the two sets of outputs.
    public let cosine: Double

    /// Compares outputs with those of the reference.
    ///
    /// - Throws: `TrainingError` when they are not of one shape.
    package init(_ predictions: Predictions, reference: Predictions) throws(TrainingError) {
        guard predictions.values.count == reference.values.count, predictions.rows == reference.rows,
            !reference.values.isEmpty
        else {
            throw .mismatch(
                "the models give \(reference.columns) and \(predictions.columns) numbers a sample and cannot be compared"
            )
        }
        var (signal, noise, own, product, sum, largest) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for (value, wanted) in zip(predictions.values, reference.values) {
            let (value, wanted) = (Double(value), Double(wanted))
            let difference = value - wanted
            signal += wanted * wanted
            own += value * value
            noise += difference * difference
            product += value * wanted
            sum += abs(difference)
            largest = max(largest, abs(difference))
        }
        if reference.columns > 1 {
            let same = (0..<reference.rows).count { predictions.predictedClass($0) == reference.predictedClass($0) }
            agreement = Double(same) / Double(reference.rows)
        } else {
            agreement = nil
        }
        meanError = sum / Double(reference.values.count)
        maxError = largest
        sqnr = noise == 0 ? .infinity : Decibel.of(signal / noise)
        cosine = signal == 0 || own == 0 ? (signal == own ? 1 : 0) : product / (signal * own).squareRoot()
    }
}
