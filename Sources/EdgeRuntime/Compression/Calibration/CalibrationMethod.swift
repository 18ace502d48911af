/// How the range of an activation is chosen from the values seen on calibration data.
public enum CalibrationMethod: String, Sendable, Hashable, CaseIterable {
    /// From the smallest to the largest value: nothing is clipped.
    case minMax = "min_max"
    /// A share of the values on each side is clipped.
    case percentile
    /// The range with the smallest mean squared error of rounding and clipping together.
    case mse
    /// The range that keeps the distribution closest to the one of the values (Kullback-Leibler divergence).
    case entropy
}
