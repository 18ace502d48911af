import CEdgeKernels
import EdgeTensors

/// Functions of one and of two elements.
enum FastElementwise {
    static func binary(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        guard context.operands.count == 2, context.node.int(FusedActivation.residual) == nil else { return nil }
        let first = try context.operand(0)
        let second = try context.operand(1)
        guard let broadcasting = Broadcasting([first.shape, second.shape]), !broadcasting.shape.contains(0),
            let matrix = broadcasting.matrix,
            matrix.columnStrides.allSatisfy({ $0 == 0 || $0 == 1 })
        else { return nil }
        var inPlace: [Int] = []
        if first.shape == broadcasting.shape { inPlace.append(0) }
        if second.shape == broadcasting.shape { inPlace.append(1) }
        if !ThroughFloat.applies(to: context) {
            return try float(context, first, second, broadcasting.shape, matrix, inPlace)
        }
        guard let a = first.byteScale, let b = second.byteScale, let out = context.resultScale, a.type == b.type,
            a.type == out.type
        else {
            return nil
        }
        let isa = context.isa
        let result = try context.result(first.dtype, broadcasting.shape, context.declaredResult?.quantization)
        let (low, high) = context.clamp(out.type, scale: out.scale, zeroPoint: out.zeroPoint)
        let (rows, columns, rowStrides, columnStrides) = matrix
        switch context.node.op {
        case .add, .sub:
            let sign: Float = context.node.op == .sub ? -1 : 1
            let parameters = edge_add_q8_parameters(
                a_zero: a.zeroPoint, b_zero: b.zeroPoint, out_zero: out.zeroPoint, a_multiplier: a.scale / out.scale,
                b_multiplier: sign * b.scale / out.scale, min: low, max: high)
            return Lowered([result], inPlace: inPlace) { memory throws(ModelError) in
                var parameters = parameters
                edge_add_q8(
                    isa, a.type, &parameters, rows, columns, memory.inputs[0], rowStrides[0], columnStrides[0],
                    memory.inputs[1],
                    rowStrides[1], columnStrides[1], memory.outputs[0])
            }
        case .mul:
            let multiplier = a.scale * b.scale / out.scale
            return Lowered([result], inPlace: inPlace) { memory throws(ModelError) in
                edge_mul_q8(
                    isa, a.type, a.zeroPoint, b.zeroPoint, multiplier, out.zeroPoint, low, high, rows, columns,
                    memory.inputs[0],
                    rowStrides[0], columnStrides[0], memory.inputs[1], rowStrides[1], columnStrides[1],
                    memory.outputs[0])
            }
        default: return nil
        }
    }

    private static func float(
        _ context: LoweringContext, _ first: Operand, _ second: Operand, _ shape: [Int],
        _ matrix: (rows: Int, columns: Int, rowStrides: [Int], columnStrides: [Int]), _ inPlace: [Int]
    ) throws(ModelError) -> Lowered? {
        guard first.dtype == .f32, second.dtype == .f32 else { return nil }
        let operation: edge_binary
        switch context.node.op {
        case .add: operation = EDGE_ADD
        case .sub: operation = EDGE_SUB
        case .mul: operation = EDGE_MUL
        case .div: operation = EDGE_DIV
        case .maximum: operation = EDGE_MAX
        case .minimum: operation = EDGE_MIN
        case .pRelu: operation = EDGE_PRELU
        default: return nil
        }
        let (low, high) = FusedActivation.bounds(context.node)
        let isa = context.isa
        let (rows, columns, rowStrides, columnStrides) = matrix
        return Lowered([try context.result(.f32, shape)], inPlace: inPlace) { memory throws(ModelError) in
            edge_binary_f32(
                isa, operation, rows, columns, memory.input(0), rowStrides[0], columnStrides[0], memory.input(1),
                rowStrides[1],
                columnStrides[1], low, high, memory.output(0))
        }
    }

    static func unary(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        if ThroughFloat.applies(to: context) { return try table(context, data) }
        guard data.dtype == .f32 else { return nil }
        var (p, q): (Float, Float) = (0, 0)
        let operation: edge_unary
        switch context.node.op {
        case .relu: (operation, p, q) = (EDGE_CLAMP, 0, .infinity)
        case .clip:
            (p, q) = try ReferenceUnary.bounds(context)
            operation = EDGE_CLAMP
        case .sigmoid: operation = EDGE_SIGMOID
        case .tanh: operation = EDGE_TANH
        case .exp: operation = EDGE_EXP
        case .hardSwish: operation = EDGE_HARD_SWISH
        case .hardSigmoid:
            (operation, p, q) = (
                EDGE_HARD_SIGMOID, context.node.float("alpha") ?? 0.2, context.node.float("beta") ?? 0.5
            )
        case .leakyRelu: (operation, p) = (EDGE_LEAKY_RELU, context.node.float("alpha") ?? 0.01)
        case .elu: (operation, p) = (EDGE_ELU, context.node.float("alpha") ?? 1)
        case .erf: operation = EDGE_ERF
        case .sqrt: operation = EDGE_SQRT
        case .reciprocal: operation = EDGE_RECIPROCAL
        case .abs: operation = EDGE_ABS
        case .neg: operation = EDGE_NEG
        case .gelu: operation = context.node.string("approximate") == "tanh" ? EDGE_GELU_TANH : EDGE_GELU
        case .swish where (context.node.float("alpha") ?? 1) == 1: operation = EDGE_SILU
        default: return nil
        }
        return try unary(context, data, operation, p, q)
    }

    /// Powers that are no more than a product or a root.
    static func power(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let data = try context.operand(0)
        let exponent = try context.operand(1)
        guard data.dtype == .f32, exponent.dtype == .f32, exponent.type.count == 1,
            exponent.shape.count <= data.shape.count, exponent.isConstant, !ThroughFloat.applies(to: context)
        else { return nil }
        switch try context.scalar(1) {
        case 2: return try unary(context, data, EDGE_SQUARE, 0, 0)
        case 0.5: return try unary(context, data, EDGE_SQRT, 0, 0)
        default: return nil
        }
    }

    private static func unary(
        _ context: LoweringContext, _ data: Operand, _ operation: edge_unary, _ p: Float, _ q: Float
    ) throws(ModelError) -> Lowered {
        let result = try context.result(.f32, data.shape)
        let count = result.count
        let isa = context.isa
        return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
            edge_unary_f32(isa, operation, count, p, q, memory.input(0), memory.output(0))
        }
    }

    /// Any function of one 8-bit number is a table of 256 results, which the plain implementation fills.
    private static func table(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> Lowered? {
        guard data.byteScale != nil, let target = context.resultScale else { return nil }
        let all = try context.wrap { try Tensor(bytes: (0..<256).map { UInt8($0) }, shape: [256], dtype: data.dtype) }
        var inner = context
        inner.options.kernels = .reference
        inner.operands[0] = Operand(type: ConcreteType(data.dtype, [256], data.type.quantization), constant: all)
        let lowered = try Lowering.lower(inner, states: StateStore())
        guard
            let results = try EagerEvaluator.evaluate(lowered, operands: inner.operands, node: context.node, states: [])
                .first
        else {
            return nil
        }
        let entries = try context.wrap { try results.withBytes { Array($0) } }
        guard entries.count == 256 else { return nil }
        let result = try context.result(
            target.type == EDGE_I8 ? .i8 : .u8, data.shape, context.declaredResult?.quantization)
        let count = result.count
        return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
            edge_table_q8(count, memory.inputs[0], entries, memory.outputs[0])
        }
    }
}
