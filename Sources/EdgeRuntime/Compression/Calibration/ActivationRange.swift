import EdgeModels

/// The range of real numbers that the 256 steps of an activation cover. It holds zero, which padding needs exactly.
struct ActivationRange: Sendable, Hashable {
    var low: Float
    var high: Float

    init(low: Float, high: Float) {
        self.low = min(0, low)
        self.high = max(0, high)
    }

    func union(_ other: ActivationRange) -> ActivationRange {
        ActivationRange(low: min(low, other.low), high: max(high, other.high))
    }

    /// The int8 quantization of the range: `scale = (high - low) / 255`, the zero point rounded so that zero is exact
    /// (Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018, section 2).
    /// Symmetric: `scale = largest magnitude / 127`, zero point 0.
    func quantization(symmetric: Bool) -> Quantization {
        // A range of nothing still needs a scale that can be divided by.
        let smallest: Float = 1e-20
        if symmetric {
            let magnitude = max(-low, high)
            return Quantization(scale: magnitude > smallest ? magnitude / 127 : 1, zeroPoint: 0)
        }
        guard high - low > smallest, (high - low).isFinite else { return Quantization(scale: 1, zeroPoint: 0) }
        let scale = (high - low) / 255
        let zero = (-128 - low / scale).rounded(.toNearestOrEven)
        return Quantization(scale: scale, zeroPoint: Int32(min(127, max(-128, zero))))
    }
}
