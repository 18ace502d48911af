import EdgeTensors

/// `Resize`: nearest, linear or cubic sampling along each axis.
enum ReferenceResize {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.floatOperand(0)
        let (shape, scales) = try target(context, data.shape)
        let result = try context.result(.f32, shape)
        let regions = try regions(context, rank: shape.count)
        let axes = try shape.indices.map { axis throws(ModelError) in
            try Taps(
                context, extent: data.shape[axis], result: shape[axis], scale: scales[axis], region: regions?[axis])
        }
        // One axis after the other, largest reduction of work last; untouched axes are skipped.
        var passes: [Pass] = []
        var current = data.shape
        for axis in shape.indices where !axes[axis].isIdentity {
            var next = current
            next[axis] = shape[axis]
            passes.append(
                Pass(
                    taps: axes[axis], outer: current[..<axis].reduce(1, *), extent: current[axis], count: shape[axis],
                    inner: current[(axis + 1)...].reduce(1, *)))
            current = next
            _ = try context.result(.f32, current)
        }
        guard !passes.isEmpty else { return .view(as: result) }
        let sizes = passes.dropLast().map { $0.outer * $0.count * $0.inner * 4 }
        return Lowered([result], scratch: Array(sizes)) { memory throws(ModelError) in
            var source = memory.input(0, as: Float.self)
            for (position, pass) in passes.enumerated() {
                let target =
                    position == passes.count - 1
                    ? memory.output(0, as: Float.self) : memory.scratch(position, as: Float.self)
                pass.run(from: source, to: target)
                source = target
            }
        }
    }

    /// The shape asked for, and the scale of each axis.
    private static func target(_ context: LoweringContext, _ source: [Int]) throws(ModelError) -> ([Int], [Float]) {
        var shape = source
        var scales = source.map { _ in Float(1) }
        let axes = try (context.node.ints("axes") ?? Array(source.indices)).map { axis throws(ModelError) in
            try context.axis(axis, of: source)
        }
        if context.optional(3) != nil {
            let sizes = try context.integers(3)
            guard sizes.count == axes.count,
                zip(axes, sizes).allSatisfy({ $1 >= 0 && $1 <= LoweringContext.largestExtent && source[$0] > 0 })
            else { throw context.fail("sizes \(sizes) do not fit shape \(source)") }
            let factors = zip(axes, sizes).map { Float($1) / Float(source[$0]) }
            let policy = context.node.string("keep_aspect_ratio_policy") ?? "stretch"
            // One factor for all axes, so that the picture keeps its proportions.
            let common = policy == "not_larger" ? factors.min() : policy == "not_smaller" ? factors.max() : nil
            for (position, axis) in axes.enumerated() {
                scales[axis] = common ?? factors[position]
                shape[axis] =
                    common.map { Int((Double($0) * Double(source[axis]) + 0.5).rounded(.down)) } ?? sizes[position]
            }
        } else {
            // Before opset 11 the scales were the second input.
            let given = try context.floats(context.operands.count == 2 ? 1 : 2)
            guard given.count == axes.count, given.allSatisfy({ $0 > 1e-6 && $0 < 1e6 }) else {
                throw context.fail("scales \(given) do not fit shape \(source)")
            }
            for (axis, scale) in zip(axes, given) {
                shape[axis] = Int((Double(source[axis]) * Double(scale)).rounded(.down))
                scales[axis] = scale
            }
        }
        return (shape, scales)
    }

    /// The part of each axis that is cut out, from 0 to 1; nil where the whole is taken.
    private static func regions(_ context: LoweringContext, rank: Int) throws(ModelError) -> [(Float, Float)?]? {
        guard context.node.string("coordinate_transformation_mode") == "tf_crop_and_resize" else { return nil }
        let axes = context.node.ints("axes")?.map { $0 < 0 ? $0 + rank : $0 } ?? Array(0..<rank)
        let given = try context.doubles(1).map(Float.init)
        guard given.count == 2 * axes.count else { throw context.fail("its region does not fit \(rank) axes") }
        var result = [(Float, Float)?](repeating: (0, 1), count: rank)
        for (position, axis) in axes.enumerated() where axis >= 0 && axis < rank {
            result[axis] = (given[position], given[position + axes.count])
        }
        return result
    }

    /// The source positions and their weights that each result position of one axis is mixed from.
    private struct Taps {
        var positions: [Int] = []
        var weights: [Float] = []
        var width = 1
        var isIdentity: Bool
        /// Result positions outside the source, which take a fixed value.
        var isOutside: Set<Int> = []
        var outsideValue: Float = 0

        init(
            _ context: LoweringContext, extent: Int, result: Int, scale: Float, region: (Float, Float)?
        ) throws(ModelError) {
            isIdentity = extent == result && scale == 1 && (region == nil || region.map { $0 == (0, 1) } == true)
            outsideValue = context.node.float("extrapolation_value") ?? 0
            // Of nothing there is nothing to mix, and its scale is zero.
            if isIdentity || result == 0 { return }
            guard extent > 0 else { throw context.fail("an empty axis cannot be resized") }
            let mode = context.node.string("mode") ?? "nearest"
            let transform = context.node.string("coordinate_transformation_mode") ?? "half_pixel"
            let spread = mode == "linear" ? 1 : 2
            // Smoothed over as many pixels as one of the result stands for, where the picture shrinks.
            let factor = min(scale, 1)
            let smooths = context.node.int("antialias") == 1 && mode != "nearest" && scale < 1
            let firstTap = smooths ? Int((Float(-spread) / factor).rounded(.down)) + 1 : 1 - spread
            width = mode == "nearest" ? 1 : 2 - 2 * firstTap
            guard width <= 4 * max(extent, 4), result <= context.options.activationLimit / 8 / width else {
                throw .tooMuchMemory(
                    "node `\(context.node.name)` (Resize): an axis of \(result)", limit: context.options.activationLimit
                )
            }
            guard result <= context.options.activationLimit / 64 else {
                throw .tooMuchMemory(
                    "node `\(context.node.name)` (Resize): an axis of \(result)", limit: context.options.activationLimit
                )
            }
            let a = context.node.float("cubic_coeff_a") ?? -0.75
            let excludes = (context.node.int("exclude_outside") ?? 0) != 0
            for position in 0..<result {
                let at = Float(position)
                let place: Float
                switch transform {
                case "half_pixel": place = (at + 0.5) / scale - 0.5
                case "pytorch_half_pixel": place = result > 1 ? (at + 0.5) / scale - 0.5 : 0
                case "asymmetric": place = at / scale
                case "align_corners": place = result > 1 ? at * Float(extent - 1) / Float(result - 1) : 0
                case "half_pixel_symmetric":
                    let adjustment = Float(result) / (scale * Float(extent))
                    let centre = Float(extent) / 2
                    place = centre * (1 - adjustment) + (at + 0.5) / scale - 0.5
                case "tf_crop_and_resize":
                    let (start, end) = region ?? (0, 1)
                    let last = Float(extent - 1)
                    let step: Float = result > 1 ? (end - start) * last / Float(result - 1) : 0
                    place = result > 1 ? start * last + at * step : (start + end) / 2 * last
                    if place < 0 || place > last { isOutside.insert(position) }
                default: throw context.fail("coordinates by `\(transform)` are not supported")
                }
                func clamped(_ position: Float) -> Int {
                    position.isNaN ? 0 : min(Int(min(max(position, 0), Float(extent - 1))), extent - 1)
                }
                switch mode {
                case _ where smooths:
                    // The place lies above `low` and at or below its right neighbour.
                    let low = place.rounded(.up) - 1
                    let ratio = place - low
                    var mix: [Float] = []
                    for tap in firstTap..<firstTap + width {
                        let distance = ((Float(tap) - ratio) * factor).magnitude
                        var share: Float = max(1 - distance, 0)
                        if mode != "linear" {
                            let inner: Float = ((a + 2) * distance - (a + 3)) * distance * distance + 1
                            let outer: Float = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
                            share = distance <= 1 ? inner : distance < 2 ? outer : 0
                        }
                        mix.append(share)
                        let index = low + Float(tap)
                        if excludes, index < 0 || index > Float(extent - 1) { mix[mix.count - 1] = 0 }
                        positions.append(clamped(index))
                    }
                    let total = mix.reduce(0, +)
                    weights += total == 0 ? mix : mix.map { $0 / total }
                case "nearest":
                    let rounding = context.node.string("nearest_mode") ?? "round_prefer_floor"
                    let rounded: Float
                    switch rounding {
                    case "round_prefer_floor": rounded = (place - 0.5).rounded(.up)
                    case "round_prefer_ceil": rounded = (place + 0.5).rounded(.down)
                    case "floor": rounded = place.rounded(.down)
                    case "ceil": rounded = place.rounded(.up)
                    default: throw context.fail("rounding by `\(rounding)` is not known")
                    }
                    positions.append(clamped(rounded))
                    weights.append(1)
                case "linear":
                    let inside = min(max(place, 0), Float(extent - 1))
                    let low = inside.rounded(.down)
                    positions += [clamped(low), clamped(low + 1)]
                    weights += [1 - (inside - low), inside - low]
                case "cubic":
                    let low = place.rounded(.down)
                    let t = place - low
                    func near(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }
                    func far(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
                    var mix = [far(t + 1), near(t), near(1 - t), far(2 - t)]
                    if excludes {
                        for tap in 0..<4 where low + Float(tap - 1) < 0 || low + Float(tap - 1) > Float(extent - 1) {
                            mix[tap] = 0
                        }
                        let total = mix.reduce(0, +)
                        if total != 0 { mix = mix.map { $0 / total } }
                    }
                    for tap in 0..<4 { positions.append(clamped(low + Float(tap - 1))) }
                    weights += mix
                default: throw context.fail("resizing by `\(mode)` is not known")
                }
            }
        }
    }

    private struct Pass {
        let taps: Taps
        let outer: Int
        let extent: Int
        let count: Int
        let inner: Int

        func run(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
            for row in 0..<outer {
                for position in 0..<count {
                    let out = target + (row * count + position) * inner
                    if taps.isOutside.contains(position) {
                        out.update(repeating: taps.outsideValue, count: inner)
                        continue
                    }
                    for tap in 0..<taps.width {
                        let weight = taps.weights[position * taps.width + tap]
                        let from = source + (row * extent + taps.positions[position * taps.width + tap]) * inner
                        if tap == 0 {
                            if taps.width == 1 {
                                out.update(from: from, count: inner)
                            } else {
                                for column in 0..<inner { out[column] = from[column] * weight }
                            }
                        } else {
                            for column in 0..<inner { out[column] += from[column] * weight }
                        }
                    }
                }
            }
        }
    }
}
