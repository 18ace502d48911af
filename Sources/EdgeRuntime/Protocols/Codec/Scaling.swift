/// Raw numbers and what they stand for.
enum Scaling {
    /// `raw * scale + offset`. Scales such as 0.1 are no binary fractions: dividing by ten gives the nearest number, 87.3 and not
    /// 87.30000000000001.
    static func value(_ raw: Double, _ scale: Double, _ offset: Double) -> Double {
        let inverse = (1 / scale).rounded()
        let isFraction = abs(scale) < 1 && inverse.isFinite && abs(inverse * scale - 1) < 1e-12
        return (isFraction ? raw / inverse : raw * scale) + offset
    }
}
