import CEdgeKernels
import EdgeModels
import EdgeTensors

/// `LSTM`, `GRU` and `RNN` through time, in one or both directions.
///
/// The products with the inputs of all steps are one large product before the loop over time; behind the backward loop the gradients by both
/// weights are one each. States lie in `steps + 1` slots, so that the states before and after each step are neighbours in either direction.
enum RecurrentRule {
    /// What speaks against a gradient of the node whatever its shapes.
    static func objection(to node: Node) -> String? {
        if node.input(4) != nil { return "sequences of different lengths have no gradient yet" }
        if node.op == .lstm, node.input(7) != nil { return "peepholes have no gradient yet" }
        if node.float("clip") != nil || node.float("cell_clip") != nil {
            return "clipped gates and cells have no gradient yet"
        }
        if (node.int("input_forget") ?? 0) != 0 { return "coupled gates have no gradient yet" }
        if (node.int("layout") ?? 0) != 0 { return "batch-first sequences have no gradient yet" }
        if case .strings(let names)? = node.attributes["activations"] {
            let standard =
                node.op == .lstm ? ["sigmoid", "tanh", "tanh"] : node.op == .gru ? ["sigmoid", "tanh"] : ["tanh"]
            for (position, name) in names.enumerated() where name.lowercased() != standard[position % standard.count] {
                return "the activation `\(name)` has no gradient yet"
            }
        }
        return nil
    }

    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        if let objection = objection(to: context.node) { throw context.refused(objection) }
        let layer = try RecurrentLayer(context)
        var result = Differentiated()
        result.saved = layer.saved
        result.forwardScratch = [layer.productScratch, layer.stateCount * 4]
        result.backwardScratch = layer.backwardScratch
        result.readsInputs = [0, 1, 2, 3, 5, 6].filter { context.optional($0) != nil }
        result.writing = .addsOnly
        result.forward = { memory, _ throws(ModelError) in layer.forward(memory) }
        result.backward = { memory in layer.backward(memory) }
        return result
    }
}
