import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Layer, root-mean-square, instance and group normalisation: rows that are normalised each by itself.
enum RowNormalizationRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let node = context.node
        let data = try context.operand(0).shape
        let centred = node.op.rawValue != "RMSNormalization" && node.op.rawValue != "SimplifiedLayerNormalization"
        let rows: Int
        let groups: Int
        let channels: Int
        let inner: Int
        switch node.op.rawValue {
        case "InstanceNormalization", "GroupNormalization":
            guard data.count >= 2, node.layout == .channelsFirst else {
                throw context.refused("it needs axes of samples and channels, in this order")
            }
            let split = node.op.rawValue == "InstanceNormalization" ? data[1] : node.int("num_groups") ?? 1
            guard split > 0, data[1] % split == 0 else {
                throw context.refused("\(split) groups do not divide \(data[1])")
            }
            (groups, channels, inner) = (split, data[1] / split, data[2...].reduce(1, *))
            rows = data[0] * split
        default:
            let axis = try context.axis(node.int("axis") ?? -1, rank: data.count)
            (groups, channels, inner) = (1, data[axis...].reduce(1, *), 1)
            rows = data[..<axis].reduce(1, *)
        }
        for position in 1...2 {
            guard let operand = context.optional(position) else { continue }
            guard operand.dtype == .f32, operand.count == groups * channels else {
                throw context.refused("its input \(position) does not hold \(groups * channels) numbers")
            }
        }
        let (hasScale, hasBias) = (context.optional(1) != nil, context.optional(2) != nil)
        let epsilon = node.float("epsilon") ?? 1e-5
        let isa = context.isa
        let wants = (context.wants(0), context.wants(1), context.wants(2))
        var result = Differentiated()
        let bytes = rows * MemoryLayout<Float>.stride
        result.saved = [bytes, bytes]
        result.readsInputs = [0, 1]
        result.exceptions = [1: .addsOnly, 2: .addsOnly]
        result.backwardInPlace = [0]
        result.forward = { memory, _ throws(ModelError) in
            edge_row_normalize_f32(
                isa, rows, groups, channels, inner, centred, epsilon, memory.input(0), hasScale ? memory.input(1) : nil,
                hasBias ? memory.input(2) : nil, memory.output(), memory.saved(0), memory.saved(1))
        }
        result.backward = { memory in
            edge_row_gradient_f32(
                isa, rows, groups, channels, inner, centred, memory.input(0), hasScale ? memory.input(1) : nil,
                memory.saved(0), memory.saved(1), memory.gradient(), wants.1 ? memory.inputGradient(1) : nil,
                wants.2 ? memory.inputGradient(2) : nil, memory.adds(0), wants.0 ? memory.inputGradient(0) : nil)
        }
        return result
    }
}
