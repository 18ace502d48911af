import EdgeModels
import EdgeTensors
import Glibc

/// `DFT`, `STFT` and `AffineGrid`: products with matrices that are known beforehand.
enum FourierComposition {
    /// Elements of the largest matrix of a transform.
    private static let largestMatrix = 1 << 24

    /// The matrix that makes `bins` complex numbers of `extent` numbers of `parts`, as `[extent * parts, bins * results]`.
    private static func matrix(
        extent: Int, parts: Int, length: Int, bins: Int, results: Int, isInverse: Bool, mirrors: Bool,
        _ builder: inout CompositionBuilder
    ) throws -> ValueID {
        guard extent > 0, bins > 0, extent <= largestMatrix / (bins * parts * results) else {
            throw builder.refused("a transform of \(length) elements is too long for a gradient")
        }
        var elements = [Float](repeating: 0, count: extent * parts * bins * results)
        let scale = isInverse ? 1 / Double(length) : 1
        for step in 0..<min(extent, length) {
            // Of half a spectrum each element but those at its ends stands for its mirror image too.
            let isDouble = mirrors && step > 0 && 2 * step != length
            guard !mirrors || step <= length / 2 else { continue }
            for bin in 0..<bins {
                let angle = 2 * Double.pi * Double((bin % length) * step % length) / Double(length)
                let cosine = Glibc.cos(angle) * scale
                let sine = (isInverse ? Glibc.sin(angle) : -Glibc.sin(angle)) * scale
                let weight = isDouble ? 2.0 : 1
                func place(_ part: Int, _ result: Int) -> Int {
                    (step * parts + part) * bins * results + bin * results + result
                }
                elements[place(0, 0)] = Float(cosine * weight)
                if parts == 2 { elements[place(1, 0)] = Float(-sine * weight) }
                guard results == 2 else { continue }
                elements[place(0, 1)] = Float(sine)
                if parts == 2 { elements[place(1, 1)] = Float(cosine) }
            }
        }
        return try builder.floats(elements, [extent * parts, bins * results])
    }

    static func expand(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        guard let data = node.input(0), let parts = shape.last, parts == 1 || parts == 2, shape.count >= 2 else {
            throw builder.refused("shape \(shape) holds no rows of real or complex numbers")
        }
        let axis = try builder.axis(try builder.integers(2)?.first ?? -2, rank: shape.count)
        guard axis < shape.count - 1 else { throw builder.refused("its axis is that of the parts") }
        let isInverse = node.int("inverse") == 1
        let isOnesided = node.int("onesided") == 1
        let mirrors = isInverse && isOnesided
        let length = try builder.integers(1)?.first ?? (mirrors ? 2 * (shape[axis] - 1) : shape[axis])
        guard length > 0, length <= largestMatrix else {
            throw builder.refused("a transform of \(length) elements is too long for a gradient")
        }
        let bins = isOnesided && !isInverse ? length / 2 + 1 : length
        let results = mirrors ? 1 : 2
        let weights = try matrix(
            extent: shape[axis], parts: parts, length: length, bins: bins, results: results, isInverse: isInverse,
            mirrors: mirrors, &builder)
        // The axis to the end, before the parts.
        let others = shape.indices.dropLast().filter { $0 != axis }
        let order = others + [axis, shape.count - 1]
        let outer = others.map { shape[$0] }
        let rows = try builder.reshaped(builder.transposed(data, order), outer + [shape[axis] * parts])
        let product = try builder.reshaped(builder.add(.matMul, [rows, weights]), outer + [bins, results])
        var back = [Int](repeating: 0, count: order.count)
        for (place, old) in order.enumerated() { back[old] = place }
        builder.finish(.transpose, [product], ["perm": .ints(back)])
    }

    static func expandFrames(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        let parts = shape.count == 3 ? shape[2] : 1
        let step = try builder.integers(1)?.first ?? 0
        let window = try node.input(2).map { id throws(TrainingError) in try builder.shape(of: id) }
        let length = try builder.integers(3)?.first ?? window?.first ?? 0
        guard let data = node.input(0), shape.count == 2 || shape.count == 3, parts == 1 || parts == 2, step > 0,
            length > 0, length <= shape[1], window == nil || window == [length]
        else { throw builder.refused("frames of \(length) every \(step) have no gradient on \(shape)") }
        let frames = (shape[1] - length) / step + 1
        let places = (0..<frames).flatMap { frame in (0..<length).map { Int64(frame * step + $0) } }
        let signal = try builder.reshaped(data, [shape[0], shape[1], parts])
        var rows = builder.add(
            .gather, [signal, builder.constant(try Tensor(places, shape: [frames, length]))], ["axis": .int(1)])
        if let window = node.input(2) {
            rows = builder.add(.mul, [rows, try builder.reshaped(window, [length, 1])])
        }
        let bins = node.int("onesided") != 0 ? length / 2 + 1 : length
        let weights = try matrix(
            extent: length, parts: parts, length: length, bins: bins, results: 2, isInverse: false, mirrors: false,
            &builder)
        let flat = try builder.reshaped(rows, [shape[0], frames, length * parts])
        try builder.finish(
            reshaping: builder.add(.matMul, [flat, weights]), to: [shape[0], frames, bins, 2])
    }

    /// `AffineGrid`: the places of all pixels under each map.
    static func expandGrid(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let size = try builder.integers(1) ?? []
        let rank = size.count - 2
        let theta = try builder.shape(0)
        guard let maps = node.input(0), rank == 2 || rank == 3, theta == [size[0], rank, rank + 1],
            size.allSatisfy({ $0 > 0 })
        else { throw builder.refused("maps of shape \(theta) do not fit the size \(size)") }
        let extents = Array(size[2...])
        let isAligned = node.int("align_corners") == 1
        var places: [Float] = []
        let points = extents.reduce(1, *)
        for point in 0..<points {
            var rest = point
            var row: [Float] = []
            // Coordinates run from the last axis to the first.
            for extent in extents.reversed() {
                let index = Float(rest % extent)
                rest /= extent
                if isAligned {
                    row.append(extent == 1 ? -1 : 2 * index / Float(extent - 1) - 1)
                } else {
                    row.append((2 * index + 1) / Float(extent) - 1)
                }
            }
            places += row + [1]
        }
        let grid = try builder.floats(places, [points, rank + 1])
        let product = builder.add(.matMul, [grid, builder.transposed(maps, [0, 2, 1])])
        try builder.finish(reshaping: product, to: [size[0]] + extents + [rank])
    }
}
