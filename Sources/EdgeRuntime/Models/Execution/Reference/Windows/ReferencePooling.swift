import EdgeTensors

/// Maximum and mean over windows and over whole maps.
enum ReferencePooling {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let isGlobal = context.node.op == .globalAveragePool || context.node.op == .globalMaxPool
        let isMaximum = context.node.op == .maxPool || context.node.op == .globalMaxPool
        guard data.shape.count >= 3, data.shape.count <= 5 else {
            throw context.fail("it needs one to three spatial axes, found shape \(data.shape)")
        }
        guard context.node.outputs.count == 1 else { throw context.fail("the indices of the maxima are not supported") }
        var plain = context
        if isGlobal {
            for name in ["strides", "pads", "dilations", "auto_pad", "ceil_mode"] { plain.node.attributes[name] = nil }
        }
        let spatial =
            context.node.layout == .channelsFirst
            ? Array(data.shape[2...]) : Array(data.shape[1..<(data.shape.count - 1)])
        let geometry = try WindowGeometry(plain, data: data.shape, kernel: isGlobal ? spatial : nil)
        let result = try context.result(
            data.dtype, geometry.outputShape(channels: geometry.channels), data.type.quantization)
        if isMaximum {
            switch data.dtype {
            case .f32: return maximum(geometry, result, lowest: -Float.infinity)
            case .i8: return maximum(geometry, result, lowest: Int8.min)
            case .u8: return maximum(geometry, result, lowest: UInt8.min)
            case .i16: return maximum(geometry, result, lowest: Int16.min)
            case .f64, .f16, .bf16, .narrow, .i64, .i32, .u64, .u32, .u16, .bool, .i4, .u4, .i2, .u2, .text:
                throw context.unsupported(data.dtype)
            }
        }
        guard data.dtype == .f32 else { throw context.unsupported(data.dtype) }
        return mean(geometry, result, countsPadding: (context.node.int("count_include_pad") ?? 0) != 0)
    }

    private static func maximum<T: Comparable & BitwiseCopyable>(
        _ geometry: WindowGeometry, _ result: ConcreteType, lowest: T
    ) -> Lowered {
        Lowered([result]) { memory throws(ModelError) in
            forEachWindow(geometry, from: memory.input(0, as: T.self), to: memory.output(0, as: T.self)) { visit, _ in
                var best = lowest
                visit { best = $0 > best ? $0 : best }
                return best
            }
        }
    }

    private static func mean(_ geometry: WindowGeometry, _ result: ConcreteType, countsPadding: Bool) -> Lowered {
        Lowered([result]) { memory throws(ModelError) in
            forEachWindow(geometry, from: memory.input(0, as: Float.self), to: memory.output(0, as: Float.self)) {
                visit, position in
                var total: Float = 0
                var count = 0
                visit {
                    total += $0
                    count += 1
                }
                if countsPadding {
                    // Padding counts, what a rounded-up window covers beyond it does not.
                    count = (0..<3).reduce(1) { product, axis in
                        let start = position[axis] * geometry.strides[axis] - geometry.pads[axis]
                        let end = min(start + geometry.reach(axis), geometry.input[axis] + geometry.padsAfter[axis])
                        return product * max((end - start + geometry.dilations[axis] - 1) / geometry.dilations[axis], 0)
                    }
                }
                return count == 0 ? 0 : total / Float(count)
            }
        }
    }

    /// Calls `body` for each window with a function that visits its elements, and the window's position.
    @inline(__always) private static func forEachWindow<T: BitwiseCopyable>(
        _ geometry: WindowGeometry, from data: UnsafePointer<T>, to result: UnsafeMutablePointer<T>,
        _ body: ((_ visit: (T) -> Void) -> Void, [Int]) -> T
    ) {
        let source = geometry.strides(extents: geometry.input, channels: geometry.channels)
        let target = geometry.strides(extents: geometry.output, channels: geometry.channels)
        for image in 0..<geometry.batch {
            for channel in 0..<geometry.channels {
                let data = data + image * source.batch + channel * source.channel
                let result = result + image * target.batch + channel * target.channel
                for z in 0..<geometry.output[0] {
                    for y in 0..<geometry.output[1] {
                        for x in 0..<geometry.output[2] {
                            let start = [z, y, x]
                            let taps = (0..<3).map { geometry.taps($0, at: start[$0]) }
                            let value = body(
                                { visit in
                                    for kz in taps[0] {
                                        for ky in taps[1] {
                                            for kx in taps[2] {
                                                var offset = 0
                                                for (axis, tap) in [kz, ky, kx].enumerated() {
                                                    let at =
                                                        start[axis] * geometry.strides[axis] - geometry.pads[axis] + tap
                                                        * geometry.dilations[axis]
                                                    offset += at * source.spatial[axis]
                                                }
                                                visit(data[offset])
                                            }
                                        }
                                    }
                                }, start)
                            result[z * target.spatial[0] + y * target.spatial[1] + x * target.spatial[2]] = value
                        }
                    }
                }
            }
        }
    }
}
