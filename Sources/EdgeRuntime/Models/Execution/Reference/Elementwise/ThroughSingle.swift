import EdgeTensors

/// Runs an operator that computes on 16-bit floating-point numbers in single precision; its results are rounded once, at the end.
enum ThroughSingle {
    /// Whether an operand is of a 16-bit floating-point type and the operator computes with it.
    static func applies(to context: LoweringContext) -> Bool {
        guard !movesBits(context.node.op) else { return false }
        return context.operands.contains { operand in operand.map { isHalf($0.dtype) } ?? false }
    }

    private static func isHalf(_ dtype: DType) -> Bool { dtype == .f16 || dtype == .bf16 }

    /// Operators that move elements whatever they are, or look at their bits.
    private static func movesBits(_ op: Operator) -> Bool {
        switch op {
        case .cast, .bitCast, .isNaN, .isInfinite, .identity, .dropout, .reshape, .flatten, .transpose, .squeeze,
            .unsqueeze, .concat, .split, .slice, .gather, .expand, .tile, .shape, .size, .constant, .constantOfShape,
            .spaceToDepth, .depthToSpace, .spaceToBatch, .batchToSpace, .gatherElements, .gatherND, .tensorScatter,
            .compress, .triangle, .eyeLike, .reverseSequence, .selectWhere, .scan, .loop, .conditional, .sequenceLSTM,
            .quantizeLinear, .dequantizeLinear:
            true
        default: false
        }
    }

    /// Whether a result keeps single precision: the statistics of a layer normalisation.
    private static func staysSingle(_ op: Operator, _ position: Int) -> Bool {
        op == .layerNormalization && position > 0
    }

    static func lower(
        _ context: LoweringContext, _ single: (LoweringContext) throws(ModelError) -> Lowered
    ) throws(ModelError) -> Lowered {
        var inner = context
        inner.declared = context.declared.map {
            $0.map { isHalf($0.dtype) ? TensorType(dtype: .f32, shape: $0.shape) : $0 }
        }
        var half = DType.f16
        // The first scratch block is the table of addresses that the operator is given.
        var scratch = [0]
        var converted: [(position: Int, dtype: DType, count: Int, scratch: Int)] = []
        var held: [(position: Int, tensor: Tensor)] = []
        for (position, operand) in context.operands.enumerated().reversed() {
            guard let operand, isHalf(operand.dtype) else { continue }
            half = operand.dtype
            var constant: Tensor?
            if let given = operand.constant {
                let tensor = try widened(context, given)
                held.append((position, tensor))
                constant = tensor
            } else {
                converted.append((position, operand.dtype, operand.type.count, scratch.count))
                scratch.append(try context.scratchBytes(operand.type.count, width: 4))
            }
            inner.operands[position] = Operand(type: ConcreteType(.f32, operand.shape), constant: constant)
        }
        let lowered = try single(inner)
        let narrow = half
        if let results = lowered.results {
            return .known(
                try results.enumerated().map { position, tensor throws(ModelError) in
                    tensor.dtype == .f32 && !staysSingle(context.node.op, position)
                        ? try narrowed(context, tensor, to: narrow) : tensor
                })
        }
        var outputs = lowered.outputs
        var rounded: [(position: Int, count: Int, scratch: Int)] = []
        for position in outputs.indices
        where outputs[position].dtype == .f32 && !staysSingle(context.node.op, position) {
            rounded.append((position, outputs[position].count, scratch.count))
            scratch.append(try context.scratchBytes(outputs[position].count, width: 4))
            outputs[position].dtype = narrow
        }
        let firstInner = scratch.count
        scratch += lowered.scratch
        let inputCount = context.operands.count
        let outputCount = outputs.count
        let innerCount = lowered.scratch.count + lowered.states.count
        scratch[0] = (inputCount + outputCount + innerCount + 1) * MemoryLayout<UnsafeMutableRawPointer>.stride
        let body = lowered.body
        let constants = held
        return Lowered(outputs, scratch: scratch, states: lowered.states) { memory throws(ModelError) in
            let table = memory.scratch(0, as: UnsafeMutableRawPointer.self)
            for position in 0..<inputCount { table[position] = memory.inputs[position] }
            for position in 0..<outputCount { table[inputCount + position] = memory.outputs[position] }
            for position in 0..<innerCount {
                table[inputCount + outputCount + position] = memory.scratch[firstInner + position]
            }
            for item in constants { table[item.position] = item.tensor.storage.base }
            for item in converted {
                let target = memory.scratch(item.scratch, as: Float.self)
                widen(memory.inputs[item.position], item.dtype, count: item.count, to: target)
                table[item.position] = UnsafeMutableRawPointer(target)
            }
            for item in rounded { table[inputCount + item.position] = memory.scratch[item.scratch] }
            try body(StepMemory(inputs: table, outputs: table + inputCount, scratch: table + inputCount + outputCount))
            for item in rounded {
                round(memory.scratch(item.scratch), count: item.count, narrow, to: memory.outputs[item.position])
            }
        }
    }

    private static func widen(
        _ source: UnsafeRawPointer, _ dtype: DType, count: Int, to target: UnsafeMutablePointer<Float>
    ) {
        if dtype == .f16 {
            let source = source.assumingMemoryBound(to: Float16.self)
            for position in 0..<count { target[position] = Float(source[position]) }
        } else {
            let source = source.assumingMemoryBound(to: BFloat16.self)
            for position in 0..<count { target[position] = Float(source[position]) }
        }
    }

    private static func round(
        _ source: UnsafePointer<Float>, count: Int, _ dtype: DType, to target: UnsafeMutableRawPointer
    ) {
        if dtype == .f16 {
            let target = target.assumingMemoryBound(to: Float16.self)
            for position in 0..<count { target[position] = Float16(source[position]) }
        } else {
            let target = target.assumingMemoryBound(to: BFloat16.self)
            for position in 0..<count { target[position] = BFloat16(source[position]) }
        }
    }

    private static func widened(_ context: LoweringContext, _ tensor: Tensor) throws(ModelError) -> Tensor {
        try context.wrap {
            let result = try Tensor(zeros: tensor.shape)
            let source = try tensor.atStart()
            widen(
                source.storage.base, tensor.dtype, count: tensor.count,
                to: result.storage.base.assumingMemoryBound(to: Float.self))
            return result
        }
    }

    private static func narrowed(_ context: LoweringContext, _ tensor: Tensor, to dtype: DType) throws(ModelError)
        -> Tensor
    {
        try context.wrap {
            let result = try Tensor(zeros: tensor.shape, dtype: dtype)
            let source = try tensor.atStart()
            round(
                source.storage.base.assumingMemoryBound(to: Float.self), count: tensor.count, dtype,
                to: result.storage.base)
            return result
        }
    }
}
