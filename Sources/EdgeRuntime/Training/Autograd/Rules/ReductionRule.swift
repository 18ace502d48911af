import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Reductions over axes, and softmax.
enum ReductionRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let shape = try context.operand(0).shape
        let count = try context.operand(0).count
        var axes = Set<Int>()
        for axis in try context.integers(1) ?? context.node.ints("axes") ?? [] {
            axes.insert(try context.axis(axis, rank: shape.count))
        }
        if axes.isEmpty, (context.node.int("noop_with_empty_axes") ?? 0) == 0 { axes = Set(shape.indices) }
        let reduced = shape.enumerated().map { axes.contains($0) ? 1 : $1 }
        let results = reduced.reduce(1, *)
        guard let walk = BroadcastWalk(shape: shape, operands: [reduced]) else {
            throw context.refused("it has too many axes")
        }
        let operation: edge_reduction
        var scale: Float = 1
        switch context.node.op.rawValue {
        case "ReduceMean":
            operation = EDGE_REDUCTION_SUM
            scale = results == 0 ? 0 : Float(results) / Float(max(count, 1))
        case "ReduceSum": operation = EDGE_REDUCTION_SUM
        case "ReduceSumSquare": operation = EDGE_REDUCTION_SUM_SQUARE
        case "ReduceL1": operation = EDGE_REDUCTION_L1
        case "ReduceL2": operation = EDGE_REDUCTION_L2
        case "ReduceLogSum": operation = EDGE_REDUCTION_LOG_SUM
        case "ReduceLogSumExp": operation = EDGE_REDUCTION_LOG_SUM_EXP
        case "ReduceMax", "ReduceMin": operation = EDGE_REDUCTION_EXTREME
        case "ReduceProd": operation = EDGE_REDUCTION_PRODUCT
        default: throw context.refused("it has no gradient yet")
        }
        let isa = context.isa
        let counts = operation == EDGE_REDUCTION_EXTREME || operation == EDGE_REDUCTION_PRODUCT
        var result = Differentiated()
        if operation != EDGE_REDUCTION_SUM {
            result.readsInputs = [0]
            result.readsOutputs = [0]
        }
        let bytes = results * MemoryLayout<Float>.stride
        if counts { result.backwardScratch = [bytes, bytes] }
        result.backward = { memory in
            withUnsafePointer(to: walk.walk) { walk in
                var results0 = UnsafePointer(memory.output())
                if counts {
                    memory.scratch(0).update(repeating: 0, count: results)
                    edge_reduction_counts_f32(
                        isa, operation, walk, memory.input(0), memory.output(), memory.scratch(0))
                    if operation == EDGE_REDUCTION_PRODUCT {
                        memory.scratch(1).update(repeating: 1, count: results)
                        edge_nonzero_product_f32(isa, walk, memory.input(0), memory.scratch(1))
                        results0 = UnsafePointer(memory.scratch(1))
                    }
                }
                edge_reduction_gradient_f32(
                    isa, operation, walk, scale, memory.input(0), results0, memory.gradient(),
                    counts ? memory.scratch(0) : nil, memory.adds(0), memory.inputGradient(0))
            }
        }
        return result
    }

    static func softmax(_ context: GradientContext) throws -> Differentiated {
        let shape = try context.operand(0).shape
        let axis = try context.axis(context.node.int("axis") ?? -1, rank: max(shape.count, 1))
        let outer = shape.prefix(axis).reduce(1, *)
        let inner = shape.dropFirst(axis + 1).reduce(1, *)
        let count = shape.isEmpty ? 1 : shape[axis]
        let isLogarithm = context.node.op == .logSoftmax
        let isa = context.isa
        var result = Differentiated()
        result.readsOutputs = [0]
        if isLogarithm, inner == 1, count > 0 {
            result.forward = { memory, _ throws(ModelError) in
                edge_log_softmax_f32(isa, outer, count, memory.input(0), memory.output())
            }
        }
        result.backwardInPlace = inner == 1 ? [0] : []
        result.backward = { memory in
            edge_softmax_gradient_f32(
                isa, isLogarithm, outer, count, inner, memory.output(), memory.gradient(), memory.adds(0),
                memory.inputGradient(0))
        }
        return result
    }
}
