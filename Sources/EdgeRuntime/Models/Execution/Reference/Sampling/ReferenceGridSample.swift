import EdgeTensors

/// `GridSample`: an image or a volume read at the places that a grid names, between -1 and 1 on every axis.
struct ReferenceGridSample {
    private enum Padding: String { case zeros, border, reflection }

    private let mode: String
    private let padding: Padding
    private let alignsCorners: Bool
    private let extents: [Int]
    private let strides: [Int]

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let grid = try context.operand(1).shape
        let rank = shape.count - 2
        guard (1...3).contains(rank), grid.count == shape.count, grid[0] == shape[0], grid.last == rank else {
            throw context.fail("a grid of shape \(grid) does not fit data of shape \(shape)")
        }
        let sampler = try ReferenceGridSample(context, extents: Array(shape[2...]))
        let points = grid[1..<(grid.count - 1)].reduce(1, *)
        let result = try context.result(data.dtype, Array(shape[..<2]) + grid[1..<(grid.count - 1)])
        let area = shape[2...].reduce(1, *)
        guard area > 0 || result.count == 0 else { throw context.fail("an empty image cannot be sampled") }
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            for sample in 0..<shape[0] {
                for point in 0..<points {
                    let start = (sample * points + point) * rank
                    // The last coordinate of the grid is the first axis of the image.
                    let taps = sampler.taps((0..<rank).map { values[1][start + rank - 1 - $0] })
                    for channel in 0..<shape[1] {
                        let image = (sample * shape[1] + channel) * area
                        var total = 0.0
                        for tap in taps { total += values[0][image + tap.place] * tap.weight }
                        output[(sample * shape[1] + channel) * points + point] = total
                    }
                }
            }
            return [output]
        }
    }

    private init(_ context: LoweringContext, extents: [Int]) throws(ModelError) {
        let name = context.node.string("mode") ?? "linear"
        switch name {
        case "linear", "bilinear": mode = "linear"
        case "nearest": mode = name
        case "cubic", "bicubic": mode = "cubic"
        default: throw context.fail("sampling by `\(name)` is not known")
        }
        let border = context.node.string("padding_mode") ?? "zeros"
        guard let known = Padding(rawValue: border) else { throw context.fail("padding by `\(border)` is not known") }
        padding = known
        alignsCorners = context.node.int("align_corners") == 1
        self.extents = extents
        strides = Tensor.contiguousStrides(of: extents)
    }

    /// The pixels that a point is mixed from: the product of what each axis takes.
    private func taps(_ point: [Double]) -> [(place: Int, weight: Double)] {
        var result: [(place: Int, weight: Double)] = [(0, 1)]
        for axis in extents.indices {
            var next: [(place: Int, weight: Double)] = []
            for (index, weight) in axisTaps(point[axis], axis) {
                guard let pixel = pixel(index, axis) else { continue }
                for tap in result { next.append((tap.place + pixel * strides[axis], tap.weight * weight)) }
            }
            result = next
        }
        return result
    }

    private func bounds(_ axis: Int) -> (low: Double, high: Double) {
        alignsCorners ? (0, Double(extents[axis] - 1)) : (-0.5, Double(extents[axis]) - 0.5)
    }

    private func axisTaps(_ coordinate: Double, _ axis: Int) -> [(Double, Double)] {
        let extent = Double(extents[axis])
        var place = alignsCorners ? (coordinate + 1) / 2 * (extent - 1) : ((coordinate + 1) * extent - 1) / 2
        guard place.isFinite, place.magnitude < 1e15 else { return [] }
        if mode == "nearest" { place.round(.toNearestOrEven) }
        let (low, high) = bounds(axis)
        if place < low || place > high {
            switch padding {
            case .zeros: break
            case .border: place = min(max(place, 0), extent - 1)
            case .reflection: place = reflected(place, axis)
            }
        }
        switch mode {
        case "nearest": return [(place, 1)]
        case "linear":
            let first = place.rounded(.down)
            return [(first, 1 - (place - first)), (first + 1, place - first)]
        default:
            let first = place.rounded(.down)
            let t = place - first
            let a = -0.75
            func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
            func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
            return [(first - 1, far(t + 1)), (first, near(t)), (first + 1, near(1 - t)), (first + 2, far(2 - t))]
        }
    }

    /// The pixel that an index stands for; nil where there is none.
    private func pixel(_ index: Double, _ axis: Int) -> Int? {
        let extent = extents[axis]
        switch padding {
        case .zeros: return index >= 0 && index < Double(extent) ? Int(index) : nil
        case .border: return min(max(Int(index), 0), extent - 1)
        case .reflection: return min(max(Int(reflected(index, axis).rounded(.toNearestOrEven)), 0), extent - 1)
        }
    }

    private func reflected(_ place: Double, _ axis: Int) -> Double {
        let (low, high) = bounds(axis)
        let range = high - low
        guard place < low || place > high else { return place }
        guard range > 0 else { return low }
        let distance = place < low ? low - place : place - high
        let turns = (distance / range).rounded(.down)
        let rest = distance - turns * range
        let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
        return (place < low) == isEven ? low + rest : high - rest
    }
}
