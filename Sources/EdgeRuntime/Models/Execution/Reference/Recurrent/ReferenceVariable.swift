import EdgeTensors

/// `ReadVariable` and `AssignVariable`: states of the session that nodes share by name. Nodes run in the graph's order, so that a read
/// sees the last assignment before it.
enum ReferenceVariable {
    static func read(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let initial = initial(context)
        guard let declared = context.declared.first ?? nil,
            let shape = initial?.shape ?? declared.fixedShape
        else { throw context.fail("the shape of its variable is not known") }
        let result = try context.result(declared.dtype, shape, declared.quantization)
        return try keeping(context, result, initial) { memory, byteCount in
            memory.outputs[0].copyMemory(from: memory.scratch[0], byteCount: byteCount)
        }
    }

    static func assign(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let value = try context.operand(0)
        if let shape = context.node.ints("shape"), shape != value.shape {
            throw context.fail("a value of shape \(value.shape) does not fit its variable of shape \(shape)")
        }
        return try keeping(context, value.type, initial(context)) { memory, byteCount in
            memory.scratch[0].copyMemory(from: memory.inputs[0], byteCount: byteCount)
            memory.outputs[0].copyMemory(from: memory.inputs[0], byteCount: byteCount)
        }
    }

    private static func initial(_ context: LoweringContext) -> Tensor? {
        if case .tensor(let tensor)? = context.node.attributes["initial"] { tensor } else { nil }
    }

    private static func keeping(
        _ context: LoweringContext, _ type: ConcreteType, _ initial: Tensor?,
        _ body: @escaping (StepMemory, Int) -> Void
    ) throws(ModelError) -> Lowered {
        // Texts live no longer than a run.
        guard type.dtype != .text else { throw context.unsupported(.text) }
        guard let name = context.node.string("variable") else { throw context.fail("it names no variable") }
        if let initial, initial.shape != type.shape || initial.dtype != type.dtype {
            throw context.fail("its variable begins as \(initial.dtype.rawValue) of shape \(initial.shape)")
        }
        let byteCount = type.byteCount
        // Zero as the integers of the variable say it.
        let zero = type.dtype.bits == 8 ? type.scale?.zeroPoint ?? 0 : 0
        let state = Lowered.State(
            byteCount: byteCount, initialByte: UInt8(truncatingIfNeeded: zero), initial: initial)
        var lowered = Lowered([type], states: [state]) { memory throws(ModelError) in body(memory, byteCount) }
        lowered.stateName = "variable " + name
        return lowered
    }
}
