import CEdgeKernels
import EdgeTensors

/// `LSTM` and `GRU` with constant weights and the activations they have by default.
///
/// The input's share of all gates is one dense layer over all steps; the state's share is packed, too, and adds the input's as its
/// residual, so that a step is one matrix product and one pass over the units.
enum FastRecurrent {
    /// The weights of one direction, packed.
    private struct Direction {
        /// All gates of all steps, biases included where nothing is applied between.
        var input: PackedFloatConvolution
        /// The gates that take the state as it is.
        var gates: PackedFloatConvolution
        /// A GRU's candidate, whose state goes through the reset gate first (or its product does).
        var candidate: PackedFloatConvolution?
    }

    static func lstm(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        guard context.optional(7) == nil, (context.node.int("input_forget") ?? 0) == 0 else { return nil }
        return try lower(context, gates: 4, defaults: ["sigmoid", "tanh", "tanh"])
    }

    static func gru(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        try lower(context, gates: 3, defaults: ["sigmoid", "tanh"])
    }

    private static func lower(
        _ context: LoweringContext, gates: Int, defaults: [String]
    ) throws(ModelError) -> Lowered? {
        guard context.optional(0)?.dtype == .f32 else { return nil }
        let layout = try RecurrentLayout(context, gates: gates)
        if case .strings(let names)? = context.node.attributes["activations"],
            names.map({ $0.lowercased() }) != (0..<layout.directions).flatMap({ _ in defaults })
        {
            return nil
        }
        guard layout.clip == .infinity, layout.steps > 0, layout.batch > 0, layout.inputSize > 0,
            [layout.steps, layout.batch, layout.inputSize, layout.hidden].allSatisfy({ $0 < Int(Int32.max) / 64 }),
            layout.steps.multipliedReportingOverflow(by: layout.batch).partialValue < Int(Int32.max) / 64,
            let directions = try pack(context, layout, gates: gates)
        else { return nil }
        let hidden = layout.hidden
        let rows = gates * hidden
        let isLSTM = gates == 4
        let resetsAfter = context.node.int("linear_before_reset") ?? 0 != 0
        let hasHidden = try layout.hasState(context, 5)
        let hasCell = isLSTM ? try layout.hasState(context, 6) : false
        var results = [try context.result(.f32, layout.sequenceShape), try context.result(.f32, layout.stateShape)]
        if isLSTM { results.append(results[1]) }
        let convolutions = directions.flatMap { [$0.input, $0.gates] + ($0.candidate.map { [$0] } ?? []) }
        let scratch = [
            try context.scratchBytes(layout.steps, layout.batch, rows, width: 4),
            try context.scratchBytes(rows, width: 4),
            hidden * 4, hidden * 4, hidden * 4, convolutions.map(\.scratchByteCount).max() ?? 0,
        ]
        let isa = context.isa
        return Lowered(results, scratch: scratch) { memory throws(ModelError) in
            let inputs = memory.scratch(0, as: Float.self)
            let sums = memory.scratch(1, as: Float.self)
            let state = memory.scratch(2, as: Float.self)
            let cell = memory.scratch(3, as: Float.self)
            let reset = memory.scratch(4, as: Float.self)
            let space = memory.scratch[5]
            memory.output(0, as: Float.self).update(repeating: 0, count: results[0].count)
            for (direction, weights) in directions.enumerated() {
                weights.input.run(memory.input(0), residual: nil, to: inputs, scratch: space)
                for sample in 0..<layout.batch {
                    let place = layout.state(direction, sample)
                    for unit in 0..<hidden {
                        state[unit] = hasHidden ? memory.input(5, as: Float.self)[place + unit] : 0
                        cell[unit] = hasCell ? memory.input(6, as: Float.self)[place + unit] : 0
                    }
                    let given = layout.hasLengths ? Int(memory.input(4, as: Int32.self)[sample]) : layout.steps
                    let length = min(max(given, 0), layout.steps)
                    for time in 0..<length {
                        let step = layout.isReversed[direction] ? length - 1 - time : time
                        let own = inputs + layout.input(step, sample) / layout.inputSize * rows
                        if let candidate = weights.candidate {
                            weights.gates.run(state, residual: own, to: sums, scratch: space)
                            let candidateSums = sums + 2 * hidden
                            if resetsAfter {
                                candidate.run(state, residual: nil, to: reset, scratch: space)
                                edge_gru_reset_f32(isa, hidden, sums, reset, candidateSums)
                                edge_binary_f32(
                                    isa, EDGE_ADD, 1, hidden, candidateSums, 0, 1, own + 2 * hidden, 0, 1, -.infinity,
                                    .infinity, candidateSums)
                            } else {
                                edge_gru_reset_f32(isa, hidden, sums, state, reset)
                                candidate.run(reset, residual: own + 2 * hidden, to: candidateSums, scratch: space)
                            }
                            edge_gru_update_f32(isa, hidden, sums, candidateSums, state)
                        } else {
                            weights.gates.run(state, residual: own, to: sums, scratch: space)
                            edge_lstm_cell_f32(isa, hidden, sums, cell, state)
                        }
                        (memory.output(0, as: Float.self) + layout.sequence(step, direction, sample)).update(
                            from: state, count: hidden)
                    }
                    (memory.output(1, as: Float.self) + place).update(from: state, count: hidden)
                    if isLSTM { (memory.output(2, as: Float.self) + place).update(from: cell, count: hidden) }
                }
            }
        }
    }

    /// Nil where weights are not constant.
    private static func pack(
        _ context: LoweringContext, _ layout: RecurrentLayout, gates: Int
    ) throws(ModelError) -> [Direction]? {
        guard let weights = try context.operand(1).constant, let recurrent = try context.operand(2).constant else {
            return nil
        }
        let hidden = layout.hidden
        let rows = gates * hidden
        var biases = [Float](repeating: 0, count: layout.directions * 2 * rows)
        if layout.hasBias {
            guard try context.operand(3).isConstant else { return nil }
            biases = try context.floats(3)
        }
        let isa = context.isa
        return try context.wrap {
            try weights.withElements(of: Float.self) { weights in
                try recurrent.withElements(of: Float.self) { recurrent in
                    guard let weights = weights.baseAddress, let recurrent = recurrent.baseAddress else { return nil }
                    var directions: [Direction] = []
                    for direction in 0..<layout.directions {
                        var inputBias = Array(biases[(direction * 2 * rows)..<((direction * 2 + 1) * rows)])
                        let stateBias = Array(biases[((direction * 2 + 1) * rows)..<((direction * 2 + 2) * rows)])
                        // The candidate's own bias stays with its product: a GRU may scale both by the reset gate.
                        let joined = gates == 4 ? rows : 2 * hidden
                        for row in 0..<joined { inputBias[row] += stateBias[row] }
                        let states = recurrent + direction * rows * hidden
                        var packed = [
                            PackedFloatConvolution(
                                isa: isa,
                                shape: edge_dense_shape(
                                    Int32(layout.steps * layout.batch), Int32(layout.inputSize), Int32(rows)),
                                weights: weights + direction * rows * layout.inputSize, bias: inputBias,
                                low: -.infinity, high: .infinity),
                            PackedFloatConvolution(
                                isa: isa, shape: edge_dense_shape(1, Int32(hidden), Int32(joined)), weights: states,
                                bias: nil, low: -.infinity, high: .infinity),
                        ]
                        if gates == 3 {
                            packed.append(
                                PackedFloatConvolution(
                                    isa: isa, shape: edge_dense_shape(1, Int32(hidden), Int32(hidden)),
                                    weights: states + joined * hidden, bias: Array(stateBias[joined...]),
                                    low: -.infinity, high: .infinity))
                        }
                        let ready = packed.compactMap { $0 }
                        guard ready.count == packed.count else { return nil }
                        directions.append(
                            Direction(
                                input: ready[0], gates: ready[1], candidate: ready.count == 3 ? ready[2] : nil))
                    }
                    return directions
                }
            }
        }
    }
}
