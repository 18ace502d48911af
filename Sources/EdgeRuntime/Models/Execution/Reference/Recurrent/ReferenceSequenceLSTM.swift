import EdgeTensors

/// TFLite's `UNIDIRECTIONAL_SEQUENCE_LSTM`, on floats and on 8-bit integers, with inputs in TFLite's order: input; input-to-gate,
/// recurrent-to-gate and cell-to-gate weights (each input, forget, cell, output); gate biases; projection weights and bias; output and cell
/// state; layer norm coefficients.
///
/// The states belong to the session. Quantized weights are unpacked one row at a time, and the output state is rounded to its 8 bits
/// after every step, as it would be stored.
enum ReferenceSequenceLSTM {
    private static let gateCount = 4

    private struct Shape {
        var steps: Int
        var batch: Int
        var inputSize: Int
        var cells: Int
        var outputs: Int
        var isTimeMajor: Bool
    }

    /// Optional operands that all gates have or lack together.
    private struct Parts {
        /// The input gate is one minus the forget gate.
        var isCoupled: Bool
        var hasPeepholes: Bool
        var hasProjection: Bool
        var hasProjectionBias: Bool
        var hasNorm: Bool
    }

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard data.shape.count == 3 || data.shape.count == 2 else {
            throw context.fail("its input needs two or three axes, found \(data.shape)")
        }
        let isTimeMajor = (context.node.int("time_major") ?? 0) != 0
        let toOutput = try WeightRows(context, 4)
        let recurrent = try WeightRows(context, 8)
        guard toOutput.shape.count == 2, recurrent.shape.count == 2 else {
            throw context.fail("its weights need two axes")
        }
        let isSequence = data.shape.count == 3
        let shape = Shape(
            steps: isSequence ? data.shape[isTimeMajor ? 0 : 1] : 1,
            batch: isSequence ? data.shape[isTimeMajor ? 1 : 0] : data.shape[0],
            inputSize: data.shape[data.shape.count - 1], cells: toOutput.shape[0], outputs: recurrent.shape[1],
            isTimeMajor: isTimeMajor)
        let parts = Parts(
            isCoupled: context.optional(1) == nil, hasPeepholes: context.optional(10) != nil,
            hasProjection: context.optional(16) != nil,
            hasProjectionBias: context.optional(17) != nil, hasNorm: context.optional(22) != nil)
        guard parts.hasProjection || shape.cells == shape.outputs else {
            throw context.fail("its output has \(shape.outputs) units, its cell \(shape.cells)")
        }
        var weights: [WeightRows?] = []
        for gate in 0..<gateCount {
            let isAbsent = gate == 0 && parts.isCoupled
            weights.append(isAbsent ? nil : try matrix(context, 1 + gate, [shape.cells, shape.inputSize]))
        }
        for gate in 0..<gateCount {
            let isAbsent = gate == 0 && parts.isCoupled
            weights.append(isAbsent ? nil : try matrix(context, 5 + gate, [shape.cells, shape.outputs]))
        }
        let projection = parts.hasProjection ? try matrix(context, 16, [shape.outputs, shape.cells]) : nil
        // Vectors as real numbers, one after the other: peepholes (input, forget, output), biases, projection bias, layer norms.
        var vectors: [Int: ConcreteType] = [:]
        for position in Array(9...15) + [17] + Array(20...23) where context.optional(position) != nil {
            let operand = try context.operand(position)
            let isQuantized =
                operand.type.quantization.map { QuantizedCodec.supports($0, operand.type) } ?? (operand.dtype == .f32)
            guard isQuantized, operand.type.count == (position == 17 ? shape.outputs : shape.cells) else {
                throw context.fail("its input \(position) of shape \(operand.shape) does not fit")
            }
            vectors[position] = operand.type
        }
        for position in 13...15 where vectors[position] == nil { throw context.fail("a bias is missing") }
        if !parts.isCoupled, vectors[12] == nil { throw context.fail("a bias is missing") }
        if parts.hasPeepholes, vectors[11] == nil || (!parts.isCoupled && vectors[9] == nil) {
            throw context.fail("a peephole is missing")
        }
        if parts.hasNorm, vectors[21] == nil || vectors[23] == nil || (!parts.isCoupled && vectors[20] == nil) {
            throw context.fail("a layer norm is missing")
        }
        let quantization = context.declared.first??.quantization
        guard data.dtype == .f32 || data.type.quantization.map({ QuantizedCodec.supports($0, data.type) }) == true
        else {
            throw context.unsupported(data.dtype)
        }
        let resultShape =
            isSequence
            ? (isTimeMajor ? [shape.steps, shape.batch, shape.outputs] : [shape.batch, shape.steps, shape.outputs])
            : [shape.batch, shape.outputs]
        let outputType = data.dtype == .f32 ? DType.f32 : (context.declared.first??.dtype ?? data.dtype)
        let result = try context.result(outputType, resultShape, quantization)
        if data.dtype != .f32 {
            guard let quantization, QuantizedCodec.canStore(result.dtype),
                QuantizedCodec.supports(quantization, result), quantization.axis == nil
            else { throw context.fail("its result has no quantization") }
        }
        let cell = Cell(
            shape: shape, parts: parts, weights: weights, projection: projection, vectors: vectors,
            cellClip: clip(context, "cell_clip"), projectionClip: clip(context, "proj_clip"), input: data.type,
            result: result)
        let rows = max(shape.inputSize, max(shape.cells, shape.outputs))
        return Lowered(
            [result],
            scratch: [
                try context.scratchBytes(rows, width: 4),
                try context.scratchBytes(shape.batch, shape.inputSize, width: 4),
                try context.scratchBytes(gateCount, shape.batch, shape.cells, width: 4),
                try context.scratchBytes(rows, width: 4),
                try context.scratchBytes(shape.batch, max(shape.outputs, shape.cells), width: 4),
            ],
            states: [
                Lowered.State(byteCount: shape.batch * shape.outputs * 4, initialByte: 0),
                Lowered.State(byteCount: shape.batch * shape.cells * 4, initialByte: 0),
            ]
        ) { memory throws(ModelError) in cell.run(memory) }
    }

    private static func clip(_ context: LoweringContext, _ name: String) -> Float {
        let value = context.node.float(name) ?? 0
        return value > 0 ? value : .infinity
    }

    private static func matrix(_ context: LoweringContext, _ position: Int, _ shape: [Int]) throws(ModelError)
        -> WeightRows
    {
        let rows = try WeightRows(context, position)
        guard rows.shape == shape else {
            throw context.fail("its input \(position) of shape \(rows.shape) should be \(shape)")
        }
        return rows
    }

    private struct Cell {
        let shape: Shape
        let parts: Parts
        let weights: [WeightRows?]
        let projection: WeightRows?
        let vectors: [Int: ConcreteType]
        let cellClip: Float
        let projectionClip: Float
        let input: ConcreteType
        let result: ConcreteType

        func run(_ memory: StepMemory) {
            let hidden = memory.scratch(5, as: Float.self)
            let cell = memory.scratch(6, as: Float.self)
            let row = memory.scratch(0, as: Float.self)
            let inputs = memory.scratch(1, as: Float.self)
            let gates = memory.scratch(2, as: Float.self)
            let block = shape.batch * shape.cells
            for step in 0..<shape.steps {
                for sample in 0..<shape.batch { readInput(memory, step, sample, to: inputs + sample * shape.inputSize) }
                for gate in 0..<4 {
                    guard let toGate = weights[gate], let recurrent = weights[4 + gate] else { continue }
                    for unit in 0..<shape.cells {
                        // One row serves all samples, so that quantized weights are unpacked once a step.
                        let first = toGate.row(unit, of: memory.inputs[1 + gate], scratch: row)
                        for sample in 0..<shape.batch {
                            gates[gate * block + sample * shape.cells + unit] =
                                DotProduct.of(inputs + sample * shape.inputSize, first, count: shape.inputSize)
                        }
                        let second = recurrent.row(unit, of: memory.inputs[5 + gate], scratch: row)
                        for sample in 0..<shape.batch {
                            gates[gate * block + sample * shape.cells + unit] +=
                                DotProduct.of(hidden + sample * shape.outputs, second, count: shape.outputs)
                        }
                    }
                }
                for sample in 0..<shape.batch { update(memory, sample, gates, cell) }
                project(memory, gates, hidden)
                for sample in 0..<shape.batch { writeOutput(memory, step, sample, hidden + sample * shape.outputs) }
            }
        }

        private func offset(_ step: Int, _ sample: Int, _ size: Int) -> Int {
            (shape.isTimeMajor ? step * shape.batch + sample : sample * shape.steps + step) * size
        }

        private func readInput(_ memory: StepMemory, _ step: Int, _ sample: Int, to target: UnsafeMutablePointer<Float>)
        {
            let first = offset(step, sample, shape.inputSize)
            if let quantization = input.quantization, input.dtype != .f32 {
                QuantizedCodec.dequantize(
                    memory.inputs[0], input, quantization, first: first, count: shape.inputSize, to: target)
            } else {
                target.update(from: memory.input(0, as: Float.self) + first, count: shape.inputSize)
            }
        }

        /// One element of a vector operand as a real number.
        private func vector(_ memory: StepMemory, _ position: Int, _ unit: Int) -> Float {
            guard let type = vectors[position] else { return 0 }
            guard let quantization = type.quantization, type.dtype != .f32 else {
                return memory.input(position, as: Float.self)[unit]
            }
            var value: Float = 0
            QuantizedCodec.dequantize(memory.inputs[position], type, quantization, first: unit, count: 1, to: &value)
            return value
        }

        /// The gates of one sample and its new cell state; the output gate's product with it replaces the output gate.
        private func update(
            _ memory: StepMemory, _ sample: Int, _ gates: UnsafeMutablePointer<Float>,
            _ cell: UnsafeMutablePointer<Float>
        ) {
            let block = shape.batch * shape.cells
            let cells = cell + sample * shape.cells
            let starts = (0..<4).map { gates + $0 * block + sample * shape.cells }
            func finish(_ gate: Int, peephole: Int?) {
                if let peephole, parts.hasPeepholes {
                    for unit in 0..<shape.cells { starts[gate][unit] += vector(memory, peephole, unit) * cells[unit] }
                }
                if parts.hasNorm { normalize(starts[gate]) }
                for unit in 0..<shape.cells {
                    let scale = parts.hasNorm ? vector(memory, 20 + gate, unit) : 1
                    starts[gate][unit] = starts[gate][unit] * scale + vector(memory, 12 + gate, unit)
                }
            }
            if !parts.isCoupled { finish(0, peephole: 9) }
            finish(1, peephole: 10)
            finish(2, peephole: nil)
            for unit in 0..<shape.cells {
                let forget = RecurrentActivation.sigmoid(starts[1][unit])
                let input = parts.isCoupled ? 1 - forget : RecurrentActivation.sigmoid(starts[0][unit])
                let next = forget * cells[unit] + input * RecurrentActivation.tanh(starts[2][unit])
                cells[unit] = min(max(next, -cellClip), cellClip)
            }
            finish(3, peephole: 11)
            for unit in 0..<shape.cells {
                starts[3][unit] = RecurrentActivation.sigmoid(starts[3][unit]) * RecurrentActivation.tanh(cells[unit])
            }
        }

        private func normalize(_ values: UnsafeMutablePointer<Float>) {
            var mean: Float = 0
            for unit in 0..<shape.cells { mean += values[unit] }
            mean /= Float(shape.cells)
            var variance: Float = 0
            for unit in 0..<shape.cells { variance += (values[unit] - mean) * (values[unit] - mean) }
            let scale = 1 / (variance / Float(shape.cells) + 1e-8).squareRoot()
            for unit in 0..<shape.cells { values[unit] = (values[unit] - mean) * scale }
        }

        private func project(
            _ memory: StepMemory, _ gates: UnsafeMutablePointer<Float>, _ hidden: UnsafeMutablePointer<Float>
        ) {
            let outputs = gates + 3 * shape.batch * shape.cells
            if let projection {
                for unit in 0..<shape.outputs {
                    let row = projection.row(unit, of: memory.inputs[16], scratch: memory.scratch(3))
                    for sample in 0..<shape.batch {
                        let sum =
                            DotProduct.of(outputs + sample * shape.cells, row, count: shape.cells)
                            + vector(memory, 17, unit)
                        hidden[sample * shape.outputs + unit] = min(max(sum, -projectionClip), projectionClip)
                    }
                }
            } else {
                hidden.update(from: outputs, count: shape.batch * shape.cells)
            }
            guard let quantization = result.quantization, result.dtype != .f32 else { return }
            // The state is what the stored integers stand for.
            let count = shape.batch * shape.outputs
            let type = ConcreteType(result.dtype, [count], quantization)
            QuantizedCodec.quantize(hidden, type, quantization, to: memory.scratch[4])
            QuantizedCodec.dequantize(memory.scratch[4], type, quantization, count: count, to: hidden)
        }

        private func writeOutput(
            _ memory: StepMemory, _ step: Int, _ sample: Int, _ hidden: UnsafeMutablePointer<Float>
        ) {
            let first = offset(step, sample, shape.outputs)
            if let quantization = result.quantization, result.dtype != .f32 {
                let type = ConcreteType(result.dtype, [shape.outputs], quantization)
                QuantizedCodec.quantize(
                    hidden, type, quantization, to: memory.outputs[0] + first * result.dtype.bits / 8)
            } else {
                (memory.output(0, as: Float.self) + first).update(from: hidden, count: shape.outputs)
            }
        }
    }
}
