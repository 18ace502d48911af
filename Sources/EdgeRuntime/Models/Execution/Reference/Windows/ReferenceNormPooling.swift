import EdgeTensors
import Glibc

/// Pooling that the fast paths leave alone: `LpPool` and `GlobalLpPool`, and `MaxPool` that also tells where each maximum stands.
enum ReferenceNormPooling {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard data.shape.count >= 3, context.node.layout == .channelsFirst else {
            throw context.fail("it needs channels first and spatial axes, found shape \(data.shape)")
        }
        let isMaximum = context.node.op == .maxPool
        let isGlobal = context.node.op == .globalLpPool
        let geometry = try WindowGeometry(context, data: data.shape, kernel: isGlobal ? Array(data.shape[2...]) : nil)
        let order = context.node.int("p") ?? 2
        guard order > 0 else { throw context.fail("a norm of order \(order) is not known") }
        let power = Double(order)
        let result = try context.result(data.dtype, geometry.outputShape(channels: geometry.channels))
        let places = try context.result(.i64, result.shape)
        let isColumnMajor = context.node.int("storage_order") == 1
        let (input, output) = (geometry.input, geometry.output)
        let area = input.reduce(1, *)
        return try .real(context, isMaximum ? [result, places] : [result]) { values throws(ModelError) in
            var pooled: [Double] = []
            var found: [Double] = []
            pooled.reserveCapacity(result.count)
            for map in 0..<geometry.batch * geometry.channels {
                for z in 0..<output[0] {
                    for y in 0..<output[1] {
                        for x in 0..<output[2] {
                            var total = isMaximum ? -Double.infinity : 0
                            var best = 0
                            for kz in geometry.taps(0, at: z) {
                                for ky in geometry.taps(1, at: y) {
                                    for kx in geometry.taps(2, at: x) {
                                        let place: [Int] = [
                                            position(geometry, 0, z, kz), position(geometry, 1, y, ky),
                                            position(geometry, 2, x, kx),
                                        ]
                                        let index = (place[0] * input[1] + place[1]) * input[2] + place[2]
                                        let value = values[0][map * area + index]
                                        if !isMaximum {
                                            total += Glibc.pow(value.magnitude, power)
                                        } else if value > total {
                                            total = value
                                            best =
                                                isColumnMajor
                                                ? (place[2] * input[1] + place[1]) * input[0] + place[0] : index
                                        }
                                    }
                                }
                            }
                            pooled.append(isMaximum ? total : Glibc.pow(total, 1 / power))
                            found.append(Double(map * area + best))
                        }
                    }
                }
            }
            return [pooled, found]
        }
    }

    /// Where a tap of a window reads.
    private static func position(_ geometry: WindowGeometry, _ axis: Int, _ at: Int, _ tap: Int) -> Int {
        at * geometry.strides[axis] - geometry.pads[axis] + tap * geometry.dilations[axis]
    }

    /// `MaxUnpool`: each element put back where the maximum stood that it came from.
    static func unpool(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let rank = data.shape.count - 2
        guard rank >= 1, try context.operand(1).shape == data.shape, let kernel = context.node.ints("kernel_shape"),
            kernel.count == rank, kernel.allSatisfy({ $0 > 0 && $0 <= LoweringContext.largestExtent })
        else { throw context.fail("its indices or its kernel do not fit shape \(data.shape)") }
        let strides = try context.window("strides", count: rank, standard: 1)
        let pads = try context.window("pads", count: 2 * rank, standard: 0, least: 0)
        var whole = Array(data.shape[..<2])
        for axis in 0..<rank {
            let reach: Int = (data.shape[2 + axis] - 1) * strides[axis] + kernel[axis]
            whole.append(reach - pads[axis] - pads[axis + rank])
        }
        let shape = try context.optionalIntegers(2) ?? whole
        guard shape.count == whole.count, zip(shape, whole).allSatisfy({ $0 >= $1 && $1 >= 0 }) else {
            throw context.fail("the shape \(shape) is smaller than \(whole)")
        }
        let result = try context.result(data.dtype, shape)
        let count = try context.result(data.dtype, whole).count
        let strideIn = Tensor.contiguousStrides(of: whole)
        let strideOut = Tensor.contiguousStrides(of: shape)
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            for (position, value) in values[0].enumerated() {
                let index = values[1][position]
                guard index >= 0, index < Double(count) else { throw context.fail("index \(index) is out of range") }
                var rest = Int(index)
                var place = 0
                for axis in whole.indices {
                    place += rest / strideIn[axis] * strideOut[axis]
                    rest %= strideIn[axis]
                }
                output[place] = value
            }
            return [output]
        }
    }

    /// `Col2Im`: columns of window elements summed into the image that they come from.
    static func columnsToImage(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let image = try context.integers(1)
        let block = try context.integers(2)
        let rank = image.count
        let strides = try context.window("strides", count: rank, standard: 1)
        let dilations = try context.window("dilations", count: rank, standard: 1)
        let pads = try context.window("pads", count: 2 * rank, standard: 0, least: 0)
        let limit = LoweringContext.largestExtent
        guard rank >= 1, block.count == rank, data.shape.count == 3,
            (image + block).allSatisfy({ $0 > 0 && $0 <= limit })
        else { throw context.fail("its image \(image) and block \(block) do not fit shape \(data.shape)") }
        let positions: [Int] = (0..<rank).map { axis in
            let padded: Int = image[axis] + pads[axis] + pads[axis + rank]
            let reach: Int = dilations[axis] * (block[axis] - 1) + 1
            return padded < reach ? 0 : (padded - reach) / strides[axis] + 1
        }
        guard positions.allSatisfy({ $0 > 0 }), let taps = Tensor.elementCount(of: block),
            let windows = Tensor.elementCount(of: positions), data.shape[1] % taps == 0, data.shape[2] == windows
        else { throw context.fail("its image \(image) and block \(block) do not fit shape \(data.shape)") }
        let channels = data.shape[1] / taps
        let result = try context.result(data.dtype, [data.shape[0], channels] + image)
        let area = image.reduce(1, *)
        let steps = Tensor.contiguousStrides(of: image)
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            var tap = IndexCounter(block)
            for element in 0..<taps {
                var window = IndexCounter(positions)
                for column in 0..<windows {
                    var place = 0
                    var isInside = true
                    for axis in 0..<rank {
                        let at = window.index[axis] * strides[axis] - pads[axis] + tap.index[axis] * dilations[axis]
                        if at < 0 || at >= image[axis] { isInside = false }
                        place += at * steps[axis]
                    }
                    if isInside {
                        for map in 0..<data.shape[0] * channels {
                            output[map * area + place] += values[0][(map * taps + element) * windows + column]
                        }
                    }
                    window.advance()
                }
                tap.advance()
            }
            return [output]
        }
    }
}
