import EdgeTensors

/// Functions of two elements, and of several (`Max`, `Min`), with broadcasting.
enum ReferenceBinary {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let first = try context.operand(0)
        if context.operands.count == 1, context.node.op == .maximum || context.node.op == .minimum {
            return .view(as: first.type)
        }
        for position in context.operands.indices {
            // The exponent of a power may be of another type.
            let dtype = try context.operand(position).dtype
            guard dtype == first.dtype || context.node.op == .pow else {
                throw context.fail("its operands are of types \(first.dtype.rawValue) and \(dtype.rawValue)")
            }
        }
        switch first.dtype {
        case .f32: return try floats(context, Float.self)
        case .f64: return try floats(context, Double.self)
        case .i64: return try integers(context, Int64.self)
        case .i32: return try integers(context, Int32.self)
        case .i8: return try integers(context, Int8.self)
        case .u64: return try integers(context, UInt64.self)
        case .u8: return try integers(context, UInt8.self)
        case .bool: return try logical(context)
        // Equal texts have equal numbers.
        case .text where context.node.op == .equal: return try compare(context, UInt32.self) { $0 == $1 }
        case .f16, .bf16, .narrow, .i16, .u32, .u16, .i4, .u4, .i2, .u2, .text: throw context.unsupported(first.dtype)
        }
    }

    private static func floats<T: BinaryFloatingPoint & BitwiseCopyable & MathFunctions>(
        _ context: LoweringContext, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .add: return try combine(context, T.self) { $0 + $1 }
        case .sub: return try combine(context, T.self) { $0 - $1 }
        case .mul: return try combine(context, T.self) { $0 * $1 }
        case .div: return try combine(context, T.self) { $0 / $1 }
        case .maximum: return try combineAll(context, T.self) { $0.isNaN ? $0 : ($0 < $1 || $1.isNaN ? $1 : $0) }
        case .minimum: return try combineAll(context, T.self) { $0.isNaN ? $0 : ($0 > $1 || $1.isNaN ? $1 : $0) }
        case .pow: return try power(context, T.self)
        case .pRelu: return try combine(context, T.self) { $0 < 0 ? $0 * $1 : $0 }
        case .equal: return try compare(context, T.self) { $0 == $1 }
        case .less: return try compare(context, T.self) { $0 < $1 }
        case .greater: return try compare(context, T.self) { $0 > $1 }
        case .greaterOrEqual: return try compare(context, T.self) { $0 >= $1 }
        case .lessOrEqual: return try compare(context, T.self) { $0 <= $1 }
        case .mod:
            if context.node.int("fmod") == 1 {
                return try combine(context, T.self) { $0.truncatingRemainder(dividingBy: $1) }
            }
            // The sign of the divisor, as Python has it.
            return try combine(context, T.self) { value, by in
                let rest = value.truncatingRemainder(dividingBy: by)
                return rest != 0 && (rest < 0) != (by < 0) ? rest + by : rest
            }
        default: throw context.unsupported(T.self == Float.self ? .f32 : .f64)
        }
    }

    private static func integers<T: FixedWidthInteger & BitwiseCopyable>(
        _ context: LoweringContext, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .add: return try combine(context, T.self) { $0 &+ $1 }
        case .sub: return try combine(context, T.self) { $0 &- $1 }
        case .mul: return try combine(context, T.self) { $0 &* $1 }
        case .div: return try divide(context, T.self)
        case .maximum: return try combineAll(context, T.self) { max($0, $1) }
        case .minimum: return try combineAll(context, T.self) { min($0, $1) }
        case .equal: return try compare(context, T.self) { $0 == $1 }
        case .less: return try compare(context, T.self) { $0 < $1 }
        case .greater: return try compare(context, T.self) { $0 > $1 }
        case .greaterOrEqual: return try compare(context, T.self) { $0 >= $1 }
        case .lessOrEqual: return try compare(context, T.self) { $0 <= $1 }
        case .bitwiseAnd: return try combine(context, T.self) { $0 & $1 }
        case .bitwiseOr: return try combine(context, T.self) { $0 | $1 }
        case .bitwiseXor: return try combine(context, T.self) { $0 ^ $1 }
        case .bitShift:
            // A negative amount moves every bit out, as a very large one does.
            return context.node.string("direction") == "RIGHT"
                ? try combine(context, T.self) { $1 < 0 ? $0 >> T(T.bitWidth - 1) : $0 >> $1 }
                : try combine(context, T.self) { $1 < 0 ? 0 : $0 << $1 }
        case .mod: return try divide(context, T.self)
        case .pow:
            guard try context.operand(1).dtype == context.operand(0).dtype else {
                return try mixedPower(context, T.self)
            }
            return try combine(context, T.self) { base, exponent in
                let power = Double.pow(Double(base), Double(exponent))
                return T(exactly: power.rounded(.towardZero)) ?? (power > 0 ? T.max : T.min)
            }
        default: throw context.unsupported(try context.operand(0).dtype)
        }
    }

    private static func logical(_ context: LoweringContext) throws(ModelError) -> Lowered {
        switch context.node.op {
        case .and: return try compare(context, UInt8.self) { $0 != 0 && $1 != 0 }
        case .or: return try compare(context, UInt8.self) { $0 != 0 || $1 != 0 }
        case .xor: return try compare(context, UInt8.self) { ($0 != 0) != ($1 != 0) }
        case .equal: return try compare(context, UInt8.self) { ($0 != 0) == ($1 != 0) }
        default: throw context.unsupported(.bool)
        }
    }

    private static func broadcasting(_ context: LoweringContext, _ first: [Int], _ second: [Int]) throws(ModelError)
        -> Broadcasting
    {
        guard let broadcasting = Broadcasting([first, second]) else {
            throw context.fail("shapes \(first) and \(second) do not fit together")
        }
        return broadcasting
    }

    @inline(__always) private static func walk<T: BitwiseCopyable, U: BitwiseCopyable, R: BitwiseCopyable>(
        _ broadcasting: Broadcasting, _ first: UnsafeMutablePointer<T>, _ second: UnsafeMutablePointer<U>,
        _ target: UnsafeMutablePointer<R>, _ function: (T, U) -> R
    ) {
        broadcasting.forEachRow { start, count, positions, steps in
            let a = first + positions[0]
            let b = second + positions[1]
            let out = target + start
            let (stepA, stepB) = (steps[0], steps[1])
            for column in 0..<count { out[column] = function(a[column * stepA], b[column * stepB]) }
        }
    }

    /// `f(a, b)`.
    @inline(__always) private static func combine<T: BitwiseCopyable>(
        _ context: LoweringContext, _ type: T.Type, _ function: @escaping (T, T) -> T
    ) throws(ModelError) -> Lowered {
        let first = try context.operand(0)
        let second = try context.operand(1)
        let pair = try broadcasting(context, first.shape, second.shape)
        let result = try context.result(first.dtype, pair.shape)
        var inPlace: [Int] = []
        if first.shape == pair.shape { inPlace.append(0) }
        if second.shape == pair.shape { inPlace.append(1) }
        return Lowered([result], inPlace: inPlace) { memory throws(ModelError) in
            walk(
                pair, memory.input(0, as: T.self), memory.input(1, as: T.self), memory.output(0, as: T.self), function)
        }
    }

    /// `f(f(a, b), c)` … over all operands: the later ones are combined with what is in the result already.
    @inline(__always) private static func combineAll<T: BitwiseCopyable>(
        _ context: LoweringContext, _ type: T.Type, _ function: @escaping (T, T) -> T
    ) throws(ModelError) -> Lowered {
        let first = try context.operand(0)
        let shapes = try context.operands.indices.map { position throws(ModelError) in
            try context.operand(position).shape
        }
        guard let whole = Broadcasting.shape(of: shapes) else {
            throw context.fail("shapes \(shapes) do not fit together")
        }
        let result = try context.result(first.dtype, whole)
        let expand = try broadcasting(context, first.shape, whole)
        let later = try shapes.dropFirst().map { shape throws(ModelError) in try broadcasting(context, whole, shape) }
        return Lowered([result]) { memory throws(ModelError) in
            let target = memory.output(0, as: T.self)
            walk(expand, memory.input(0, as: T.self), target, target) { (value: T, _: T) in value }
            for (position, broadcasting) in later.enumerated() {
                walk(broadcasting, target, memory.input(position + 1, as: T.self), target, function)
            }
        }
    }

    @inline(__always) private static func compare<T: BitwiseCopyable>(
        _ context: LoweringContext, _ type: T.Type, _ function: @escaping (T, T) -> Bool
    ) throws(ModelError) -> Lowered {
        let pair = try broadcasting(context, context.operand(0).shape, context.operand(1).shape)
        let result = try context.result(.bool, pair.shape)
        return Lowered([result]) { memory throws(ModelError) in
            walk(pair, memory.input(0, as: T.self), memory.input(1, as: T.self), memory.output(0, as: UInt8.self)) {
                function($0, $1) ? 1 : 0
            }
        }
    }

    private static func divide<T: FixedWidthInteger & BitwiseCopyable>(
        _ context: LoweringContext, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        let first = try context.operand(0)
        let second = try context.operand(1)
        let pair = try broadcasting(context, first.shape, second.shape)
        let divisors = second.type.count
        let node = context.node
        let isRemainder = node.op == .mod
        // The sign of the divisor, as Python has it, or of the dividend, as C has it.
        let followsDivisor = node.int("fmod") != 1
        return Lowered([try context.result(first.dtype, pair.shape)]) { memory throws(ModelError) in
            let divisor = memory.input(1, as: T.self)
            for position in 0..<divisors where divisor[position] == 0 { throw .node(node, "it divides by zero") }
            walk(pair, memory.input(0, as: T.self), divisor, memory.output(0, as: T.self)) { value, by in
                if !isRemainder { return value.dividedReportingOverflow(by: by).partialValue }
                let rest = value.remainderReportingOverflow(dividingBy: by).partialValue
                return followsDivisor && rest != 0 && (rest < 0) != (by < 0) ? rest &+ by : rest
            }
        }
    }

    private static func power<T: BinaryFloatingPoint & BitwiseCopyable & MathFunctions>(
        _ context: LoweringContext, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        let base = try context.operand(0)
        let exponent = try context.operand(1)
        guard exponent.dtype == base.dtype else {
            guard exponent.isConstant, exponent.type.count == 1, let constant = exponent.constant,
                exponent.shape.count <= base.shape.count, let read = ElementCodec.reader(of: exponent.dtype)
            else { return try mixedPower(context, T.self) }
            let fixed = T(read(constant.storage.base, 0))
            let count = base.type.count
            return Lowered([try context.result(base.dtype, base.shape)], inPlace: [0]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                for position in 0..<count { target[position] = T.pow(source[position], fixed) }
            }
        }
        return try combine(context, T.self) { T.pow($0, $1) }
    }

    /// A power whose exponent is of another type than its base.
    private static func mixedPower<T: BitwiseCopyable>(
        _ context: LoweringContext, _ type: T.Type
    ) throws(ModelError) -> Lowered {
        let base = try context.operand(0)
        let exponent = try context.operand(1)
        let pair = try broadcasting(context, base.shape, exponent.shape)
        guard let read = ElementCodec.reader(of: base.dtype),
            let readExponent = ElementCodec.reader(of: exponent.dtype),
            let write = ElementCodec.writer(of: base.dtype)
        else { throw context.unsupported(base.dtype) }
        return Lowered([try context.result(base.dtype, pair.shape)]) { memory throws(ModelError) in
            pair.forEachRow { start, count, positions, steps in
                for column in 0..<count {
                    let value = read(memory.inputs[0], positions[0] + column * steps[0])
                    let power = readExponent(memory.inputs[1], positions[1] + column * steps[1])
                    write(memory.outputs[0], start + column, Double.pow(value, power))
                }
            }
        }
    }
}
