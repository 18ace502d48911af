import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Arithmetic on operands that are broadcast against each other.
enum ArithmeticRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let operation: edge_arithmetic
        switch context.node.op.rawValue {
        case "Add", "Sum": operation = EDGE_ARITHMETIC_ADD
        case "Sub": operation = EDGE_ARITHMETIC_SUB
        case "Mul": operation = EDGE_ARITHMETIC_MUL
        case "Div": operation = EDGE_ARITHMETIC_DIV
        case "Pow": operation = EDGE_ARITHMETIC_POW
        case "Max": operation = EDGE_ARITHMETIC_MAX
        case "Min": operation = EDGE_ARITHMETIC_MIN
        case "PRelu": operation = EDGE_ARITHMETIC_PRELU
        case "Mean": return try sum(context, scale: 1 / Float(max(context.operands.count, 1)))
        default: throw context.refused("it has no gradient yet")
        }
        if operation == EDGE_ARITHMETIC_ADD { return try sum(context, scale: 1) }
        guard context.operands.count == 2 else {
            guard context.operands.count == 1 else {
                throw context.refused("it has no gradient yet for \(context.operands.count) operands")
            }
            return try sum(context, scale: 1)
        }
        let a = try context.operand(0)
        let b = try context.operand(1)
        let shape = context.results[0].shape
        guard b.dtype == .f32, let walk = BroadcastWalk(shape: shape, operands: [a.shape, b.shape]) else {
            throw context.refused("operands of shapes \(a.shape) and \(b.shape) have too many axes")
        }
        var result = Differentiated()
        if operation != EDGE_ARITHMETIC_SUB { result.readsInputs = [0, 1] }
        if operation == EDGE_ARITHMETIC_DIV || operation == EDGE_ARITHMETIC_POW { result.readsOutputs = [0] }
        result.writing = .addsOnly
        let isa = context.isa
        let wants = (context.wants(0), context.wants(1))
        if operation == EDGE_ARITHMETIC_MUL, a.shape == b.shape {
            result.writing = .either
            let count = a.count
            result.backward = { memory in
                if wants.0 {
                    edge_dropout_gradient_f32(
                        isa, count, memory.input(1), memory.gradient(), memory.adds(0), memory.inputGradient(0))
                }
                if wants.1 {
                    edge_dropout_gradient_f32(
                        isa, count, memory.input(0), memory.gradient(), memory.adds(1), memory.inputGradient(1))
                }
            }
            return result
        }
        result.backward = { memory in
            withUnsafePointer(to: walk.walk) { walk in
                edge_arithmetic_gradient_f32(
                    isa, operation, walk, memory.input(0), memory.input(1), memory.output(), memory.gradient(),
                    wants.0 ? memory.inputGradient(0) : nil, wants.1 ? memory.inputGradient(1) : nil)
            }
        }
        return result
    }

    /// The gradient of a sum is the same for all: copied where shapes agree, summed over what was repeated elsewhere.
    private static func sum(_ context: GradientContext, scale: Float) throws -> Differentiated {
        let shape = context.results[0].shape
        let count = context.results[0].count
        let isa = context.isa
        var result = Differentiated()
        var same: [Int] = []
        var repeated: [(position: Int, walk: edge_walk, rows: Int, columns: Int)] = []
        for position in context.operands.indices where context.wants(position) {
            let operand = try context.operand(position)
            if operand.count == count {
                same.append(position)
                continue
            }
            guard let walk = BroadcastWalk(shape: shape, operands: [operand.shape, operand.shape]) else {
                throw context.refused("an operand of shape \(operand.shape) has too many axes")
            }
            // A vector along the last axes is the bias of a layer: sums of columns.
            let columns = operand.count
            let trailing = operand.shape.drop { $0 == 1 }
            let isRow = shape.suffix(trailing.count) == trailing
            repeated.append((position, walk.walk, isRow && columns > 0 ? count / columns : 0, columns))
            result.exceptions[position] = isRow && scale == 1 ? .either : .addsOnly
        }
        result.backwardInPlace = same
        result.backward = { [repeated] memory in
            let gradient = memory.gradient()
            for entry in repeated {
                if entry.rows > 0 {
                    edge_sum_rows_f32(
                        isa, entry.rows, entry.columns, scale, gradient, memory.adds(entry.position),
                        memory.inputGradient(entry.position))
                    continue
                }
                withUnsafePointer(to: entry.walk) { walk in
                    if scale == 1 {
                        edge_arithmetic_gradient_f32(
                            isa, EDGE_ARITHMETIC_ADD, walk, gradient, gradient, gradient, gradient,
                            memory.inputGradient(entry.position), nil)
                    }
                }
            }
            // The one that took over the memory of the gradient comes last.
            for position in same where memory.inputGradient(position) != gradient {
                edge_scale_f32(isa, count, scale, gradient, memory.adds(position), memory.inputGradient(position))
            }
            if scale != 1 {
                for position in same where memory.inputGradient(position) == gradient {
                    edge_scale_f32(isa, count, scale, gradient, false, gradient)
                }
            }
        }
        guard scale == 1 || repeated.allSatisfy({ $0.rows > 0 }) else {
            throw context.refused("operands of different shapes have no gradient yet")
        }
        return result
    }

    /// `Where`.
    static func choice(_ context: GradientContext) throws -> Differentiated {
        let operands = try (0..<3).map { position throws(TrainingError) in try context.operand(position) }
        guard operands[0].dtype == .bool,
            let walk = BroadcastWalk(
                shape: context.results[0].shape, operands: [operands[1].shape, operands[2].shape, operands[0].shape])
        else { throw context.refused("its operands have too many axes") }
        let isa = context.isa
        let wants = (context.wants(1), context.wants(2))
        var result = Differentiated()
        result.readsInputs = [0]
        result.writing = .addsOnly
        result.backward = { memory in
            withUnsafePointer(to: walk.walk) { walk in
                edge_choice_gradient_f32(
                    isa, walk, memory.inputs[0].assumingMemoryBound(to: UInt8.self), memory.gradient(),
                    wants.0 ? memory.inputGradient(1) : nil, wants.1 ? memory.inputGradient(2) : nil)
            }
        }
        return result
    }
}
