/// How the range of an activation is chosen from the values seen on calibration data.
public enum CalibrationMethod: String, Sendable, Hashable, CaseIterable {
    case minMax = "min_max"
    case percentile
    case mse
    case entropy
}
