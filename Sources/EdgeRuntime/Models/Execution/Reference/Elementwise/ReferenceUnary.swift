import EdgeTensors
import Glibc

/// Functions of one element.
enum ReferenceUnary {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        if context.node.op == .isNaN || context.node.op == .isInfinite { return try classify(context, operand) }
        switch operand.dtype {
        case .f32: return try floats(context, operand, Float.self)
        case .f64: return try floats(context, operand, Double.self)
        case .i64: return try integers(context, operand, Int64.self)
        case .i32: return try integers(context, operand, Int32.self)
        case .i8: return try integers(context, operand, Int8.self)
        case .u64: return try integers(context, operand, UInt64.self)
        case .u8: return try integers(context, operand, UInt8.self)
        case .bool:
            guard context.node.op == .not else { throw context.unsupported(.bool) }
            return try map(context, operand, UInt8.self) { $0 == 0 ? 1 : 0 }
        case .f16, .bf16, .narrow, .i16, .u32, .u16, .i4, .u4, .i2, .u2, .text: throw context.unsupported(operand.dtype)
        }
    }

    @inline(__always) private static func map<T: BitwiseCopyable>(
        _ context: LoweringContext, _ operand: Operand, _ type: T.Type, _ function: @escaping (T) -> T
    ) throws(ModelError) -> Lowered {
        let result = try context.result(operand.dtype, operand.shape, operand.type.quantization)
        let count = result.count
        return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
            let source = memory.input(0, as: T.self)
            let target = memory.output(0, as: T.self)
            for position in 0..<count { target[position] = function(source[position]) }
        }
    }

    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable & MathFunctions>(
        _ context: LoweringContext, _ operand: Operand, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        let node = context.node
        func attribute(_ name: String, _ fallback: Float) -> T { T(node.float(name) ?? fallback) }
        switch node.op {
        case .relu: return try map(context, operand, T.self) { $0 < 0 ? 0 : $0 }
        case .leakyRelu:
            let alpha = attribute("alpha", 0.01)
            return try map(context, operand, T.self) { $0 < 0 ? alpha * $0 : $0 }
        case .elu:
            let alpha = attribute("alpha", 1)
            return try map(context, operand, T.self) { $0 < 0 ? alpha * (T.exp($0) - 1) : $0 }
        case .hardSigmoid:
            let alpha = attribute("alpha", 0.2)
            let beta = attribute("beta", 0.5)
            return try map(context, operand, T.self) { max(0, min(1, alpha * $0 + beta)) }
        case .hardSwish: return try map(context, operand, T.self) { $0 * max(0, min(1, $0 / 6 + 0.5)) }
        case .sigmoid: return try map(context, operand, T.self) { 1 / (1 + T.exp(-$0)) }
        case .tanh: return try map(context, operand, T.self) { T.tanh($0) }
        case .sqrt: return try map(context, operand, T.self) { $0.squareRoot() }
        case .exp: return try map(context, operand, T.self) { T.exp($0) }
        case .log: return try map(context, operand, T.self) { T.log($0) }
        case .neg: return try map(context, operand, T.self) { -$0 }
        case .abs: return try map(context, operand, T.self) { Swift.abs($0) }
        case .floor: return try map(context, operand, T.self) { $0.rounded(.down) }
        case .ceil: return try map(context, operand, T.self) { $0.rounded(.up) }
        case .round: return try map(context, operand, T.self) { $0.rounded(.toNearestOrEven) }
        case .reciprocal: return try map(context, operand, T.self) { 1 / $0 }
        case .erf: return try map(context, operand, T.self) { T.erf($0) }
        case .clip:
            let (low, high) = try bounds(context)
            let lowest = T(low)
            let highest = T(high)
            return try map(context, operand, T.self) { min(max($0, lowest), highest) }
        default:
            guard let function = try ReferenceActivation.function(node, T.self) else {
                throw context.unsupported(operand.dtype)
            }
            return try map(context, operand, T.self, function)
        }
    }

    /// `IsNaN` and `IsInf`.
    private static func classify(_ context: LoweringContext, _ operand: Operand) throws(ModelError) -> Lowered {
        guard operand.dtype.isFloat, let read = ElementCodec.reader(of: operand.dtype) else {
            throw context.unsupported(operand.dtype)
        }
        let result = try context.result(.bool, operand.shape)
        let count = result.count
        let isNaN = context.node.op == .isNaN
        let positive = context.node.int("detect_positive") != 0
        let negative = context.node.int("detect_negative") != 0
        return Lowered([result]) { memory throws(ModelError) in
            let target = memory.output(0, as: Bool.self)
            for position in 0..<count {
                let value = read(memory.inputs[0], position)
                target[position] =
                    isNaN ? value.isNaN : (positive && value == .infinity) || (negative && value == -.infinity)
            }
        }
    }

    private static func integers<T: FixedWidthInteger & BitwiseCopyable>(
        _ context: LoweringContext, _ operand: Operand, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .relu: return try map(context, operand, T.self) { max($0, 0) }
        case .neg: return try map(context, operand, T.self) { 0 &- $0 }
        case .abs: return try map(context, operand, T.self) { $0 < 0 ? 0 &- $0 : $0 }
        case .floor, .ceil, .round: return try map(context, operand, T.self) { $0 }
        case .sign: return try map(context, operand, T.self) { $0.signum() }
        case .bitwiseNot: return try map(context, operand, T.self) { ~$0 }
        case .clip:
            let low = try integerBound(context, 1, "min", T.min)
            let high = try integerBound(context, 2, "max", T.max)
            return try map(context, operand, T.self) { min(max($0, low), high) }
        default: throw context.unsupported(operand.dtype)
        }
    }

    private static func integerBound<T: FixedWidthInteger>(
        _ context: LoweringContext, _ position: Int, _ name: String, _ fallback: T
    ) throws(ModelError) -> T {
        guard context.optional(position) != nil else { return fallback }
        let values = try context.integers(position)
        guard values.count == 1 else { throw context.fail("its `\(name)` must be one number") }
        return T(clamping: values[0])
    }

    /// The bounds of a `Clip`: attributes of old models, operands of newer ones.
    static func bounds(_ context: LoweringContext) throws(ModelError) -> (low: Float, high: Float) {
        var low = context.node.float("min") ?? -.infinity
        var high = context.node.float("max") ?? .infinity
        if context.optional(1) != nil { low = try context.scalar(1) }
        if context.optional(2) != nil { high = try context.scalar(2) }
        return (low, high)
    }
}
