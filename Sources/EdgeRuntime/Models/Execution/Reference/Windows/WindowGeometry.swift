import EdgeTensors

/// A window that slides over one to three spatial axes: convolution, its transpose, and pooling. Fewer axes than three are led by
/// axes of one, so that the loops are written once.
struct WindowGeometry {
    var batch: Int
    var channels: Int
    /// Each of the following: depth, height, width.
    var input: [Int]
    var output: [Int]
    var kernel: [Int]
    var strides: [Int]
    var dilations: [Int]
    /// Before each axis.
    var pads: [Int]
    /// After each axis, as the model gives it (the window may reach further where the extent is rounded up).
    var padsAfter: [Int]
    /// The spatial axes that the model has.
    var rank: Int
    var layout: Layout

    /// - Parameter kernel: the window where it follows from the weights; else the attribute `kernel_shape`.
    init(_ context: LoweringContext, data: [Int], kernel given: [Int]?) throws(ModelError) {
        let node = context.node
        rank = data.count - 2
        guard (1...3).contains(rank) else {
            throw context.fail("it needs one to three spatial axes, found shape \(data)")
        }
        layout = node.layout
        batch = data[0]
        let spatial: [Int]
        switch layout {
        case .channelsFirst:
            channels = data[1]
            spatial = Array(data[2...])
        case .channelsLast:
            channels = data[data.count - 1]
            spatial = Array(data[1..<(data.count - 1)])
        }
        guard let window = given ?? node.ints("kernel_shape"), window.count == rank else {
            throw context.fail("its window does not fit shape \(data)")
        }
        let steps = node.ints("strides") ?? window.map { _ in 1 }
        let distances = node.ints("dilations") ?? window.map { _ in 1 }
        let edges = node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
        let limit = LoweringContext.largestExtent
        guard steps.count == rank, distances.count == rank, edges.count == 2 * rank,
            (window + steps + distances).allSatisfy({ $0 > 0 && $0 <= limit }),
            edges.allSatisfy({ $0 >= 0 && $0 <= limit })
        else { throw context.fail("its strides, dilations or pads do not fit its window") }
        let lead = [Int](repeating: 1, count: 3 - rank)
        let none = [Int](repeating: 0, count: 3 - rank)
        input = lead + spatial
        kernel = lead + window
        strides = lead + steps
        dilations = lead + distances
        pads = none + edges[..<rank]
        padsAfter = none + edges[rank...]
        output = [1, 1, 1]
        try placePadding(context)
    }

    /// The part of the input that a window covers, dilation included.
    func reach(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

    private mutating func placePadding(_ context: LoweringContext) throws(ModelError) {
        let automatic = context.node.string("auto_pad") ?? "NOTSET"
        let roundsUp = (context.node.int("ceil_mode") ?? 0) != 0
        for axis in 0..<3 {
            switch automatic {
            case "SAME_UPPER", "SAME_LOWER":
                output[axis] = (input[axis] + strides[axis] - 1) / strides[axis]
                let total = max((output[axis] - 1) * strides[axis] + reach(axis) - input[axis], 0)
                pads[axis] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
                padsAfter[axis] = total - pads[axis]
                if input[axis] == 0 { output[axis] = 0 }
            case "VALID", "NOTSET", "":
                if automatic == "VALID" {
                    pads[axis] = 0
                    padsAfter[axis] = 0
                }
                let room = input[axis] + pads[axis] + padsAfter[axis] - reach(axis)
                guard room >= 0 else {
                    throw context.fail("its window of \(reach(axis)) does not fit an input of \(input[axis])")
                }
                output[axis] = room / strides[axis] + 1
                if roundsUp, room % strides[axis] != 0 {
                    // A window that would start in the padding behind the input is left out.
                    if output[axis] * strides[axis] < input[axis] + pads[axis] { output[axis] += 1 }
                }
            default: throw context.fail("padding `\(automatic)` is not known")
            }
        }
    }

    /// The shape of an activation with the spatial extents of the output.
    func outputShape(channels: Int) -> [Int] {
        let spatial = Array(output.suffix(rank))
        return switch layout {
        case .channelsFirst: [batch, channels] + spatial
        case .channelsLast: [batch] + spatial + [channels]
        }
    }

    /// The distances of neighbours of an activation: batch, channel, depth, height, width.
    func strides(extents: [Int], channels: Int) -> (batch: Int, channel: Int, spatial: [Int]) {
        let area = extents.reduce(1, *)
        let pixel = layout == .channelsFirst ? 1 : channels
        return (
            area * channels, layout == .channelsFirst ? area : 1,
            [extents[1] * extents[2] * pixel, extents[2] * pixel, pixel]
        )
    }

    /// The taps of a window at an output position that meet the input, as a range of the kernel.
    @inline(__always) func taps(_ axis: Int, at position: Int) -> Range<Int> {
        let start = position * strides[axis] - pads[axis]
        let distance = dilations[axis]
        let first = start >= 0 ? 0 : (-start + distance - 1) / distance
        let room = input[axis] - start
        let last = room <= 0 ? 0 : min(kernel[axis], (room - 1) / distance + 1)
        return first..<max(first, last)
    }
}
