import EdgeTensors

/// Recurrence. States that the file keeps in variable tensors are states of the session.
extension TFLiteGraphReader {
    mutating func readLSTM(_ operation: TFLiteOperation, sequence: Bool) throws {
        if !sequence, try operation.byte(3) == 1 { return try readBasicLSTM(operation) }
        guard operation.inputs.count >= 20 else {
            return reportUnsupported(operation, "with \(operation.inputs.count) inputs")
        }
        var attributes: [String: Attribute] = [
            "activation": .int(Int(try operation.byte(0))), "cell_clip": .float(try operation.float(1, 0)),
            "proj_clip": .float(try operation.float(2, 0)),
            "time_major": .int(sequence ? (try operation.bool(3) ? 1 : 0) : 1),
        ]
        if try operation.options?.bool(5) == true && sequence {
            return reportUnsupported(operation, "with diagonal weights")
        }
        try readIntermediates(operation, &attributes)
        var inputs: [ValueID?] = []
        for position in operation.inputs.indices { inputs.append(try optional(operation, position)) }
        for position in [18, 19] {
            guard let state = inputs[position], graph.constants[state] == nil else {
                throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks its state")
            }
            graph.variables.insert(state)
        }
        guard let data = inputs[0] else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks its data")
        }
        let result = try output(operation)
        if graph.type(of: data)?.dtype.isFloat == true,
            inputs[1...8].contains(where: { $0.flatMap { graph.type(of: $0)?.quantization } != nil })
        {
            attributes["dynamic_activations"] = .int(1)
        }
        guard !sequence else { return emit(.sequenceLSTM, operation, inputs, to: [result], attributes) }
        // One step of a sequence of one.
        func long(_ id: ValueID) -> TensorType? {
            graph.type(of: id).map {
                TensorType(dtype: $0.dtype, shape: $0.shape.map { [.fixed(1)] + $0 }, quantization: $0.quantization)
            }
        }
        let step = intermediate(operation, "/step", long(data))
        emit(.unsqueeze, operation, [data, try int64s(operation, "/axes", [0])], to: [step], suffix: "/unsqueeze")
        inputs[0] = step
        let whole = intermediate(operation, "/sequence", long(result))
        emit(.sequenceLSTM, operation, inputs, to: [whole], attributes)
        emit(.squeeze, operation, [whole, try int64s(operation, "/axis", [0])], to: [result], suffix: "/squeeze")
    }

    /// The quantizations of what an integer LSTM computes inside.
    private func readIntermediates(_ operation: TFLiteOperation, _ attributes: inout [String: Attribute]) throws {
        guard !operation.intermediates.isEmpty else { return }
        let quantizations = try operation.intermediates.map { try type(of: $0).quantization }
        attributes["intermediate_scales"] = .floats(quantizations.map { $0?.scales.first ?? 0 })
        attributes["intermediate_zero_points"] = .ints(quantizations.map { Int($0?.zeroPoints.first ?? 0) })
    }

    // MARK: States

    /// The content of a state tensor as a value; the state is named after the tensor.
    private mutating func readState(_ operation: TFLiteOperation, _ position: Int) throws -> (
        name: String, value: ValueID
    ) {
        let tensor = try required(operation, position)
        guard graph.constants[tensor] == nil, !graph.inputs.contains(tensor), let type = graph.type(of: tensor),
            type.fixedShape != nil
        else {
            throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks its state")
        }
        graph.variables.remove(tensor)
        // A subgraph that several operators call has one state, wherever it is called.
        let name = "\(graph[tensor].name) of \(subgraph.position):\(operation.inputs[position])"
        let value = intermediate(operation, "/state", type)
        try emitRead(name, operation, to: value)
        return (name, value)
    }

    private mutating func reshaped(
        _ operation: TFLiteOperation, _ value: ValueID, _ suffix: String, _ shape: [Int], to result: ValueID? = nil
    ) throws
        -> ValueID
    {
        let type = graph.type(of: value)
        let target =
            result
            ?? intermediate(
                operation, suffix,
                type.map {
                    TensorType(dtype: $0.dtype, shape: shape.map(Dimension.fixed), quantization: $0.quantization)
                })
        emit(
            .reshape, operation, [value, try int64s(operation, suffix + "/shape", shape)], to: [target], suffix: suffix)
        return target
    }

    private mutating func floats(_ operation: TFLiteOperation, _ suffix: String, _ shape: [Dimension]?) -> ValueID {
        intermediate(operation, suffix, TensorType(dtype: .f32, shape: shape))
    }

    // MARK: Plain recurrence

    /// `RNN` and `UNIDIRECTIONAL_SEQUENCE_RNN` as ONNX's `RNN` between a read and an assignment of the state.
    mutating func readRNN(_ operation: TFLiteOperation, sequence: Bool) throws {
        try emitRNN(
            operation,
            RNNParts(
                data: try required(operation, 0), first: 1, result: try output(operation),
                activation: try operation.byte(sequence ? 1 : 0),
                isTimeMajor: sequence ? try operation.bool(0) : true, sequence: sequence))
    }

    /// What one direction of a plain recurrence is made of: its data and result, and the first of its four inputs.
    struct RNNParts {
        var data: ValueID
        var first: Int
        var result: ValueID
        var activation: Int8
        var isTimeMajor: Bool
        var sequence: Bool
    }

    mutating func emitRNN(_ operation: TFLiteOperation, _ parts: RNNParts) throws {
        let (data, result, isTimeMajor, sequence) = (parts.data, parts.result, parts.isTimeMajor, parts.sequence)
        let weights = parts.first
        let names: [Int8: String] = [0: "Affine", 1: "Relu", 4: "Tanh", 6: "Sigmoid"]
        guard let activation = names[parts.activation] else {
            return reportUnsupported(operation, "with this activation")
        }
        let (state, before) = try readState(operation, weights + 3)
        guard let extents = graph.type(of: before)?.fixedShape, extents.count == 2,
            let bias = try graph.constants[required(operation, weights + 2)], bias.dtype == .f32,
            bias.count == extents[1],
            let biases = bias.realValues(), let wide = graph.type(of: data)?.shape?.last?.fixedValue
        else { return try computed(operation, "bias or shape") }
        let (batch, units) = (extents[0], extents[1])
        let input = try reshapedWeights(operation, weights, [1, units, wide])
        let recurrent = try reshapedWeights(operation, weights + 1, [1, units, units])
        let both = constant(
            operation, "/bias", try Tensor(biases + [Float](repeating: 0, count: units), shape: [1, 2 * units]))
        let first = try reshaped(operation, before, "/before", [1, batch, units])
        var steps = data
        if !sequence {
            steps = floats(operation, "/steps", nil)
            emit(.unsqueeze, operation, [data, try int64s(operation, "/axes", [0])], to: [steps], suffix: "/unsqueeze")
        } else if !isTimeMajor {
            steps = floats(operation, "/steps", nil)
            emit(.transpose, operation, [data], to: [steps], ["perm": .ints([1, 0, 2])], suffix: "/turn")
        }
        let all = floats(operation, "/all", nil)
        let last = floats(operation, "/last", nil)
        emit(
            .rnn, operation, [steps, input, recurrent, both, nil, first], to: [all, last],
            [
                "hidden_size": .int(units), "activations": .strings([activation]), "activation_alpha": .floats([1]),
                "activation_beta": .floats([0]),
            ], suffix: "/rnn")
        let after = try reshaped(operation, last, "/after", [batch, units], to: sequence ? nil : result)
        if sequence {
            // [steps, 1, batch, units]
            let flat = isTimeMajor ? result : floats(operation, "/flat", nil)
            emit(.squeeze, operation, [all, try int64s(operation, "/direction", [1])], to: [flat], suffix: "/squeeze")
            if !isTimeMajor {
                emit(.transpose, operation, [flat], to: [result], ["perm": .ints([1, 0, 2])], suffix: "/back")
            }
        }
        try emitAssign(state, operation, after)
    }

    /// Constant weights under another shape, their one scale kept.
    private mutating func reshapedWeights(_ operation: TFLiteOperation, _ position: Int, _ shape: [Int]) throws
        -> ValueID
    {
        let id = try required(operation, position)
        guard let tensor = graph.constants[id], let type = graph.type(of: id), type.quantization?.axis == nil,
            tensor.count == shape.reduce(1, *)
        else { throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` has weights that do not fit") }
        return graph.addConstant(
            name: claimedName(graph[id].name), try tensor.reshaped(shape), quantization: type.quantization)
    }

    // MARK: SVDF

    /// A dense layer whose results are kept for some steps and weighted over them: the oldest goes, the newest is put behind the others.
    mutating func readSVDF(_ operation: TFLiteOperation) throws {
        let rank = try operation.int(0)
        let activation = try operation.byte(1)
        let data = try required(operation, 0)
        let feature = try required(operation, 1)
        let weights = try required(operation, 2)
        let (state, before) = try readState(operation, 4)
        guard rank > 0, let time = graph.type(of: weights)?.fixedShape, time.count == 2, time[0] > 0,
            time[0] % rank == 0, let kept = graph.type(of: before), let extents = kept.fixedShape, extents.count == 2,
            extents[1] == time[0].multipliedReportingOverflow(by: time[1]).partialValue
        else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` has a state that does not fit its weights")
        }
        let (filters, memory, batch) = (time[0], time[1], extents[0])
        func like(_ shape: [Int]) -> TensorType {
            TensorType(dtype: kept.dtype, shape: shape.map(Dimension.fixed), quantization: kept.quantization)
        }
        var attributes: [String: Attribute] = ["transB": .int(1)]
        markDynamic(&attributes, data: data, weights: feature)
        let newest = intermediate(operation, "/newest", like([batch, filters]))
        emit(.gemm, operation, [data, feature], to: [newest], attributes, suffix: "/features")
        let column = try reshaped(operation, newest, "/column", [batch, filters, 1])
        let old = try reshaped(operation, before, "/old", [batch, filters, memory])
        let rest = intermediate(operation, "/rest", like([batch, filters, memory - 1]))
        emit(
            .slice, operation,
            [
                old, try int64s(operation, "/start", [1]), try int64s(operation, "/end", [memory]),
                try int64s(operation, "/axis", [2]),
            ], to: [rest], suffix: "/slice")
        let line = intermediate(operation, "/line", like([batch, filters, memory]))
        emit(.concat, operation, [rest, column], to: [line], ["axis": .int(2)], suffix: "/concat")
        let product = floats(operation, "/product", [batch, filters, memory].map(Dimension.fixed))
        emit(.mul, operation, [line, weights], to: [product], suffix: "/weigh")
        let groups = try reshaped(operation, product, "/groups", [batch, filters / rank, rank * memory])
        let sums = floats(operation, "/sums", [batch, filters / rank].map(Dimension.fixed))
        emit(
            .reduceSum, operation, [groups, try int64s(operation, "/sums/axis", [2])], to: [sums],
            ["keepdims": .int(0)],
            suffix: "/sum")
        var current = sums
        if try optional(operation, 3) != nil {
            let bias = try real(operation, 3)
            current = floats(operation, "/biased", [batch, filters / rank].map(Dimension.fixed))
            emit(.add, operation, [sums, bias], to: [current], suffix: "/add")
        }
        let result = try realOutput(operation)
        // LiteRT's integer kernel leaves the activation to the zero point of the output.
        if activation == 0 || kept.quantization != nil {
            emit(.identity, operation, [current], to: [result], suffix: "/identity")
        } else {
            try emitActivation(operation, current, to: result, activation)
        }
        try store(operation, result)
        try emitAssign(state, operation, reshaped(operation, line, "/kept_line", extents))
    }

    // MARK: LSTM without a state of its own

    /// The basic kernel: state in, state out; one matrix for all gates, in the order input, new, forget, output.
    private mutating func readBasicLSTM(_ operation: TFLiteOperation) throws {
        guard operation.inputs.count == 5, operation.outputs.count >= 2 else {
            return reportUnsupported(operation, "with \(operation.inputs.count) inputs")
        }
        let parts: [ValueID?] = [try real(operation, 0), try real(operation, 1)]
        let joined = floats(operation, "/joined", nil)
        emit(.concat, operation, parts, to: [joined], ["axis": .int(1)], suffix: "/join")
        let gates = floats(operation, "/gates", nil)
        emit(
            .gemm, operation, [joined, try required(operation, 2), try real(operation, 3)], to: [gates],
            ["transB": .int(1)], suffix: "/gates")
        var split: [ValueID] = []
        for name in ["input", "new", "forget", "output"] { split.append(floats(operation, "/" + name, nil)) }
        emit(.split, operation, [gates], to: split, ["axis": .int(1), "num_outputs": .int(4)], suffix: "/split")
        var active: [ValueID] = []
        for (position, gate) in split.enumerated() {
            active.append(floats(operation, "/active\(position)", nil))
            emit(
                position == 1 ? .tanh : .sigmoid, operation, [gate], to: [active[position]],
                suffix: "/active\(position)")
        }
        let fresh = floats(operation, "/fresh", nil)
        emit(.mul, operation, [active[0], active[1]], to: [fresh], suffix: "/fresh")
        let remembered = floats(operation, "/remembered", nil)
        emit(.mul, operation, [active[2], try real(operation, 4)], to: [remembered], suffix: "/remember")
        let cell = try realOutput(operation, 1)
        emit(.add, operation, [fresh, remembered], to: [cell], suffix: "/cell")
        let shown = floats(operation, "/shown", nil)
        emit(.tanh, operation, [cell], to: [shown], suffix: "/show")
        let result = try realOutput(operation)
        emit(.mul, operation, [active[3], shown], to: [result])
        try store(operation, result)
        try store(operation, cell, at: 1)
    }
}
