import EdgeTensors

/// ONNX's `LSTM`, `GRU` and `RNN`. One loop over directions, samples and steps; the cells differ in what they make of the gates.
enum ReferenceRecurrent {
    /// Makes the new hidden state of one step: sums of the input's gates (bias included) and of the state's, the addresses of the
    /// states, which it updates.
    private protocol Cell {
        var gates: Int { get }
        func update(_ step: Gates)
    }

    /// What a cell sees of one step.
    private struct Gates {
        /// `gates * hidden` sums over the input, with the input's bias.
        let input: UnsafeMutablePointer<Float>
        /// `gates * hidden` sums over the hidden state, with the recurrence's bias.
        let recurrent: UnsafeMutablePointer<Float>
        let hidden: UnsafeMutablePointer<Float>
        let cell: UnsafeMutablePointer<Float>
        let count: Int
        let direction: Int
        let clip: Float
        /// The recurrent weights and bias of the direction, for cells that need them with another state.
        let weights: UnsafePointer<Float>
        let bias: UnsafePointer<Float>?
        let peepholes: UnsafePointer<Float>?

        @inline(__always) func clipped(_ value: Float) -> Float { min(max(value, -clip), clip) }
    }

    private struct LSTMCell: Cell {
        let gates = 4
        let activations: [RecurrentActivation]
        let couplesInputAndForget: Bool

        func update(_ step: Gates) {
            let (f, g, h) = (
                activations[step.direction * 3], activations[step.direction * 3 + 1],
                activations[step.direction * 3 + 2]
            )
            let count = step.count
            for unit in 0..<count {
                func sum(_ gate: Int) -> Float { step.input[gate * count + unit] + step.recurrent[gate * count + unit] }
                let previous = step.cell[unit]
                // Gates lie in the order input, output, forget, cell; peepholes input, output, forget.
                let i = f(step.clipped(sum(0) + (step.peepholes.map { $0[unit] * previous } ?? 0)))
                let keep =
                    couplesInputAndForget
                    ? 1 - i : f(step.clipped(sum(2) + (step.peepholes.map { $0[2 * count + unit] * previous } ?? 0)))
                let next = keep * previous + i * g(step.clipped(sum(3)))
                let o = f(step.clipped(sum(1) + (step.peepholes.map { $0[count + unit] * next } ?? 0)))
                step.cell[unit] = next
                step.hidden[unit] = o * h(next)
            }
        }
    }

    private struct GRUCell: Cell {
        let gates = 3
        let activations: [RecurrentActivation]
        let resetsAfter: Bool

        func update(_ step: Gates) {
            let (f, g) = (activations[step.direction * 2], activations[step.direction * 2 + 1])
            let count = step.count
            // Gates lie in the order update, reset, candidate. The cell block holds the reset state.
            for unit in 0..<count {
                step.input[unit] = f(step.clipped(step.input[unit] + step.recurrent[unit]))
                step.input[count + unit] = f(step.clipped(step.input[count + unit] + step.recurrent[count + unit]))
            }
            if !resetsAfter {
                for unit in 0..<count { step.cell[unit] = step.input[count + unit] * step.hidden[unit] }
            }
            for unit in 0..<count {
                let recurrent =
                    resetsAfter
                    ? step.input[count + unit] * step.recurrent[2 * count + unit]
                    : DotProduct.of(step.cell, step.weights + (2 * count + unit) * count, count: count)
                        + (step.bias?[2 * count + unit] ?? 0)
                step.recurrent[unit] = g(step.clipped(step.input[2 * count + unit] + recurrent))
            }
            for unit in 0..<count {
                let update = step.input[unit]
                step.hidden[unit] = (1 - update) * step.recurrent[unit] + update * step.hidden[unit]
            }
        }
    }

    private struct RNNCell: Cell {
        let gates = 1
        let activations: [RecurrentActivation]

        func update(_ step: Gates) {
            for unit in 0..<step.count {
                step.hidden[unit] = activations[step.direction](step.clipped(step.input[unit] + step.recurrent[unit]))
            }
        }
    }

    static func lstm(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let layout = try RecurrentLayout(context, gates: 4)
        let activations = try RecurrentActivation.list(
            context, defaults: [.sigmoid, .tanh, .tanh], directions: layout.directions)
        if context.optional(7) != nil, try context.floatOperand(7).type.count != layout.directions * 3 * layout.hidden {
            throw context.fail("its peepholes do not fit \(layout.hidden) hidden units")
        }
        let cell = LSTMCell(
            activations: activations, couplesInputAndForget: (context.node.int("input_forget") ?? 0) != 0)
        return try lower(context, layout, cell, keepsCell: true)
    }

    static func gru(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let layout = try RecurrentLayout(context, gates: 3)
        let activations = try RecurrentActivation.list(
            context, defaults: [.sigmoid, .tanh], directions: layout.directions)
        let cell = GRUCell(activations: activations, resetsAfter: (context.node.int("linear_before_reset") ?? 0) != 0)
        return try lower(context, layout, cell, keepsCell: false)
    }

    static func rnn(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let layout = try RecurrentLayout(context, gates: 1)
        let activations = try RecurrentActivation.list(context, defaults: [.tanh], directions: layout.directions)
        return try lower(context, layout, RNNCell(activations: activations), keepsCell: false)
    }

    private static func lower(
        _ context: LoweringContext, _ layout: RecurrentLayout, _ cell: some Cell, keepsCell: Bool
    ) throws(ModelError) -> Lowered {
        let hidden = layout.hidden
        let rows = cell.gates * hidden
        let hasHidden = try layout.hasState(context, 5)
        let hasCell = keepsCell ? try layout.hasState(context, 6) : false
        let hasPeepholes = keepsCell && context.optional(7) != nil
        var results = [try context.result(.f32, layout.sequenceShape), try context.result(.f32, layout.stateShape)]
        if keepsCell { results.append(results[1]) }
        let scratch = [
            try context.scratchBytes(rows, width: 4), try context.scratchBytes(rows, width: 4), hidden * 4, hidden * 4,
        ]
        return Lowered(results, scratch: scratch) { memory throws(ModelError) in
            let state = memory.scratch(2, as: Float.self)
            let cellState = memory.scratch(3, as: Float.self)
            let sums = memory.scratch(0, as: Float.self)
            let recurrentSums = memory.scratch(1, as: Float.self)
            memory.output(0, as: Float.self).update(repeating: 0, count: results[0].count)
            for direction in 0..<layout.directions {
                let weights = memory.input(1, as: Float.self) + direction * rows * layout.inputSize
                let recurrent = memory.input(2, as: Float.self) + direction * rows * hidden
                let bias: UnsafeMutablePointer<Float>? =
                    layout.hasBias ? memory.input(3, as: Float.self) + direction * 2 * rows : nil
                let peepholes: UnsafeMutablePointer<Float>? =
                    hasPeepholes ? memory.input(7, as: Float.self) + direction * 3 * hidden : nil
                for sample in 0..<layout.batch {
                    let place = layout.state(direction, sample)
                    for unit in 0..<hidden {
                        state[unit] = hasHidden ? memory.input(5, as: Float.self)[place + unit] : 0
                        cellState[unit] = hasCell ? memory.input(6, as: Float.self)[place + unit] : 0
                    }
                    let given = layout.hasLengths ? Int(memory.input(4, as: Int32.self)[sample]) : layout.steps
                    let length = min(max(given, 0), layout.steps)
                    for time in 0..<length {
                        let step = layout.isReversed[direction] ? length - 1 - time : time
                        let input = memory.input(0, as: Float.self) + layout.input(step, sample)
                        for row in 0..<rows {
                            sums[row] =
                                DotProduct.of(input, weights + row * layout.inputSize, count: layout.inputSize)
                                + (bias?[row] ?? 0)
                            recurrentSums[row] =
                                DotProduct.of(state, recurrent + row * hidden, count: hidden) + (bias?[rows + row] ?? 0)
                        }
                        cell.update(
                            Gates(
                                input: sums, recurrent: recurrentSums, hidden: state, cell: cellState, count: hidden,
                                direction: direction, clip: layout.clip, weights: recurrent,
                                bias: bias.map { UnsafePointer($0 + rows) },
                                peepholes: peepholes.map { UnsafePointer($0) }))
                        (memory.output(0, as: Float.self) + layout.sequence(step, direction, sample)).update(
                            from: state, count: hidden)
                    }
                    (memory.output(1, as: Float.self) + place).update(from: state, count: hidden)
                    if keepsCell { (memory.output(2, as: Float.self) + place).update(from: cellState, count: hidden) }
                }
            }
        }
    }
}
