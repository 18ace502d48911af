package import EdgeTensors

extension Quantization {
    /// The position of the scale of an element, from its position in C order.
    package func scaleIndex(shape: [Int]) -> (Int) -> Int {
        guard let axis, axis < shape.count else { return { _ in 0 } }
        let inner = shape[(axis + 1)...].reduce(1, *)
        let extent = max(1, shape[axis])
        guard let groupSize else { return { $0 / max(1, inner) % extent } }
        let groups = (extent + groupSize - 1) / groupSize
        return { position in
            let along = position / max(1, inner) % extent
            let outer = position / max(1, inner * extent)
            return (outer * groups + along / groupSize) * inner + position % max(1, inner)
        }
    }

    /// The real numbers that a tensor of integers stands for, in C order.
    package func realValues(of tensor: Tensor) throws -> [Float] {
        guard let stored = tensor.integerValues() else { return tensor.realValues() ?? [] }
        let index = scaleIndex(shape: tensor.shape)
        return stored.enumerated().map { position, value in
            let scale = index(position)
            guard scale < scales.count else { return 0 }
            return scales[scale] * Float(value - Int(zeroPoints[scale]))
        }
    }
}
