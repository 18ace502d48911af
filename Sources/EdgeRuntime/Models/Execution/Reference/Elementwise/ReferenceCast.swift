import EdgeTensors

/// `Cast` between any two unpacked types.
enum ReferenceCast {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        guard
            let target = context.node.string("to").flatMap(DType.init) ?? context.optional(1)?.dtype
                ?? context.declared.first??.dtype
        else {
            throw context.fail("the type to cast to is not known")
        }
        let result = try context.result(target, operand.shape)
        if operand.dtype == target { return .view(as: result) }
        if target == .text { return try TextCast.toText(context, operand) }
        if operand.dtype == .text { return try TextCast.fromText(context, to: target) }
        let count = result.count
        guard let read = ElementCodec.reader(of: operand.dtype), let write = writer(of: target, context.node) else {
            throw context.unsupported(operand.dtype.isPacked ? operand.dtype : target)
        }
        if let direct = directly(operand.dtype, target) {
            return Lowered([result]) { memory throws(ModelError) in direct(memory.inputs[0], memory.outputs[0], count) }
        }
        let isExact = !operand.dtype.isFloat && !target.isFloat
        guard isExact, let readInteger = ElementCodec.integerReader(of: operand.dtype),
            let writeInteger = ElementCodec.integerWriter(of: target)
        else {
            return Lowered([result]) { memory throws(ModelError) in
                for position in 0..<count { write(memory.outputs[0], position, read(memory.inputs[0], position)) }
            }
        }
        return Lowered([result]) { memory throws(ModelError) in
            for position in 0..<count {
                writeInteger(memory.outputs[0], position, readInteger(memory.inputs[0], position))
            }
        }
    }

    /// A loop of its own for the casts between truth values, bytes, integers and single precision that most models have.
    private static func directly(_ from: DType, _ to: DType) -> (
        (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int) -> Void
    )? {
        @inline(__always) func loop<From, To>(_ cast: @escaping (From) -> To) -> (
            UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int
        ) -> Void {
            { source, target, count in
                let (source, target) = (
                    source.assumingMemoryBound(to: From.self), target.assumingMemoryBound(to: To.self)
                )
                for position in 0..<count { target[position] = cast(source[position]) }
            }
        }
        return switch (from, to) {
        case (.bool, .f32): loop { (value: UInt8) in value == 0 ? Float(0) : 1 }
        case (.bool, .i32): loop { (value: UInt8) in value == 0 ? Int32(0) : 1 }
        case (.bool, .i64): loop { (value: UInt8) in value == 0 ? Int64(0) : 1 }
        case (.u8, .f32): loop { (value: UInt8) in Float(value) }
        case (.i8, .f32): loop { (value: Int8) in Float(value) }
        case (.i32, .f32): loop { (value: Int32) in Float(value) }
        case (.i64, .f32): loop { (value: Int64) in Float(value) }
        case (.i32, .i64): loop { (value: Int32) in Int64(value) }
        case (.i64, .i32): loop { (value: Int64) in Int32(truncatingIfNeeded: value) }
        case (.f32, .bool): loop { (value: Float) in UInt8(value == 0 ? 0 : 1) }
        default: nil
        }
    }

    /// What is out of range of a narrow type becomes its largest number unless the node wants infinity or NaN.
    private static func writer(of target: DType, _ node: Node) -> ElementCodec.Writer<Double>? {
        guard case .narrow(let format) = target else { return ElementCodec.writer(of: target) }
        let rounding = node.string("round_mode").flatMap(NarrowFloatCodec.Rounding.init) ?? .up
        return ElementCodec.narrowWriter(
            NarrowFloatCodec(format, saturates: node.int("saturate") != 0, rounding: rounding))
    }

    /// `BitCast`: the same bits under another type of the same width.
    static func bits(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        guard let target = context.node.string("to").flatMap(DType.init), target.bits == operand.dtype.bits,
            target != .text, operand.dtype != .text
        else {
            throw context.fail("the bits of \(operand.dtype.rawValue) cannot be read as the type asked for")
        }
        var lowered = Lowered.view(as: try context.result(target, operand.shape))
        // The evaluator gives a view the type of its source: these bits are copied.
        lowered.isView = false
        return lowered
    }
}
