import EdgeTensors
import Glibc

/// `HannWindow`, `HammingWindow` and `BlackmanWindow`, and the weights of `MelWeightMatrix`: known once their sizes are.
enum ReferenceSpectralWindow {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let given = try context.integers(0)
        guard given.count == 1, given[0] >= 0 else { throw context.fail("its size must be one number") }
        let size = given[0]
        let dtype = context.node.string("output_datatype").flatMap(DType.init) ?? .f32
        let result = try context.result(dtype, [size])
        guard let write = ElementCodec.writer(of: dtype) else { throw context.unsupported(dtype) }
        let period = Double(context.node.int("periodic") != 0 ? size : size - 1)
        let weights: [Double] =
            switch context.node.op {
            case .hannWindow: [0.5, 0.5, 0]
            case .hammingWindow: [25.0 / 46, 21.0 / 46, 0]
            default: [0.42, 0.5, 0.08]
            }
        return Lowered([result]) { memory throws(ModelError) in
            for position in 0..<size {
                let angle = 2 * Double.pi * Double(position) / period
                write(
                    memory.outputs[0], position,
                    weights[0] - weights[1] * Glibc.cos(angle) + weights[2] * Glibc.cos(2 * angle))
            }
        }
    }

    static func mel(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let bands = try context.integers(0).first ?? 0
        let length = try context.integers(1).first ?? 0
        let rate = try context.integers(2).first ?? 0
        let low = Double(try context.scalar(3))
        let high = Double(try context.scalar(4))
        guard (1...65536).contains(bands), (1...(1 << 24)).contains(length), rate > 0, low >= 0, high >= low,
            high.isFinite
        else { throw context.fail("\(bands) bands of a transform of \(length) elements are not possible") }
        let bins = length / 2 + 1
        let dtype = context.node.string("output_datatype").flatMap(DType.init) ?? .f32
        let result = try context.result(dtype, [bins, bands])
        guard let write = ElementCodec.writer(of: dtype) else { throw context.unsupported(dtype) }
        let lowest = 2595 * Glibc.log10(1 + low / 700)
        let step = (2595 * Glibc.log10(1 + high / 700) - lowest) / Double(bands + 2)
        let edges = (0..<bands + 2).map { band -> Int in
            let frequency = 700 * (Glibc.pow(10, (lowest + Double(band) * step) / 2595) - 1)
            return Int(min(max((Double(length + 1) * frequency / Double(rate)).rounded(.down), 0), Double(1 << 30)))
        }
        return Lowered([result]) { memory throws(ModelError) in
            func set(_ bin: Int, _ band: Int, _ value: Double) {
                if bin < bins { write(memory.outputs[0], bin * bands + band, value) }
            }
            for position in 0..<result.count { write(memory.outputs[0], position, 0) }
            for band in 0..<bands {
                let (left, centre, right) = (edges[band], edges[band + 1], edges[band + 2])
                if left == centre {
                    set(centre, band, 1)
                } else {
                    for bin in left...max(min(centre, bins), left) where bin <= centre {
                        set(bin, band, Double(bin - left) / Double(centre - left))
                    }
                }
                for bin in centre..<max(min(right, bins), centre) {
                    set(bin, band, Double(right - bin) / Double(right - centre))
                }
            }
        }
    }
}
