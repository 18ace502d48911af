import CEdgeKernels
import EdgeModels
import EdgeTensors

/// A recurrent layer of fixed extents with both of its passes.
struct RecurrentLayer {
    enum Cell {
        case lstm, gru(resetsAfter: Bool), plain
    }

    let cell: Cell
    let steps, batch, width, hidden, gates: Int
    /// For each direction, whether it runs backwards in time.
    let reversed: [Bool]
    let hasBias, hasState, hasCell: Bool
    let outputs: Int
    let wants: [Bool]
    let isa: edge_isa
    private let overInput, overState, byInput, byState, byWeights, byRecurrence: TrainingProduct
    private let candidate, byCandidateState, byCandidateWeights: TrainingProduct

    init(_ context: GradientContext) throws {
        let node = context.node
        let data = try context.operand(0).shape
        let recurrent = try context.operand(2).shape
        guard data.count == 3, recurrent.count == 3 else { throw context.refused("its operands need three axes") }
        (steps, batch, width, hidden) = (data[0], data[1], data[2], recurrent[2])
        switch node.op {
        case .lstm: (cell, gates) = (.lstm, 4)
        case .gru: (cell, gates) = (.gru(resetsAfter: (node.int("linear_before_reset") ?? 0) != 0), 3)
        default: (cell, gates) = (.plain, 1)
        }
        switch node.string("direction") ?? "forward" {
        case "forward": reversed = [false]
        case "reverse": reversed = [true]
        default: reversed = [false, true]
        }
        let rows = gates * hidden
        guard hidden > 0, try context.operand(1).shape == [reversed.count, rows, width],
            recurrent == [reversed.count, rows, hidden]
        else { throw context.refused("its weights do not fit its data") }
        hasBias = context.optional(3) != nil
        if hasBias, try context.operand(3).count != reversed.count * 2 * rows {
            throw context.refused("its bias does not fit")
        }
        hasState = context.optional(5) != nil
        hasCell = gates == 4 && context.optional(6) != nil
        for position in [5, 6] where context.optional(position) != nil {
            guard try context.operand(position).count == reversed.count * batch * hidden else {
                throw context.refused("its input \(position) does not fit")
            }
        }
        outputs = node.outputs.count
        wants = (0..<7).map(context.wants)
        let isa = context.isa
        self.isa = isa
        let all = steps * batch
        func product(_ m: Int, _ n: Int, _ k: Int, _ ta: Bool, _ tb: Bool) -> TrainingProduct {
            TrainingProduct(
                rows: m, columns: n, depth: k, aTransposed: ta, bTransposed: tb, isa: isa, backend: context.backend)
        }
        overInput = product(all, rows, width, false, true)
        byInput = product(all, width, rows, false, false)
        byWeights = product(rows, width, all, true, false)
        // A GRU's candidate sees the state through its reset gate; its rows of the recurrent weights are multiplied apart.
        let own = gates == 3 ? 2 * hidden : rows
        var state = product(batch, own, hidden, false, true)
        state.cStride = rows
        overState = state
        var back = product(batch, hidden, own, false, false)
        back.aStride = rows
        byState = back
        var weights = product(own, hidden, all, true, false)
        weights.aStride = rows
        byRecurrence = weights
        candidate = product(batch, hidden, hidden, false, true)
        byCandidateState = product(batch, hidden, hidden, false, false)
        byCandidateWeights = product(hidden, hidden, all, true, false)
    }

    var stateCount: Int { batch * hidden }
    private var rows: Int { gates * hidden }
    private var gateCount: Int { steps * batch * rows }

    /// Gates, states, and cell states (LSTM) or what the candidate sees of the state and the state under the reset gate (GRU).
    var saved: [Int] {
        let directions = reversed.count * 4
        let slots = (steps + 1) * stateCount
        return [directions * gateCount, directions * slots, directions * (gates == 1 ? 0 : slots), directions * slots]
    }

    var productScratch: Int {
        [
            overInput, overState, byInput, byState, byWeights, byRecurrence, candidate, byCandidateState,
            byCandidateWeights,
        ]
        .map(\.scratchByteCount).max() ?? 0
    }

    /// A product, the gradients of state and cell state and of the state before, of all gates, of all that candidates see.
    var backwardScratch: [Int] {
        [productScratch, stateCount * 4, stateCount * 4, stateCount * 4, gateCount * 4, steps * stateCount * 4]
    }

    func forward(_ memory: StepAddresses) {
        for direction in reversed.indices {
            let weights = memory.input(1) + direction * rows * width
            let recurrence = memory.input(2) + direction * rows * hidden
            let gateBlock = memory.saved(0) + direction * gateCount
            let states = memory.saved(1) + direction * (steps + 1) * stateCount
            let extras = memory.saved(2) + direction * (steps + 1) * stateCount
            let resets = memory.saved(3) + direction * (steps + 1) * stateCount
            let isReversed = reversed[direction]
            let bias = hasBias ? memory.input(3) + direction * 2 * rows : nil
            overInput(memory.input(0), weights, adds: false, to: gateBlock, scratch: memory.scratch[0])
            if let bias {
                edge_add_row_f32(isa, steps * batch, rows, bias, gateBlock)
                let shared = gates == 3 ? 2 * hidden : rows
                for row in 0..<steps * batch {
                    edge_accumulate_f32(isa, shared, bias + rows, gateBlock + row * rows)
                }
            }
            let first = isReversed ? steps : 0
            load(hasState ? memory.input(5) + direction * stateCount : nil, to: states + first * stateCount)
            if gates == 4 {
                load(hasCell ? memory.input(6) + direction * stateCount : nil, to: extras + first * stateCount)
            }
            for index in 0..<steps {
                let time = isReversed ? steps - 1 - index : index
                let before = isReversed ? time + 1 : time
                let after = isReversed ? time : time + 1
                let gate = gateBlock + time * batch * rows
                let (old, new) = (states + before * stateCount, states + after * stateCount)
                overState(old, recurrence, adds: true, to: gate, scratch: memory.scratch[0])
                switch cell {
                case .lstm:
                    edge_lstm_forward_f32(
                        isa, batch, hidden, gate, extras + before * stateCount, extras + after * stateCount, new)
                case .gru(let resetsAfter):
                    gru(
                        resetsAfter, gate, old, new, seen: extras + time * stateCount,
                        reset: resets + time * stateCount,
                        recurrence: recurrence + 2 * hidden * hidden, bias: bias.map { $0 + rows + 2 * hidden },
                        scratch: memory.scratch[0])
                case .plain:
                    edge_unary_f32(isa, EDGE_TANH, stateCount, 0, 0, gate, gate)
                    new.update(from: gate, count: stateCount)
                }
                (memory.output(0) + (time * reversed.count + direction) * stateCount).update(
                    from: new, count: stateCount)
            }
            let last = isReversed ? 0 : steps
            if outputs > 1 {
                (memory.output(1) + direction * stateCount).update(from: states + last * stateCount, count: stateCount)
            }
            if outputs > 2, gates == 4 {
                (memory.output(2) + direction * stateCount).update(from: extras + last * stateCount, count: stateCount)
            }
        }
    }

    private func load(_ source: UnsafeMutablePointer<Float>?, to target: UnsafeMutablePointer<Float>) {
        if let source {
            target.update(from: source, count: stateCount)
        } else {
            target.update(repeating: 0, count: stateCount)
        }
    }

    /// One step of a GRU. `seen`: the candidate's sum over the state; `reset`: the state under the reset gate, where that comes first.
    private func gru(
        _ resetsAfter: Bool, _ gate: UnsafeMutablePointer<Float>, _ old: UnsafeMutablePointer<Float>,
        _ new: UnsafeMutablePointer<Float>, seen: UnsafeMutablePointer<Float>, reset: UnsafeMutablePointer<Float>,
        recurrence: UnsafePointer<Float>, bias: UnsafePointer<Float>?, scratch: UnsafeMutableRawPointer
    ) {
        if resetsAfter {
            candidate(old, recurrence, adds: false, to: seen, scratch: scratch)
            if let bias { edge_add_row_f32(isa, batch, hidden, bias, seen) }
            edge_gru_cell_f32(isa, batch, hidden, gate, seen, old, new)
            return
        }
        for sample in 0..<batch {
            let update = gate + sample * rows
            edge_unary_f32(isa, EDGE_SIGMOID, 2 * hidden, 0, 0, update, update)
            edge_dropout_gradient_f32(
                isa, hidden, update + hidden, old + sample * hidden, false, reset + sample * hidden)
        }
        candidate(reset, recurrence, adds: false, to: seen, scratch: scratch)
        if let bias { edge_add_row_f32(isa, batch, hidden, bias, seen) }
        for sample in 0..<batch {
            let update = gate + sample * rows
            let proposal = update + 2 * hidden
            edge_accumulate_f32(isa, hidden, seen + sample * hidden, proposal)
            edge_unary_f32(isa, EDGE_TANH, hidden, 0, 0, proposal, proposal)
            for unit in 0..<hidden {
                new[sample * hidden + unit] =
                    (1 - update[unit]) * proposal[unit] + update[unit] * old[sample * hidden + unit]
            }
        }
    }

    func backward(_ memory: StepAddresses) {
        let (gstate, gcell, gbefore) = (memory.scratch(1), memory.scratch(2), memory.scratch(3))
        let (ggates, gseen) = (memory.scratch(4), memory.scratch(5))
        for direction in reversed.indices {
            let recurrence = memory.input(2) + direction * rows * hidden
            let candidateWeights = recurrence + 2 * hidden * hidden
            let gateBlock = memory.saved(0) + direction * gateCount
            let states = memory.saved(1) + direction * (steps + 1) * stateCount
            let extras = memory.saved(2) + direction * (steps + 1) * stateCount
            let resets = memory.saved(3) + direction * (steps + 1) * stateCount
            let isReversed = reversed[direction]
            load(outputs > 1 ? memory.gradient(1) + direction * stateCount : nil, to: gstate)
            load(outputs > 2 && gates == 4 ? memory.gradient(2) + direction * stateCount : nil, to: gcell)
            for index in (0..<steps).reversed() {
                let time = isReversed ? steps - 1 - index : index
                let before = isReversed ? time + 1 : time
                let after = isReversed ? time : time + 1
                let gate = gateBlock + time * batch * rows
                let ggate = ggates + time * batch * rows
                edge_accumulate_f32(
                    isa, stateCount, memory.gradient(0) + (time * reversed.count + direction) * stateCount, gstate)
                switch cell {
                case .lstm:
                    edge_lstm_cell_gradient_f32(
                        isa, batch, hidden, gate, extras + before * stateCount, extras + after * stateCount, gstate,
                        gcell,
                        ggate)
                    byState(ggate, recurrence, adds: false, to: gstate, scratch: memory.scratch[0])
                case .gru(let resetsAfter):
                    let seen = gseen + time * stateCount
                    if resetsAfter {
                        edge_gru_cell_gradient_f32(
                            isa, batch, hidden, gate, extras + time * stateCount, states + before * stateCount, gstate,
                            gbefore, ggate, seen)
                        byCandidateState(seen, candidateWeights, adds: true, to: gbefore, scratch: memory.scratch[0])
                    } else {
                        resetFirst(
                            gate, ggate, states + before * stateCount, gstate: gstate, gbefore: gbefore, seen: seen,
                            reset: gcell, weights: candidateWeights, scratch: memory.scratch[0])
                    }
                    byState(ggate, recurrence, adds: true, to: gbefore, scratch: memory.scratch[0])
                    gstate.update(from: gbefore, count: stateCount)
                case .plain:
                    for unit in 0..<stateCount { ggate[unit] = gstate[unit] * (1 - gate[unit] * gate[unit]) }
                    byState(ggate, recurrence, adds: false, to: gstate, scratch: memory.scratch[0])
                }
            }
            if wants[5] {
                edge_accumulate_f32(isa, stateCount, gstate, memory.inputGradient(5) + direction * stateCount)
            }
            if wants[6], gates == 4 {
                edge_accumulate_f32(isa, stateCount, gcell, memory.inputGradient(6) + direction * stateCount)
            }
            let earlier = states + (isReversed ? stateCount : 0)
            weightGradients(memory, direction, earlier: earlier, resets: resets)
        }
    }

    /// A step of a GRU that resets before the product: `seen` gets the gradient of the candidate's sum.
    private func resetFirst(
        _ gate: UnsafePointer<Float>, _ ggate: UnsafeMutablePointer<Float>, _ old: UnsafePointer<Float>,
        gstate: UnsafePointer<Float>, gbefore: UnsafeMutablePointer<Float>, seen: UnsafeMutablePointer<Float>,
        reset: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, scratch: UnsafeMutableRawPointer
    ) {
        for sample in 0..<batch {
            let (z, h) = (gate + sample * rows, gate + sample * rows + 2 * hidden)
            let row = ggate + sample * rows
            for unit in 0..<hidden {
                let place = sample * hidden + unit
                let byCandidate = gstate[place] * (1 - z[unit]) * (1 - h[unit] * h[unit])
                row[unit] = gstate[place] * (old[place] - h[unit]) * z[unit] * (1 - z[unit])
                row[2 * hidden + unit] = byCandidate
                seen[place] = byCandidate
                gbefore[place] = gstate[place] * z[unit]
            }
        }
        byCandidateState(seen, weights, adds: false, to: reset, scratch: scratch)
        for sample in 0..<batch {
            let r = gate + sample * rows + hidden
            let row = ggate + sample * rows + hidden
            for unit in 0..<hidden {
                let place = sample * hidden + unit
                row[unit] = reset[place] * old[place] * r[unit] * (1 - r[unit])
                gbefore[place] += reset[place] * r[unit]
            }
        }
    }

    /// The products behind the loop over time.
    private func weightGradients(
        _ memory: StepAddresses, _ direction: Int, earlier: UnsafePointer<Float>, resets: UnsafePointer<Float>
    ) {
        let (ggates, gseen) = (memory.scratch(4), memory.scratch(5))
        if wants[0] {
            byInput(
                ggates, memory.input(1) + direction * rows * width, adds: true, to: memory.inputGradient(0),
                scratch: memory.scratch[0])
        }
        if wants[1] {
            byWeights(
                ggates, memory.input(0), adds: true, to: memory.inputGradient(1) + direction * rows * width,
                scratch: memory.scratch[0])
        }
        if wants[2] {
            let target = memory.inputGradient(2) + direction * rows * hidden
            byRecurrence(ggates, earlier, adds: true, to: target, scratch: memory.scratch[0])
            if case .gru(let resetsAfter) = cell {
                byCandidateWeights(
                    gseen, resetsAfter ? earlier : resets, adds: true, to: target + 2 * hidden * hidden,
                    scratch: memory.scratch[0])
            }
        }
        if wants[3] {
            let target = memory.inputGradient(3) + direction * 2 * rows
            edge_sum_rows_f32(isa, steps * batch, rows, 1, ggates, true, target)
            edge_sum_rows_f32(isa, steps * batch, rows, 1, ggates, true, target + rows)
            guard case .gru = cell else { return }
            // The candidate's second bias stands on the other side of the reset gate.
            let second = target + rows + 2 * hidden
            for row in 0..<steps * batch {
                for unit in 0..<hidden {
                    second[unit] += gseen[row * hidden + unit] - ggates[row * rows + 2 * hidden + unit]
                }
            }
        }
    }
}
