import EdgeTensors

/// `AffineGrid`: the places that the pixels of a result come from under an affine map of the unit square or cube.
enum ReferenceAffineGrid {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let theta = try context.operand(0)
        let size = try context.integers(1)
        let rank = size.count - 2
        guard rank == 2 || rank == 3, theta.shape == [size[0], rank, rank + 1], size.allSatisfy({ $0 >= 0 }) else {
            throw context.fail("maps of shape \(theta.shape) do not fit the size \(size)")
        }
        let extents = Array(size[2...])
        let alignsCorners = context.node.int("align_corners") == 1
        let result = try context.result(theta.dtype, [size[0]] + extents + [rank])
        let points = extents.reduce(1, *)
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            var counter = IndexCounter(extents)
            for point in 0..<points {
                // Coordinates run from the last axis to the first.
                let place: [Double] = (0..<rank).map { position in
                    let axis = rank - 1 - position
                    let extent = Double(extents[axis])
                    let index = Double(counter.index[axis])
                    if !alignsCorners { return (2 * index + 1) / extent - 1 }
                    return extent == 1 ? -1 : 2 * index / (extent - 1) - 1
                }
                for sample in 0..<size[0] {
                    for row in 0..<rank {
                        let start = (sample * rank + row) * (rank + 1)
                        var sum = values[0][start + rank]
                        for column in 0..<rank { sum += values[0][start + column] * place[column] }
                        output[(sample * points + point) * rank + row] = sum
                    }
                }
                counter.advance()
            }
            return [output]
        }
    }
}
