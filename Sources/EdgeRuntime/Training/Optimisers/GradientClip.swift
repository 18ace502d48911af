/// A bound for gradients, so that one unlucky batch does not throw the parameters far away.
public enum GradientClip: Sendable, Hashable {
    case none
    /// The length of the whole gradient is at most this; its direction stays.
    case norm(Float)
    /// Each component is at most this, either way.
    case value(Float)

    /// Bounds a gradient in place.
    ///
    /// - Returns: the length that it had; NaN or infinite where a component is.
    @discardableResult
    public func apply(to gradients: UnsafeMutableBufferPointer<Float>) -> Double {
        var squares = 0.0
        for index in gradients.indices { squares += Double(gradients[index]) * Double(gradients[index]) }
        let length = squares.squareRoot()
        switch self {
        case .none: break
        case .norm(let limit):
            // As PyTorch has it: the small number keeps the quotient finite.
            let factor = Float(Double(limit) / (length + 1e-6))
            if factor < 1 { for index in gradients.indices { gradients[index] *= factor } }
        case .value(let limit):
            for index in gradients.indices { gradients[index] = min(max(gradients[index], -limit), limit) }
        }
        return length
    }
}
