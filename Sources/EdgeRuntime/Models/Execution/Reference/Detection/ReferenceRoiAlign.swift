import EdgeTensors

/// `RoiAlign`: regions of an image pooled to one size, sampled between the pixels.
enum ReferenceRoiAlign {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let regions = try context.operand(1).shape
        let limit = 1 << 16
        let height = context.node.int("output_height") ?? 1
        let width = context.node.int("output_width") ?? 1
        let ratio = context.node.int("sampling_ratio") ?? 0
        guard shape.count == 4, regions.count == 2, regions[1] == 4, try context.operand(2).type.count == regions[0],
            (1...limit).contains(height), (1...limit).contains(width), (0...limit).contains(ratio)
        else { throw context.fail("regions of shape \(regions) do not fit an image of shape \(shape)") }
        let takesMaximum = context.node.string("mode") == "max"
        let scale = Double(context.node.float("spatial_scale") ?? 1)
        let isHalfPixel = (context.node.string("coordinate_transformation_mode") ?? "half_pixel") == "half_pixel"
        let result = try context.result(data.dtype, [regions[0], shape[1], height, width])
        let (channels, rows, columns) = (shape[1], shape[2], shape[3])
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            for region in 0..<regions[0] {
                let batch = try context.place(values[2][region], extent: shape[0])
                let offset = isHalfPixel ? 0.5 : 0
                let box = (0..<4).map { values[1][region * 4 + $0] * scale - offset }
                guard box.allSatisfy({ $0.isFinite && $0.magnitude < 1e9 }) else {
                    throw context.fail("region \(region) is out of bounds")
                }
                // Without the half pixel a region has at least one pixel.
                let extent = [box[3] - box[1], box[2] - box[0]].map { isHalfPixel ? $0 : max($0, 1) }
                let bin = [extent[0] / Double(height), extent[1] / Double(width)]
                let samples = bin.map { ratio > 0 ? ratio : max(Int($0.rounded(.up)), 0) }
                guard samples[0] <= limit, samples[1] <= limit else {
                    throw context.fail("region \(region) is too large")
                }
                for channel in 0..<channels {
                    let image = (batch * channels + channel) * rows * columns
                    for y in 0..<height {
                        for x in 0..<width {
                            var total = 0.0
                            var largest = -Double.infinity
                            for sy in 0..<samples[0] {
                                let down: Double = Double(y) + (Double(sy) + 0.5) / Double(samples[0])
                                let row = box[1] + down * bin[0]
                                for sx in 0..<samples[1] {
                                    let along: Double = Double(x) + (Double(sx) + 0.5) / Double(samples[1])
                                    let column = box[0] + along * bin[1]
                                    let taps = BilinearTaps(row, column, rows: rows, columns: columns)
                                    for tap in taps.taps {
                                        let value = values[0][image + tap.place] * tap.weight
                                        total += value
                                        largest = max(largest, value)
                                    }
                                    if taps.taps.isEmpty { largest = max(largest, 0) }
                                }
                            }
                            let count = Double(max(samples[0] * samples[1], 1))
                            output[((region * channels + channel) * height + y) * width + x] =
                                takesMaximum ? (largest == -.infinity ? 0 : largest) : total / count
                        }
                    }
                }
            }
            return [output]
        }
    }

    /// The four pixels around a place and their shares; none where it lies outside the image.
    private struct BilinearTaps {
        var taps: [(place: Int, weight: Double)] = []

        init(_ row: Double, _ column: Double, rows: Int, columns: Int) {
            guard row >= -1, row <= Double(rows), column >= -1, column <= Double(columns), rows > 0, columns > 0 else {
                return
            }
            let (y, x) = (min(max(row, 0), Double(rows - 1)), min(max(column, 0), Double(columns - 1)))
            let (top, left) = (Int(y), Int(x))
            let (bottom, right) = (min(top + 1, rows - 1), min(left + 1, columns - 1))
            let (dy, dx) = (y - Double(top), x - Double(left))
            taps.append((top * columns + left, (1 - dy) * (1 - dx)))
            taps.append((top * columns + right, (1 - dy) * dx))
            taps.append((bottom * columns + left, dy * (1 - dx)))
            taps.append((bottom * columns + right, dy * dx))
        }
    }
}
