import EdgeTensors

/// Recurrence in both directions: two layers, of which one sees the steps from behind.
extension TFLiteGraphReader {
    /// The steps of a sequence from the last to the first.
    private mutating func reversed(
        _ operation: TFLiteOperation, _ value: ValueID, axis: Int, _ suffix: String, to result: ValueID? = nil
    ) throws -> ValueID {
        let target = result ?? intermediate(operation, suffix, graph.type(of: value))
        emit(
            .slice, operation,
            [
                value, try int64s(operation, suffix + "/from", [-1]),
                try int64s(operation, suffix + "/to", [Int(Int32.min)]),
                try int64s(operation, suffix + "/axis", [axis]), try int64s(operation, suffix + "/step", [-1]),
            ], to: [target], suffix: suffix)
        return target
    }

    /// Gives both directions their outputs, or joins them in one.
    private mutating func finish(
        _ operation: TFLiteOperation, forward: ValueID, backward: ValueID, axis: Int, merges: Bool
    ) throws {
        if merges {
            let turned = try reversed(operation, backward, axis: axis, "/back")
            return emit(
                .concat, operation, [forward, turned], to: [try output(operation)], ["axis": .int(2)], suffix: "/merge")
        }
        _ = try reversed(operation, backward, axis: axis, "/back", to: output(operation, 1))
    }

    private func sequenceType(_ data: ValueID, units: Int?) -> TensorType? {
        guard let type = graph.type(of: data), let shape = type.shape, shape.count == 3, let units else { return nil }
        return TensorType(dtype: .f32, shape: [shape[0], shape[1], .fixed(units)])
    }

    mutating func readBidirectionalLSTM(_ operation: TFLiteOperation) throws {
        guard operation.inputs.count >= 39 else {
            return reportUnsupported(operation, "with \(operation.inputs.count) inputs")
        }
        guard operation.inputs.dropFirst(39).allSatisfy({ $0 < 0 }) else {
            return reportUnsupported(operation, "with a second sequence of data")
        }
        let isTimeMajor = try operation.options?.integer(4, UInt8(1)) ?? 1 != 0
        let merges = try operation.bool(3)
        let axis = isTimeMajor ? 0 : 1
        let data = try required(operation, 0)
        var attributes: [String: Attribute] = [
            "activation": .int(Int(try operation.byte(0))), "cell_clip": .float(try operation.float(1, 0)),
            "proj_clip": .float(try operation.float(2, 0)), "time_major": .int(isTimeMajor ? 1 : 0),
        ]
        if graph.type(of: data)?.dtype.isFloat == true,
            try optional(operation, 2).flatMap({ graph.type(of: $0)?.quantization }) != nil
        {
            attributes["dynamic_activations"] = .int(1)
        }
        var results: [ValueID] = []
        for (isForward, first, state) in [(true, 1, 35), (false, 18, 37)] {
            var inputs: [ValueID?] = [isForward ? data : try reversed(operation, data, axis: axis, "/turned")]
            for position in first..<(first + 17) { inputs.append(try optional(operation, position)) }
            for position in [state, state + 1] {
                let id = try required(operation, position)
                guard graph.constants[id] == nil, !graph.inputs.contains(id) else {
                    throw ModelError.inconsistent("\(operation.name) `\(nodeName(operation))` lacks its state")
                }
                graph.variables.insert(id)
                inputs.append(id)
            }
            let units = inputs[18].flatMap { graph.type(of: $0)?.shape?.last?.fixedValue }
            let result =
                isForward && !merges
                ? try output(operation)
                : intermediate(operation, isForward ? "/forward" : "/backward", sequenceType(data, units: units))
            emit(
                .sequenceLSTM, operation, inputs, to: [result], attributes,
                suffix: isForward ? "/forward" : "/backward")
            results.append(result)
        }
        try finish(operation, forward: results[0], backward: results[1], axis: axis, merges: merges)
    }

    mutating func readBidirectionalRNN(_ operation: TFLiteOperation) throws {
        guard operation.inputs.count >= 9, operation.inputs.dropFirst(9).allSatisfy({ $0 < 0 }) else {
            return reportUnsupported(operation, "with a second sequence of data")
        }
        let isTimeMajor = try operation.bool(0)
        let merges = try operation.bool(2)
        let data = try required(operation, 0)
        let axis = isTimeMajor ? 0 : 1
        func units(_ position: Int) throws -> Int? {
            var reader = self
            return try reader.optional(operation, position).flatMap {
                reader.graph.type(of: $0)?.shape?.last?.fixedValue
            }
        }
        let forward =
            merges
            ? intermediate(operation, "/forward", sequenceType(data, units: try units(3))) : try output(operation)
        try emitRNN(
            operation,
            RNNParts(
                data: data, first: 1, result: forward, activation: try operation.byte(1), isTimeMajor: isTimeMajor,
                sequence: true))
        let turned = try reversed(operation, data, axis: axis, "/turned")
        let backward = intermediate(operation, "/backward", sequenceType(data, units: try units(7)))
        try emitRNN(
            operation,
            RNNParts(
                data: turned, first: 5, result: backward, activation: try operation.byte(1), isTimeMajor: isTimeMajor,
                sequence: true))
        try finish(operation, forward: forward, backward: backward, axis: axis, merges: merges)
    }
}
