import CEdgeKernels
import EdgeTensors

/// `ConvTranspose` as an ordinary convolution. Outputs that lie a stride apart are sums over the same inputs: the window is split into one
/// small window for each place between two strides, all of them are the channels of one convolution, and its results are laid side by side.
enum FastTransposedConvolution {
    /// Nil for more than two axes, windows that are dilated or leave gaps, and weights that are computed.
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        guard let data = context.optional(0), let weights = context.optional(1)?.constant, data.dtype == .f32,
            weights.dtype == .f32, (3...4).contains(data.shape.count), context.node.layout == .channelsLast,
            context.node.int(FusedActivation.residual) == nil, context.declaredResult?.quantization == nil
        else { return nil }
        let window = try TransposedWindow(context)
        guard window.dilations.allSatisfy({ $0 == 1 }), !window.resultShape.contains(0),
            let rows = Axis(window, window.input.count - 2), let columns = Axis(window, window.input.count - 1),
            let outputs = Int32(exactly: window.outputs * rows.stride * columns.stride),
            let bias = try FastConvolution.floatBias(context, outputs: window.outputs)
        else { return nil }
        let places = rows.stride * columns.stride
        let shape = edge_conv_shape(
            batch: Int32(clamping: window.batch), in_h: rows.input, in_w: columns.input,
            in_c: Int32(clamping: window.channels), out_h: rows.steps, out_w: columns.steps, out_c: outputs,
            kernel_h: rows.taps, kernel_w: columns.taps, stride_h: 1, stride_w: 1, dilation_h: 1, dilation_w: 1,
            pad_top: rows.pad, pad_left: columns.pad, groups: Int32(clamping: window.groups))
        let split = try context.wrap { try splitWeights(weights, window, rows, columns) }
        let biases = bias.isEmpty ? [] : spread(bias, window, places)
        let (low, high) = FusedActivation.bounds(context.node)
        let isa = context.isa
        let packed = split.withUnsafeBufferPointer { split in
            biases.withUnsafeBufferPointer { biases in
                split.baseAddress.flatMap {
                    PackedFloatConvolution(
                        isa: isa, shape: shape, weights: $0, bias: biases.isEmpty ? nil : biases.baseAddress, low: low,
                        high: high)
                }
            }
        }
        guard let packed else { return nil }
        let result = try context.result(.f32, window.resultShape)
        let own = try context.scratchBytes(packed.scratchByteCount, width: 1)
        if places == 1 {
            return Lowered([result], scratch: [own]) { memory throws(ModelError) in
                packed.run(memory.input(0), residual: nil, to: memory.output(0), scratch: memory.scratch[0])
            }
        }
        let sums = window.batch * Int(rows.steps) * Int(columns.steps) * Int(outputs)
        let weave = Weave(
            batch: window.batch, groups: window.groups, width: window.outputs / window.groups, rows: rows,
            columns: columns)
        return Lowered([result], scratch: [own, try context.scratchBytes(sums, width: 4)]) {
            memory throws(ModelError) in
            let laid: UnsafeMutablePointer<Float> = memory.scratch(1)
            packed.run(memory.input(0), residual: nil, to: laid, scratch: memory.scratch[0])
            weave.run(from: laid, to: memory.output(0))
        }
    }

    /// One axis of the image.
    private struct Axis {
        let input: Int32
        let output: Int
        let kernel: Int
        let stride: Int
        /// The taps of each small window.
        let taps: Int32
        /// How many results the convolution has, the first of which belongs to outputs from `-skipped` on.
        let steps: Int32
        let skipped: Int
        let pad: Int32

        /// Nil where more is cut off than a window covers, or windows leave gaps between them.
        init?(_ window: TransposedWindow, _ axis: Int) {
            // Signals of one axis are images of one row.
            let isThere = axis >= 0
            let cut = isThere ? window.pads[axis] : 0
            (output, kernel, stride) =
                isThere ? (window.output[axis], window.kernel[axis], window.strides[axis]) : (1, 1, 1)
            let length = (kernel - 1) / stride + 1
            let first = cut / stride
            guard output > 0, stride <= kernel, length - 1 >= first,
                let input = Int32(exactly: isThere ? window.input[axis] : 1),
                let taps = Int32(exactly: length), let pad = Int32(exactly: length - 1 - first),
                let steps = Int32(exactly: (cut + output - 1) / stride - first + 1)
            else { return nil }
            (self.input, self.taps, self.pad, self.steps) = (input, taps, pad, steps)
            skipped = cut % stride
        }

        /// The tap of the whole window that a tap of the small one for a place is; nil beyond its end.
        func source(_ tap: Int, place: Int) -> Int? {
            let source = place + stride * (Int(taps) - 1 - tap)
            return source < kernel ? source : nil
        }
    }

    /// `[group, place, out, in, taps…]` of weights that lie as `[in, out / group, kernel…]`.
    private static func splitWeights(_ weights: Tensor, _ window: TransposedWindow, _ rows: Axis, _ columns: Axis)
        throws
        -> [Float]
    {
        let (width, depth) = (window.outputs / window.groups, window.channels / window.groups)
        let taps = Int(rows.taps) * Int(columns.taps)
        let area = rows.kernel * columns.kernel
        var split = [Float](
            repeating: 0, count: window.outputs * rows.stride * columns.stride * depth * taps)
        try weights.withElements(of: Float.self) { source in
            var target = 0
            for group in 0..<window.groups {
                for place in 0..<rows.stride * columns.stride {
                    let (down, across) = (place / columns.stride, place % columns.stride)
                    for output in 0..<width {
                        for input in 0..<depth {
                            let first = ((group * depth + input) * width + output) * area
                            for tap in 0..<taps {
                                if let y = rows.source(tap / Int(columns.taps), place: down),
                                    let x = columns.source(tap % Int(columns.taps), place: across)
                                {
                                    split[target] = source[first + y * columns.kernel + x]
                                }
                                target += 1
                            }
                        }
                    }
                }
            }
        }
        return split
    }

    /// The bias of each channel of the convolution.
    private static func spread(_ bias: [Float], _ window: TransposedWindow, _ places: Int) -> [Float] {
        let width = window.outputs / window.groups
        return (0..<window.groups).flatMap { group in
            (0..<places).flatMap { _ in bias[(group * width)..<((group + 1) * width)] }
        }
    }

    /// Lays the results for the places between two strides side by side.
    private struct Weave {
        let batch: Int
        let groups: Int
        /// Channels of a group.
        let width: Int
        let rows: Axis
        let columns: Axis

        func run(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
            let places = rows.stride * columns.stride
            let pixel = groups * places * width
            var next = target
            for image in 0..<batch {
                for y in 0..<rows.output {
                    let down = y + rows.skipped
                    let row = source + (image * Int(rows.steps) + down / rows.stride) * Int(columns.steps) * pixel
                    let first = down % rows.stride * columns.stride
                    for x in 0..<columns.output {
                        let across = x + columns.skipped
                        let place = first + across % columns.stride
                        var from = row + across / columns.stride * pixel + place * width
                        for _ in 0..<groups {
                            for channel in 0..<width { next[channel] = from[channel] }
                            next += width
                            from += places * width
                        }
                    }
                }
            }
        }
    }
}
