import EdgeTensors

/// Operators whose result holds elements of one operand at other places: each is a copy with strides.
enum ReferenceRearrange {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        return switch context.node.op {
        case .transpose: try transpose(context, data)
        case .slice: try slice(context, data)
        case .expand: try expand(context, data)
        case .tile: try tile(context, data)
        case .spaceToDepth: try spaceToDepth(context, data)
        case .depthToSpace: try depthToSpace(context, data)
        default: throw context.fail("it does not rearrange its operand")
        }
    }

    private static func copy(
        _ context: LoweringContext, _ data: Operand, shape: [Int], strides: [Int], start: Int = 0,
        as final: [Int]? = nil
    ) throws(ModelError) -> Lowered {
        let result = try context.result(data.dtype, final ?? shape, data.type.quantization)
        return StridedCopy(shape: shape, strides: strides, start: start, width: data.dtype.bits / 8).lowered(as: result)
    }

    private static func transpose(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered {
        let order = context.node.ints("perm") ?? Array(data.shape.indices.reversed())
        guard order.sorted() == Array(data.shape.indices) else {
            throw context.fail("\(order) is no order of the axes of \(data.shape)")
        }
        let strides = Tensor.contiguousStrides(of: data.shape)
        return try copy(context, data, shape: order.map { data.shape[$0] }, strides: order.map { strides[$0] })
    }

    private static func slice(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered {
        guard let starts = try context.optionalIntegers(1) ?? context.node.ints("starts"),
            let ends = try context.optionalIntegers(2) ?? context.node.ints("ends")
        else { throw context.fail("its starts or ends are missing") }
        let axes = try context.optionalIntegers(3) ?? context.node.ints("axes") ?? Array(starts.indices)
        let steps = try context.optionalIntegers(4) ?? starts.map { _ in 1 }
        guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
            throw context.fail("its starts, ends, axes and steps differ in number")
        }
        var shape = data.shape
        var strides = Tensor.contiguousStrides(of: data.shape)
        var origin = 0
        var seen = Set<Int>()
        for position in starts.indices {
            let axis = try context.axis(axes[position], of: data.shape)
            guard seen.insert(axis).inserted else { throw context.fail("axis \(axis) is sliced twice") }
            let extent = data.shape[axis]
            let step = steps[position]
            guard step != 0, step > -ReferenceRearrange.largestStep, step < ReferenceRearrange.largestStep else {
                throw context.fail("a step of \(step) is not possible")
            }
            func bound(_ value: Int, _ low: Int, _ high: Int) -> Int {
                min(max(value < 0 ? value &+ extent : value, low), high)
            }
            let first = step > 0 ? bound(starts[position], 0, extent) : bound(starts[position], -1, extent - 1)
            // An end of "before the first" is written as a very negative number.
            let past = step > 0 ? bound(ends[position], 0, extent) : bound(ends[position], -1, extent - 1)
            let distance = step > 0 ? past - first : first - past
            shape[axis] = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
            if shape[axis] > 0 { origin += first * strides[axis] }
            strides[axis] *= shape[axis] > 1 ? step : 1
        }
        if shape.contains(0) { origin = 0 }
        return try copy(context, data, shape: shape, strides: strides, start: origin)
    }

    private static let largestStep = 1 << 31

    private static func expand(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered {
        let asked = try context.integers(1)
        guard asked.allSatisfy({ $0 >= 0 }), let shape = Broadcasting.shape(of: [data.shape, asked]) else {
            throw context.fail("shape \(data.shape) cannot be expanded to \(asked)")
        }
        let own = Tensor.contiguousStrides(of: data.shape)
        let missing = shape.count - data.shape.count
        let strides = shape.indices.map { axis in
            axis < missing || data.shape[axis - missing] == 1 ? 0 : own[axis - missing]
        }
        return try copy(context, data, shape: shape, strides: strides)
    }

    private static func tile(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered {
        let repeats = try context.integers(1)
        guard repeats.count == data.shape.count, repeats.allSatisfy({ $0 >= 0 && $0 <= LoweringContext.largestExtent })
        else {
            throw context.fail("repeats \(repeats) do not fit shape \(data.shape)")
        }
        let own = Tensor.contiguousStrides(of: data.shape)
        var shape: [Int] = []
        var strides: [Int] = []
        var final: [Int] = []
        for axis in data.shape.indices {
            shape += [repeats[axis], data.shape[axis]]
            strides += [0, own[axis]]
            final.append(data.shape[axis].multipliedReportingOverflow(by: repeats[axis]).partialValue)
        }
        return try copy(context, data, shape: shape, strides: strides, as: final)
    }

    /// The axes of an image: batch, channels, height, width, and the block size.
    private static func image(
        _ context: LoweringContext, _ data: Operand
    ) throws(ModelError) -> (n: Int, c: Int, h: Int, w: Int, block: Int, strides: (n: Int, c: Int, h: Int, w: Int)) {
        guard data.shape.count == 4, let block = context.node.int("blocksize"), block > 0,
            block <= LoweringContext.largestExtent
        else { throw context.fail("it needs an image of four axes and a block size") }
        let shape = data.shape
        let strides = Tensor.contiguousStrides(of: shape)
        return switch context.node.layout {
        case .channelsFirst:
            (shape[0], shape[1], shape[2], shape[3], block, (strides[0], strides[1], strides[2], strides[3]))
        case .channelsLast:
            (shape[0], shape[3], shape[1], shape[2], block, (strides[0], strides[3], strides[1], strides[2]))
        }
    }

    private static func spaceToDepth(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered {
        let (n, c, h, w, block, strides) = try image(context, data)
        guard h % block == 0, w % block == 0 else {
            throw context.fail("blocks of \(block) do not divide \(data.shape)")
        }
        let (rows, columns) = (h / block, w / block)
        let channels = (c.multipliedReportingOverflow(by: block).partialValue).multipliedReportingOverflow(by: block)
            .partialValue
        // DCR: channel = (row in block, column in block, channel); CRD: (channel, row in block, column in block).
        let isCRD = context.node.string("mode") == "CRD"
        switch context.node.layout {
        case .channelsFirst where isCRD:
            return try copy(
                context, data, shape: [n, c, block, block, rows, columns],
                strides: [strides.n, strides.c, strides.h, strides.w, strides.h * block, strides.w * block],
                as: [n, channels, rows, columns])
        case .channelsLast where isCRD:
            return try copy(
                context, data, shape: [n, rows, columns, c, block, block],
                strides: [strides.n, strides.h * block, strides.w * block, strides.c, strides.h, strides.w],
                as: [n, rows, columns, channels])
        case .channelsFirst:
            return try copy(
                context, data, shape: [n, block, block, c, rows, columns],
                strides: [strides.n, strides.h, strides.w, strides.c, strides.h * block, strides.w * block],
                as: [n, channels, rows, columns])
        case .channelsLast:
            return try copy(
                context, data, shape: [n, rows, columns, block, block, c],
                strides: [strides.n, strides.h * block, strides.w * block, strides.h, strides.w, strides.c],
                as: [n, rows, columns, channels])
        }
    }

    private static func depthToSpace(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered {
        let (n, c, h, w, block, strides) = try image(context, data)
        let (area, overflow) = block.multipliedReportingOverflow(by: block)
        guard !overflow, c % area == 0 else {
            throw context.fail("blocks of \(block) do not divide the channels of \(data.shape)")
        }
        let channels = c / area
        // DCR: channel = (row in block, column in block, channel); CRD: (channel, row in block, column in block).
        let isCRD = context.node.string("mode") == "CRD"
        let rowStride = isCRD ? block * strides.c : block * channels * strides.c
        let columnStride = isCRD ? strides.c : channels * strides.c
        let channelStride = isCRD ? area * strides.c : strides.c
        switch context.node.layout {
        case .channelsFirst:
            return try copy(
                context, data, shape: [n, channels, h, block, w, block],
                strides: [strides.n, channelStride, strides.h, rowStride, strides.w, columnStride],
                as: [n, channels, h * block, w * block])
        case .channelsLast:
            return try copy(
                context, data, shape: [n, h, block, w, block, channels],
                strides: [strides.n, strides.h, rowStride, strides.w, columnStride, channelStride],
                as: [n, h * block, w * block, channels])
        }
    }
}
