/// What makes a privacy setting mean little, in sentences for the user.
public enum PrivacyWarning {
    /// Looks at a setting and its result.
    ///
    /// - Parameters:
    ///   - samples: The number of devices or samples that privacy is promised to; nil where it is not known.
    public static func all(
        epsilon: Double, delta: Double, noise: [Double], samples: Int? = nil
    ) -> [String] {
        var warnings: [String] = []
        if epsilon > 10 {
            let text = epsilon.isFinite ? "ε = \(rounded(epsilon))" : "an infinite ε"
            warnings.append(
                "\(text) protects nobody in practice: more noise, fewer steps or a smaller rate bring it below 10")
        }
        if let samples, samples > 0, delta >= 1 / Double(samples) {
            warnings.append(
                "δ = \(delta) is not smaller than 1/\(samples): publishing one whole record would count as private")
        } else if samples == nil, delta > 1e-3 {
            warnings.append("δ = \(delta) is large: it should be well below 1 / number of devices")
        }
        if let smallest = noise.min(), smallest > 0, smallest < 0.5 {
            warnings.append(
                "a noise multiplier of \(smallest) is small: the noise hides less than half of what one device may say")
        }
        return warnings
    }

    private static func rounded(_ value: Double) -> String {
        value < 1e9 ? "\((value * 10).rounded() / 10)" : "\(value)"
    }
}
