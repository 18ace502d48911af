import CEdgeKernels
import EdgeModels

/// `Dropout`: a mask in training, nothing else.
enum DropoutRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        guard context.node.outputs.count == 1 else { throw context.refused("its mask is not an output in training") }
        let data = try context.operand(0)
        let given = try context.number(1) ?? context.node.float("ratio") ?? 0.5
        guard given >= 0, given <= 1 else { throw context.refused("it drops a share of \(given)") }
        let isa = context.isa
        let count = data.count
        // Each node has a sequence of masks of its own.
        let salt = UInt64(truncatingIfNeeded: context.position &+ 1) &* 0x9E37_79B9_7F4A_7C15
        var result = Differentiated()
        result.saved = [data.byteCount]
        result.backwardInPlace = [0]
        result.forwardInPlace = [0]
        result.forward = { memory, pass throws(ModelError) in
            if pass.training {
                var mixed = pass.seed &+ salt
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                edge_dropout_f32(
                    isa, count, mixed ^ (mixed >> 31), given, memory.input(0), memory.output(), memory.saved(0))
                return
            }
            memory.saved(0).update(repeating: 1, count: count)
            if memory.output() != memory.input(0) { memory.output().update(from: memory.input(0), count: count) }
        }
        result.backward = { memory in
            edge_dropout_gradient_f32(
                isa, count, memory.saved(0), memory.gradient(), memory.adds(0), memory.inputGradient(0))
        }
        return result
    }
}
