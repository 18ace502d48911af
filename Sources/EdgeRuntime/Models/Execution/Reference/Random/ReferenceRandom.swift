import EdgeTensors
import Glibc

/// Operators that draw numbers. The session keeps how far each has come, so that every run draws anew; a seed makes the sequence the
/// same in every session.
enum ReferenceRandom {
    /// SplitMix64 (Steele, Lea, Flood 2014).
    private struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }

        /// At least 0, below 1.
        mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

        /// By Box and Muller.
        mutating func normal() -> Double {
            (-2 * Glibc.log(1 - uniform())).squareRoot() * Glibc.cos(2 * Double.pi * uniform())
        }
    }

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let node = context.node
        let source = context.operands.first ?? nil
        var shape = source?.shape ?? node.ints("shape") ?? []
        var asked = node.string("dtype").flatMap(DType.init)
        switch node.op {
        case .multinomial:
            guard shape.count == 2 else { throw context.fail("it needs rows of logarithms") }
            shape[1] = node.int("sample_size") ?? 1
            asked = asked ?? .i32
        case .randomNormal, .randomUniform: asked = asked ?? .f32
        default: asked = asked ?? source?.dtype
        }
        guard let dtype = asked, let write = ElementCodec.writer(of: dtype) else {
            throw context.fail("the type of its result is not known")
        }
        let result = try context.result(dtype, shape)
        let read = try source.map { operand throws(ModelError) in
            guard let read = ElementCodec.reader(of: operand.dtype) else { throw context.unsupported(operand.dtype) }
            return read
        }
        let mean = Double(node.float("mean") ?? 0)
        let deviation = Double(node.float("scale") ?? 1)
        let low = Double(node.float("low") ?? 0)
        let high = Double(node.float("high") ?? 1)
        let classes = source?.shape.last ?? 0
        let seed = node.float("seed").map { UInt64($0.bitPattern) } ?? UInt64.random(in: 0...UInt64.max)
        let count = result.count
        let width = shape.last ?? 1
        return Lowered([result], states: [Lowered.State(byteCount: 8, initialByte: 0)]) { memory throws(ModelError) in
            let drawn = memory.scratch(0, as: UInt64.self)
            var generator = Generator(state: seed &+ drawn[0] &* 0x9e37_79b9_7f4a_7c15)
            for position in 0..<count {
                let value: Double
                switch node.op {
                case .randomNormal, .randomNormalLike: value = mean + deviation * generator.normal()
                case .randomUniform, .randomUniformLike: value = low + (high - low) * generator.uniform()
                case .bernoulli: value = generator.uniform() < (read?(memory.inputs[0], position) ?? 0) ? 1 : 0
                default:
                    // The largest of the logarithms, each with noise of Gumbel's distribution, is drawn by its probability.
                    var best = 0
                    var largest = -Double.infinity
                    for choice in 0..<classes {
                        let noise = -Glibc.log(-Glibc.log(1 - generator.uniform()))
                        let score = (read?(memory.inputs[0], position / width * classes + choice) ?? 0) + noise
                        if score > largest { (best, largest) = (choice, score) }
                    }
                    value = Double(best)
                }
                write(memory.outputs[0], position, value)
            }
            drawn[0] &+= UInt64(max(count, 1)) &* UInt64(max(classes, 2))
        }
    }
}
