import CEdgeKernels
import EdgeModels
import EdgeTensors

/// `GridSample` between neighbouring pixels: gradients by the image go to the pixels that a point was mixed from, gradients by the grid
/// follow the slope between them.
struct GridSampleRule {
    private enum Padding: String { case zeros, border, reflection }

    private let padding: Padding
    private let isNearest: Bool
    private let isAligned: Bool
    private let extents: [Int]
    private let strides: [Int]

    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let shape = try context.operand(0).shape
        let grid = try context.operand(1).shape
        let rank = shape.count - 2
        guard (1...3).contains(rank), grid.count == shape.count, grid.last == rank else {
            throw context.refused("a grid of shape \(grid) does not fit data of shape \(shape)")
        }
        let mode = context.node.string("mode") ?? "linear"
        guard ["linear", "bilinear", "nearest"].contains(mode) else {
            throw context.refused("sampling by `\(mode)` has no gradient yet")
        }
        guard let padding = Padding(rawValue: context.node.string("padding_mode") ?? "zeros") else {
            throw context.refused("its padding is not known")
        }
        let rule = GridSampleRule(
            padding: padding, isNearest: mode == "nearest", isAligned: context.node.int("align_corners") == 1,
            extents: Array(shape[2...]), strides: Tensor.contiguousStrides(of: Array(shape[2...])))
        let points = grid[1..<(grid.count - 1)].reduce(1, *)
        let area = shape[2...].reduce(1, *)
        let wants = (context.wants(0), context.wants(1))
        let (batch, channels) = (shape[0], shape[1])
        var result = Differentiated()
        result.readsInputs = [0, 1]
        result.writing = .addsOnly
        result.backward = { memory in
            for sample in 0..<batch {
                for point in 0..<points {
                    let start = (sample * points + point) * rank
                    let axes = (0..<rank).map { axis in
                        // The last coordinate of the grid is the first axis of the image.
                        rule.taps(memory.input(1)[start + rank - 1 - axis], axis)
                    }
                    for corner in 0..<(1 << rank) {
                        guard let pixel = rule.place(axes, corner) else { continue }
                        let weight = rule.product(axes, corner, without: nil)
                        var slope: Float = 0
                        for channel in 0..<channels {
                            let map = sample * channels + channel
                            let gradient = memory.gradient()[map * points + point]
                            if wants.0 { memory.inputGradient(0)[map * area + pixel] += gradient * weight }
                            slope += gradient * memory.input(0)[map * area + pixel]
                        }
                        guard wants.1, !rule.isNearest else { continue }
                        for axis in 0..<rank {
                            let sign: Float = corner >> axis & 1 == 0 ? -1 : 1
                            memory.inputGradient(1)[start + rank - 1 - axis] +=
                                slope * rule.product(axes, corner, without: axis) * sign * axes[axis].slope
                        }
                    }
                }
            }
        }
        return result
    }

    /// What a point takes along one axis: two neighbours, the share of the second, and how fast it grows with the coordinate.
    private struct Taps {
        var first: Int?
        var second: Int?
        var share: Float
        var slope: Float
    }

    private func place(_ axes: [Taps], _ corner: Int) -> Int? {
        var result = 0
        for (axis, taps) in axes.enumerated() {
            guard let pixel = corner >> axis & 1 == 0 ? taps.first : taps.second else { return nil }
            result += pixel * strides[axis]
        }
        return result
    }

    private func product(_ axes: [Taps], _ corner: Int, without left: Int?) -> Float {
        var result: Float = 1
        for (axis, taps) in axes.enumerated() where axis != left {
            result *= corner >> axis & 1 == 0 ? 1 - taps.share : taps.share
        }
        return result
    }

    private func taps(_ coordinate: Float, _ axis: Int) -> Taps {
        let extent = Float(extents[axis])
        let step = isAligned ? (extent - 1) / 2 : extent / 2
        var place = isAligned ? (coordinate + 1) * step : ((coordinate + 1) * extent - 1) / 2
        guard place.isFinite, abs(place) < 1e9 else { return Taps(first: nil, second: nil, share: 0, slope: 0) }
        if isNearest { place.round(.toNearestOrEven) }
        var slope = step
        let (low, high): (Float, Float) = isAligned ? (0, extent - 1) : (-0.5, extent - 0.5)
        switch padding {
        case .zeros: break
        case .border:
            if place < 0 || place > extent - 1 { slope = 0 }
            place = min(max(place, 0), extent - 1)
        case .reflection:
            if place < low || place > high {
                let range = high - low
                guard range > 0 else { return Taps(first: 0, second: nil, share: 0, slope: 0) }
                let distance = place < low ? low - place : place - high
                let turns = (distance / range).rounded(.down)
                let rest = distance - turns * range
                let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
                let fromLow = (place < low) == isEven
                // Each reflection turns the way.
                let wayOut: Float = place < low ? -1 : 1
                slope *= fromLow ? wayOut : -wayOut
                place = fromLow ? low + rest : high - rest
            }
            if place < 0 || place > extent - 1 {
                place = min(max(place, 0), extent - 1)
                slope = 0
            }
            if isNearest { place.round(.toNearestOrEven) }
        }
        let first = place.rounded(.down)
        func pixel(_ position: Float) -> Int? {
            guard position >= 0, position < extent else { return nil }
            return Int(position)
        }
        return Taps(first: pixel(first), second: pixel(first + 1), share: place - first, slope: slope)
    }
}
