import EdgeTensors

/// Where the window of a `ConvTranspose` lies: each input element spreads over `kernel` outputs, `strides` apart from its neighbour's.
struct TransposedWindow {
    let batch: Int
    let channels: Int
    let outputs: Int
    let groups: Int
    /// One entry an axis of the image, as in all that follow.
    let input: [Int]
    let output: [Int]
    let kernel: [Int]
    let strides: [Int]
    let dilations: [Int]
    /// What is cut off before the first output.
    let pads: [Int]
    /// Whether channels come before the axes of the image.
    let isFirst: Bool

    var resultShape: [Int] { isFirst ? [batch, outputs] + output : [batch] + output + [outputs] }

    init(_ context: LoweringContext) throws(ModelError) {
        let data = try context.floatOperand(0)
        let weights = try context.floatOperand(1)
        let rank = data.shape.count - 2
        guard (1...3).contains(rank), weights.shape.count == data.shape.count else {
            throw context.fail("weights of shape \(weights.shape) do not fit an input of shape \(data.shape)")
        }
        let isFirst = context.node.layout == .channelsFirst
        let channels = isFirst ? data.shape[1] : data.shape[rank + 1]
        let input = Array(isFirst ? data.shape[2...] : data.shape[1...rank])
        let kernel = Array(weights.shape[2...])
        let groups = context.node.int("group") ?? 1
        guard groups > 0, channels % groups == 0, weights.shape[0] == channels else {
            throw context.fail(
                "weights of shape \(weights.shape) do not fit an input of shape \(data.shape) in \(groups) groups")
        }
        let (outputs, overflow) = weights.shape[1].multipliedReportingOverflow(by: groups)
        guard !overflow else { throw context.fail("it has too many channels") }
        let strides = context.node.ints("strides") ?? kernel.map { _ in 1 }
        let dilations = context.node.ints("dilations") ?? kernel.map { _ in 1 }
        let extra = context.node.ints("output_padding") ?? kernel.map { _ in 0 }
        var pads = context.node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
        let limit = LoweringContext.largestExtent
        guard strides.count == rank, dilations.count == rank, extra.count == rank, pads.count == 2 * rank,
            (strides + dilations + kernel).allSatisfy({ $0 > 0 && $0 <= limit }),
            (pads + extra).allSatisfy({ $0 >= 0 && $0 <= limit })
        else { throw context.fail("its strides, dilations or pads do not fit its window") }
        let automatic = context.node.string("auto_pad") ?? "NOTSET"
        let asked = context.node.ints("output_shape")
        if let asked, asked.count != rank { throw context.fail("its output shape \(asked) does not fit") }
        var output: [Int] = []
        for axis in 0..<rank {
            let full = (input[axis] - 1) * strides[axis] + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
            let isSame = automatic == "SAME_UPPER" || automatic == "SAME_LOWER"
            if let extent = asked?[axis] ?? (isSame ? input[axis] * strides[axis] : nil) {
                let total = max(full - extent, 0)
                pads[axis] =
                    automatic == "SAME_UPPER" || asked != nil && automatic != "SAME_LOWER"
                    ? total / 2 : total - total / 2
                if asked != nil, !isSame { pads[axis] = total - total / 2 }
                pads[rank + axis] = total - pads[axis]
                output.append(extent)
            } else {
                output.append(full - pads[axis] - pads[rank + axis])
            }
        }
        batch = data.shape[0]
        self.channels = channels
        self.outputs = outputs
        self.groups = groups
        self.input = input
        self.output = output
        self.kernel = kernel
        self.strides = strides
        self.dilations = dilations
        self.pads = Array(pads[..<rank])
        self.isFirst = isFirst
    }
}
