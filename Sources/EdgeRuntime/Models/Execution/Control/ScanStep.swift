import EdgeTensors

/// `Scan`: the body runs once for each slice of the scanned inputs; it is planned once.
enum ScanStep {
    /// One scanned input: how a slice is taken.
    private struct Slices {
        var copy: StridedCopy
        var byteStep: Int
        var isReversed: Bool
    }

    /// One scanned output: its slices are collected behind one another and moved to their axis at the end.
    private struct Collected {
        var sliceBytes: Int
        var isReversed: Bool
        /// From `[steps, …]` to the result; nil where it is the same.
        var move: StridedCopy?
    }

    static func lower(_ context: LoweringContext, states: StateStore) throws(ModelError) -> Lowered {
        guard let body = context.node.graph("body") else { throw context.fail("its body is missing") }
        let captureCount = Captures.captured(by: body).count
        let given = context.operands.count - captureCount
        let scanned = context.node.int("num_scan_inputs") ?? 0
        let carried = given - scanned
        guard scanned > 0, carried >= 0, body.inputs.count == given, body.outputs.count >= carried else {
            throw context.fail("its body takes \(body.inputs.count) values, it has \(given)")
        }
        let collected = body.outputs.count - carried
        func list(_ name: String, _ count: Int) throws(ModelError) -> [Int] {
            let values = context.node.ints(name) ?? [Int](repeating: 0, count: count)
            guard values.count == count else { throw context.fail("its `\(name)` should be \(count) numbers") }
            return values
        }
        let inputAxes = try list("scan_input_axes", scanned)
        let inputDirections = try list("scan_input_directions", scanned)
        let outputAxes = try list("scan_output_axes", collected)
        let outputDirections = try list("scan_output_directions", collected)

        var steps: Int?
        var inputTypes: [ConcreteType] = []
        var slices: [Slices] = []
        for position in 0..<carried { inputTypes.append(try context.operand(position).type) }
        for position in 0..<scanned {
            let operand = try context.operand(carried + position)
            guard !operand.dtype.isPacked else { throw context.unsupported(operand.dtype) }
            let axis = try context.axis(inputAxes[position], of: operand.shape)
            guard steps == nil || steps == operand.shape[axis] else {
                throw context.fail("its scanned inputs differ in length")
            }
            steps = operand.shape[axis]
            var shape = operand.shape
            var strides = Tensor.contiguousStrides(of: shape)
            let width = operand.dtype.bits / 8
            let byteStep = strides[axis] * width
            shape.remove(at: axis)
            strides.remove(at: axis)
            inputTypes.append(ConcreteType(operand.dtype, shape, operand.type.quantization))
            slices.append(
                Slices(
                    copy: StridedCopy(shape: shape, strides: strides, width: width), byteStep: byteStep,
                    isReversed: inputDirections[position] == 1))
        }
        let count = steps ?? 0
        let (bound, open) = Captures.bind(body, Array(context.operands[given...]))
        for position in open { inputTypes.append(try context.operand(given + position).type) }
        let optimized = try ExecutionGraph.optimize(bound, options: context.options, texts: states.texts)
        let plan = try PlanBuilder.plan(
            optimized, inputTypes: inputTypes, options: context.options, states: states, scope: context.node.name + "/")

        var results: [ConcreteType] = []
        for position in 0..<carried {
            guard plan.outputTypes[position].dtype == inputTypes[position].dtype,
                plan.outputTypes[position].shape == inputTypes[position].shape
            else { throw context.fail("its body changes the shape of state \(position)") }
            results.append(plan.outputTypes[position])
        }
        var collections: [Collected] = []
        for position in 0..<collected {
            let type = plan.outputTypes[carried + position]
            guard !type.dtype.isPacked else { throw context.unsupported(type.dtype) }
            var shape = type.shape
            let axis = try context.axis(outputAxes[position], of: shape + [0])
            shape.insert(count, at: axis)
            let result = try context.result(type.dtype, shape, type.quantization)
            var strides = Tensor.contiguousStrides(of: type.shape)
            strides.insert(type.count, at: axis)
            results.append(result)
            collections.append(
                Collected(
                    sliceBytes: type.byteCount, isReversed: outputDirections[position] == 1,
                    move: axis == 0 ? nil : StridedCopy(shape: shape, strides: strides, width: type.dtype.bits / 8)))
        }
        // Scratch: two blocks for each state, one for each slice that is copied, one for each collection that is moved.
        var scratch: [Int] = []
        for position in 0..<carried { scratch += [inputTypes[position].byteCount, inputTypes[position].byteCount] }
        let firstSlice = scratch.count
        for position in 0..<scanned { scratch.append(inputTypes[carried + position].byteCount) }
        let firstCollection = scratch.count
        for position in 0..<collected {
            scratch.append(collections[position].move == nil ? 0 : results[carried + position].byteCount)
        }

        return Lowered(results, scratch: scratch) { memory throws(ModelError) in
            var inputs = inputTypes.map { _ in memory.inputs[0] }
            var outputs = plan.outputTypes.map { _ in memory.outputs[0] }
            for (position, capture) in open.enumerated() { inputs[given + position] = memory.inputs[given + capture] }
            for position in 0..<carried { inputs[position] = memory.inputs[position] }
            for step in 0..<count {
                for position in 0..<carried { outputs[position] = memory.scratch[2 * position + step % 2] }
                for (position, slice) in slices.enumerated() {
                    let index = slice.isReversed ? count - 1 - step : step
                    let source = memory.inputs[carried + position] + index * slice.byteStep
                    if slice.copy.isPlain {
                        inputs[carried + position] = source
                    } else {
                        slice.copy.run(from: source, to: memory.scratch[firstSlice + position])
                        inputs[carried + position] = memory.scratch[firstSlice + position]
                    }
                }
                for (position, collection) in collections.enumerated() {
                    let block =
                        collection.move == nil
                        ? memory.outputs[carried + position] : memory.scratch[firstCollection + position]
                    outputs[carried + position] =
                        block + (collection.isReversed ? count - 1 - step : step) * collection.sliceBytes
                }
                try plan.execute(inputs: inputs, outputs: outputs)
                for position in 0..<carried { inputs[position] = outputs[position] }
            }
            for position in 0..<carried {
                memory.outputs[position].copyMemory(from: inputs[position], byteCount: inputTypes[position].byteCount)
            }
            for (position, collection) in collections.enumerated() {
                collection.move?.run(
                    from: memory.scratch[firstCollection + position], to: memory.outputs[carried + position])
            }
        }
    }
}
