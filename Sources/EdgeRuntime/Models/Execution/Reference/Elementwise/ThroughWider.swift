import EdgeTensors

/// Runs an operator on elements of rare types in a wider one: 16-bit floating-point numbers in single precision, their results rounded once,
/// at the end; integers of 16 bits and unsigned ones of 32 in 64 bits, which wraps to the same.
enum ThroughWider {
    /// Whether an operand is of such a type and the operator computes with it.
    static func applies(to context: LoweringContext) -> Bool {
        let op = context.node.op
        return context.operands.contains { operand in operand.map { wider($0.dtype, op) != nil } ?? false }
    }

    private static func wider(_ dtype: DType, _ op: Operator) -> DType? {
        switch dtype {
        case .f16, .bf16, .narrow: movesBits(op) ? nil : .f32
        case .i16, .u16, .u32: computesIntegers(op) ? .i64 : nil
        case .f64, .f32, .i64, .i32, .i8, .u64, .u8, .bool, .i4, .u4, .i2, .u2, .text: nil
        }
    }

    /// Operators that have kernels for integers, though not for all of them.
    private static func computesIntegers(_ op: Operator) -> Bool {
        switch op {
        case .add, .sub, .mul, .div, .pow, .maximum, .minimum, .equal, .less, .greater, .greaterOrEqual, .lessOrEqual,
            .mod, .bitShift, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .bitwiseNot, .neg, .abs, .sign, .relu, .clip,
            .argMax, .argMin, .cumulativeSum, .cumulativeProduct, .scatterElements, .scatterND, .topK:
            true
        default: op.isReduction
        }
    }

    /// Operators that move elements whatever they are, look at their bits, or read all types of numbers by themselves.
    private static func movesBits(_ op: Operator) -> Bool {
        switch op {
        case .cast, .bitCast, .isNaN, .isInfinite, .identity, .dropout, .reshape, .flatten, .transpose, .squeeze,
            .unsqueeze, .concat, .split, .slice, .gather, .expand, .tile, .shape, .size, .constant, .constantOfShape,
            .spaceToDepth, .depthToSpace, .spaceToBatch, .batchToSpace, .gatherElements, .gatherND, .tensorScatter,
            .compress, .triangle, .eyeLike, .reverseSequence, .selectWhere, .scan, .loop, .conditional, .sequenceLSTM,
            .quantizeLinear, .dequantizeLinear, .centerCropPad, .attention, .rotaryEmbedding, .gridSample, .affineGrid,
            .roiAlign, .nonMaxSuppression, .fourierTransform, .shortTimeFourierTransform, .einsum, .determinant,
            .lpPool,
            .globalLpPool, .maxUnpool, .columnsToImage, .deformableConvolution, .negativeLogLikelihoodLoss,
            .softmaxCrossEntropyLoss, .bernoulli, .randomNormalLike, .randomUniformLike, .multinomial:
            true
        default: false
        }
    }

    /// Whether a result keeps its own type: the statistics of a layer normalisation, places of elements.
    private static func staysWide(_ op: Operator, _ position: Int) -> Bool {
        switch op {
        case .layerNormalization, .topK: position > 0
        case .argMax, .argMin: true
        default: false
        }
    }

    static func lower(
        _ context: LoweringContext, _ body: (LoweringContext) throws(ModelError) -> Lowered
    ) throws(ModelError) -> Lowered {
        let op = context.node.op
        var inner = context
        inner.declared = context.declared.map { declared -> TensorType? in
            guard let declared, let target = wider(declared.dtype, op) else { return declared }
            return TensorType(dtype: target, shape: declared.shape)
        }
        // Results go back to the type of the first operand that is widened.
        var narrow = DType.f16
        var computed = DType.f32
        // The first scratch block is the table of addresses that the operator is given.
        var scratch = [0]
        var widened: [(position: Int, from: DType, to: DType, count: Int, scratch: Int)] = []
        var held: [(position: Int, tensor: Tensor)] = []
        for (position, operand) in context.operands.enumerated().reversed() {
            guard let operand, let target = wider(operand.dtype, op) else { continue }
            narrow = operand.dtype
            computed = target
            var constant: Tensor?
            if let given = operand.constant {
                let tensor = try converted(context, given, to: target)
                held.append((position, tensor))
                constant = tensor
            } else {
                widened.append((position, operand.dtype, target, operand.type.count, scratch.count))
                scratch.append(try context.scratchBytes(operand.type.count, width: target.bits / 8))
            }
            inner.operands[position] = Operand(type: ConcreteType(target, operand.shape), constant: constant)
        }
        let lowered = try body(inner)
        if let results = lowered.results {
            var narrowed: [Tensor] = []
            for (position, tensor) in results.enumerated() {
                let goesBack = tensor.dtype == computed && !staysWide(op, position)
                narrowed.append(goesBack ? try converted(context, tensor, to: narrow) : tensor)
            }
            return .known(narrowed)
        }
        var outputs = lowered.outputs
        var rounded: [(position: Int, count: Int, scratch: Int)] = []
        for position in outputs.indices where outputs[position].dtype == computed && !staysWide(op, position) {
            rounded.append((position, outputs[position].count, scratch.count))
            scratch.append(try context.scratchBytes(outputs[position].count, width: computed.bits / 8))
            outputs[position].dtype = narrow
        }
        let firstInner = scratch.count
        scratch += lowered.scratch
        let inputCount = context.operands.count
        let outputCount = outputs.count
        let innerCount = lowered.scratch.count + lowered.states.count
        scratch[0] = (inputCount + outputCount + innerCount + 1) * MemoryLayout<UnsafeMutableRawPointer>.stride
        let step = lowered.body
        let (constants, inputs, results) = (held, widened, rounded)
        let (from, to) = (computed, narrow)
        return Lowered(outputs, scratch: scratch, states: lowered.states) { memory throws(ModelError) in
            let table = memory.scratch(0, as: UnsafeMutableRawPointer.self)
            for position in 0..<inputCount { table[position] = memory.inputs[position] }
            for position in 0..<outputCount { table[inputCount + position] = memory.outputs[position] }
            for position in 0..<innerCount {
                table[inputCount + outputCount + position] = memory.scratch[firstInner + position]
            }
            for item in constants { table[item.position] = item.tensor.storage.base }
            for item in inputs {
                let block = memory.scratch[item.scratch]
                convert(memory.inputs[item.position], item.from, to: block, item.to, count: item.count)
                table[item.position] = block
            }
            for item in results { table[inputCount + item.position] = memory.scratch[item.scratch] }
            try step(StepMemory(inputs: table, outputs: table + inputCount, scratch: table + inputCount + outputCount))
            for item in results {
                convert(
                    memory.scratch[item.scratch], from, to: memory.outputs[item.position], to, count: item.count)
            }
        }
    }

    /// Converts elements between a type and the wider one that stands for it.
    private static func convert(
        _ source: UnsafeMutableRawPointer, _ from: DType, to target: UnsafeMutableRawPointer, _ to: DType, count: Int
    ) {
        switch (from, to) {
        case (.f16, .f32): convert(source, target, count) { (value: Float16) in Float(value) }
        case (.bf16, .f32): convert(source, target, count) { (value: BFloat16) in Float(value) }
        case (.f32, .f16): convert(source, target, count) { (value: Float) in Float16(value) }
        case (.f32, .bf16): convert(source, target, count) { (value: Float) in BFloat16(value) }
        case (.i16, .i64): convert(source, target, count) { (value: Int16) in Int64(value) }
        case (.u16, .i64): convert(source, target, count) { (value: UInt16) in Int64(value) }
        case (.u32, .i64): convert(source, target, count) { (value: UInt32) in Int64(value) }
        case (.i64, .i16): convert(source, target, count) { (value: Int64) in Int16(truncatingIfNeeded: value) }
        case (.i64, .u16): convert(source, target, count) { (value: Int64) in UInt16(truncatingIfNeeded: value) }
        case (.i64, .u32): convert(source, target, count) { (value: Int64) in UInt32(truncatingIfNeeded: value) }
        case (.narrow(let format), .f32):
            let codec = NarrowFloatCodec(format)
            let numbers = target.assumingMemoryBound(to: Float.self)
            for position in 0..<count { numbers[position] = codec.number(in: UnsafeRawPointer(source), at: position) }
        case (.f32, .narrow(let format)):
            let codec = NarrowFloatCodec(format)
            let numbers = source.assumingMemoryBound(to: Float.self)
            for position in 0..<count { codec.store(Double(numbers[position]), in: target, at: position) }
        default: break
        }
    }

    private static func convert<From: BitwiseCopyable, To: BitwiseCopyable>(
        _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ body: (From) -> To
    ) {
        let from = source.assumingMemoryBound(to: From.self)
        let to = target.assumingMemoryBound(to: To.self)
        for position in 0..<count { to[position] = body(from[position]) }
    }

    private static func converted(_ context: LoweringContext, _ tensor: Tensor, to dtype: DType) throws(ModelError)
        -> Tensor
    {
        try context.wrap {
            let result = try Tensor(zeros: tensor.shape, dtype: dtype)
            let source = try tensor.atStart()
            convert(source.storage.base, tensor.dtype, to: result.storage.base, dtype, count: tensor.count)
            return result
        }
    }
}
