import EdgeTensors

/// Recurrences, and operators that carry graphs.
extension ShapeInference {
    func inferRecurrence(_ node: Node) throws -> [TensorType?] {
        guard let source = type(node, 0) else { return node.outputs.map { _ in nil } }
        guard let shape = source.shape, let recurrent = self.shape(node, 2) else {
            return node.outputs.map { _ in TensorType(dtype: source.dtype, shape: nil) }
        }
        guard shape.count == 3, recurrent.count == 3 else {
            throw ModelError.shape(node, "data and weights have 3 axes each")
        }
        let directions = node.string("direction") == "bidirectional" ? 2 : 1
        let gates = node.op == .lstm ? 4 : node.op == .gru ? 3 : 1
        let hidden = recurrent[2]
        try agree(recurrent[0], .fixed(directions), node, "directions")
        if let extent = hidden.fixedValue, extent <= Int(Int32.max) {
            try agree(recurrent[1], .fixed(gates * extent), node, "rows of the recurrent weights")
            if let weights = self.shape(node, 1) {
                guard weights.count == 3 else { throw ModelError.shape(node, "the weights have \(weights.count) axes") }
                try agree(weights[0], .fixed(directions), node, "directions")
                try agree(weights[1], .fixed(gates * extent), node, "rows of the weights")
                try agree(weights[2], shape[2], node, "columns of the weights")
            }
            if let bias = self.shape(node, 3) {
                guard bias.count == 2 else { throw ModelError.shape(node, "the bias has \(bias.count) axes") }
                try agree(bias[0], .fixed(directions), node, "directions")
                try agree(bias[1], .fixed(2 * gates * extent), node, "columns of the bias")
            }
            if let declared = node.int("hidden_size"), declared != extent {
                throw ModelError.shape(node, "hidden_size is \(declared), the weights have \(extent)")
            }
        }
        let isBatchFirst = (node.int("layout") ?? 0) != 0
        let state: [Dimension] =
            isBatchFirst ? [shape[0], .fixed(directions), hidden] : [.fixed(directions), shape[1], hidden]
        for position in [5, 6] {
            guard let initial = self.shape(node, position) else { continue }
            guard initial.count == 3 else { throw ModelError.shape(node, "a state has \(initial.count) axes") }
            for axis in 0..<3 { try agree(initial[axis], state[axis], node, "extents of a state") }
        }
        let steps: [Dimension] =
            isBatchFirst
            ? [shape[0], shape[1], .fixed(directions), hidden] : [shape[0], .fixed(directions), shape[1], hidden]
        let whole = TensorType(dtype: source.dtype, shape: steps)
        let last = TensorType(dtype: source.dtype, shape: state)
        return node.outputs.indices.map { $0 == 0 ? whole : last }
    }

    func inferSequenceLSTM(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape, let recurrent = self.shape(node, 6) else {
            return TensorType(dtype: source.dtype, shape: nil)
        }
        guard shape.count == 3, recurrent.count == 2 else {
            throw ModelError.shape(node, "the data has 3 axes, the weights 2")
        }
        // Columns of the recurrent weights: as wide as what is fed back.
        return TensorType(dtype: source.dtype, shape: [shape[0], shape[1], recurrent[1]])
    }

    /// Gives the types of inputs and captured values to the subgraphs and takes the types of their outputs.
    mutating func inferControl(_ node: inout Node) throws -> [TensorType?] {
        switch node.op {
        case .conditional: return try inferBranches(&node)
        case .loop: return try inferLoop(&node)
        default: return try inferScan(&node)
        }
    }

    private func body(_ node: Node, _ name: String) throws -> Graph {
        guard var body = node.graph(name) else { throw ModelError.shape(node, "its graph `\(name)` is missing") }
        var types: [String: TensorType] = [:]
        for value in graph.values { types[value.name] = value.type }
        for (id, outer) in body.captures { if let type = types[outer] { body[id].type = type } }
        return body
    }

    private func inferred(_ body: Graph, of node: Node) throws -> Graph {
        var inference = ShapeInference(body)
        try inference.run()
        return inference.graph
    }

    private func inferBranches(_ node: inout Node) throws -> [TensorType?] {
        let yes = try inferred(body(node, "then_branch"), of: node)
        let no = try inferred(body(node, "else_branch"), of: node)
        guard yes.outputs.count == node.outputs.count, no.outputs.count == node.outputs.count else {
            throw ModelError.shape(node, "its branches do not make \(node.outputs.count) outputs each")
        }
        node.attributes["then_branch"] = .graph(yes)
        node.attributes["else_branch"] = .graph(no)
        return zip(yes.outputs, no.outputs).enumerated().map { position, pair in
            guard let a = yes.type(of: pair.0), let b = no.type(of: pair.1), a.dtype == b.dtype else { return nil }
            if a.shape == b.shape { return TensorType(dtype: a.dtype, shape: a.shape) }
            guard let x = a.shape, let y = b.shape, x.count == y.count else {
                return TensorType(dtype: a.dtype, shape: nil)
            }
            return TensorType(dtype: a.dtype, shape: x.indices.map { x[$0] == y[$0] ? x[$0] : unknown(node, $0) })
        }
    }

    private func inferLoop(_ node: inout Node) throws -> [TensorType?] {
        var body = try body(node, "body")
        let carried = node.inputs.count - 2
        guard body.inputs.count == carried + 2, body.outputs.count == node.outputs.count + 1,
            node.outputs.count >= carried
        else {
            throw ModelError.shape(
                node,
                "its body does not take \(carried) values and give as many and \(node.outputs.count - carried) more")
        }
        body[body.inputs[0]].type = TensorType(dtype: .i64, shape: [])
        body[body.inputs[1]].type = TensorType(dtype: .bool, shape: [])
        for position in 0..<carried {
            // A carried value may change its extents from one round to the next; what the body declares is what holds.
            let id = body.inputs[position + 2]
            if body.type(of: id) == nil {
                body[id].type = type(node, position + 2).map { TensorType(dtype: $0.dtype, shape: nil) }
            }
        }
        body = try inferred(body, of: node)
        node.attributes["body"] = .graph(body)
        return node.outputs.indices.map { position in
            guard let type = body.type(of: body.outputs[position + 1]) else { return nil }
            if position < carried { return TensorType(dtype: type.dtype, shape: type.shape.map { $0.map { $0 } }) }
            return TensorType(dtype: type.dtype, shape: type.shape.map { [unknown(node, 0)] + $0 })
        }
    }

    private func inferScan(_ node: inout Node) throws -> [TensorType?] {
        var body = try body(node, "body")
        guard let scanned = node.int("num_scan_inputs"), scanned > 0, scanned <= node.inputs.count,
            body.inputs.count == node.inputs.count
        else { throw ModelError.shape(node, "its body does not take its \(node.inputs.count) inputs") }
        let states = node.inputs.count - scanned
        guard body.outputs.count == node.outputs.count, node.outputs.count >= states else {
            throw ModelError.shape(node, "its body does not make its \(node.outputs.count) outputs")
        }
        let inputAxes = try scanAxes(node, "scan_input_axes", count: scanned)
        let outputAxes = try scanAxes(node, "scan_output_axes", count: node.outputs.count - states)
        _ = try scanAxes(node, "scan_input_directions", count: scanned)
        _ = try scanAxes(node, "scan_output_directions", count: node.outputs.count - states)
        var length: Dimension?
        for position in node.inputs.indices {
            guard let outer = type(node, position) else { continue }
            let id = body.inputs[position]
            if position < states {
                body[id].type = TensorType(dtype: outer.dtype, shape: outer.shape)
            } else if var shape = outer.shape {
                let axis = try axis(inputAxes[position - states], rank: shape.count, of: node)
                let steps = shape.remove(at: axis)
                if let length { try agree(length, steps, node, "lengths of scanned inputs") }
                if length?.fixedValue == nil { length = steps }
                body[id].type = TensorType(dtype: outer.dtype, shape: shape)
            }
        }
        body = try inferred(body, of: node)
        node.attributes["body"] = .graph(body)
        return try node.outputs.indices.map { position in
            guard let type = body.type(of: body.outputs[position]) else { return nil }
            if position < states { return TensorType(dtype: type.dtype, shape: type.shape) }
            guard var shape = type.shape else { return TensorType(dtype: type.dtype, shape: nil) }
            let axis = try axis(outputAxes[position - states], rank: shape.count + 1, of: node)
            shape.insert(length ?? unknown(node, axis), at: axis)
            return TensorType(dtype: type.dtype, shape: shape)
        }
    }

    private func scanAxes(_ node: Node, _ name: String, count: Int) throws -> [Int] {
        guard let values = node.ints(name) else { return [Int](repeating: 0, count: count) }
        guard values.count == count else {
            throw ModelError.shape(node, "\(name) has \(values.count) entries, not \(count)")
        }
        return values
    }
}
