import EdgeModels
import EdgeTensors

/// TFLite's `UNIDIRECTIONAL_SEQUENCE_LSTM` as ONNX's `LSTM`, and the states of a session, which begin each batch anew.
enum SequenceLSTMComposition {
    static func objection(to node: Node) -> String? {
        if node.input(1) == nil { return "coupled gates have no gradient yet" }
        if node.input(16) != nil { return "projections have no gradient yet" }
        if node.input(22) != nil { return "normalised gates have no gradient yet" }
        if let activation = node.int("activation"), activation != 4 { return "its activation has no gradient yet" }
        return nil
    }

    static func expand(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        if let objection = objection(to: node) { throw builder.refused(objection) }
        let shape = try builder.shape(0)
        guard let data = node.input(0), shape.count == 3 else {
            throw builder.refused("data of shape \(shape) is no sequence")
        }
        let cells = try builder.shape(4).first ?? 0
        let front = try builder.integers([0])
        /// The parts of TFLite's gates (input, forget, cell, output) in ONNX's order (input, output, forget, cell).
        func joined(_ first: Int, _ order: [Int], _ builder: inout CompositionBuilder) throws -> ValueID {
            let parts = order.map { node.input(first + $0) }
            guard parts.allSatisfy({ $0 != nil }) else { throw builder.refused("the weights of a gate are missing") }
            return builder.add(.unsqueeze, [builder.add(.concat, parts, ["axis": .int(0)]), front])
        }
        let order = [0, 3, 1, 2]
        let none = builder.constant(try Tensor(zeros: [1, 4 * cells]))
        let bias = builder.add(.concat, [try joined(12, order, &builder), none], ["axis": .int(1)])
        var inputs: [ValueID?] = [nil, try joined(1, order, &builder), try joined(5, order, &builder), bias]
        // Peepholes: input, forget, output there; input, output, forget here.
        if node.input(11) != nil { inputs += [nil, nil, nil, try joined(9, [0, 2, 1], &builder)] }
        let isTimeMajor = (node.int("time_major") ?? 0) != 0
        inputs[0] = isTimeMajor ? data : builder.transposed(data, [1, 0, 2])
        var attributes: [String: Attribute] = ["hidden_size": .int(cells)]
        if let clip = node.float("cell_clip"), clip > 0 { attributes["cell_clip"] = .float(clip) }
        let sequence = builder.add(.lstm, inputs, attributes)
        let squeezed = [sequence, try builder.integers([1])]
        if isTimeMajor { return builder.finish(.squeeze, squeezed) }
        builder.finish(.transpose, [builder.add(.squeeze, squeezed)], ["perm": .ints([1, 0, 2])])
    }

    static func expandRead(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        if case .tensor(let tensor)? = node.attributes["initial"] {
            return builder.finish(.identity, [builder.constant(tensor)])
        }
        guard let output = node.outputs.first, let type = builder.graph.type(of: output) else {
            throw builder.refused("the shape of its state is not known")
        }
        let zeros = try Tensor(zeros: try builder.shape(of: output), dtype: type.dtype)
        builder.finish(.identity, [builder.constant(zeros)])
    }
}
