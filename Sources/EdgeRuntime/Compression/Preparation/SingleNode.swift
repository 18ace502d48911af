import EdgeModels
import EdgeTensors

/// One node of a graph as a model of its own.
struct SingleNode {
    /// The values that must be given to run it, in order.
    let inputs: [ValueID]
    private let session: Session

    /// - Parameter constants: Values to use in place of the graph's own constants.
    init(_ node: Node, in graph: Graph, constants: [ValueID: Tensor] = [:]) throws {
        var single = Graph()
        var known: [ValueID: ValueID] = [:]
        var inputs: [ValueID] = []
        func own(_ id: ValueID) -> ValueID {
            if let existing = known[id] { return existing }
            let copy: ValueID
            if let constant = constants[id] {
                copy = single.addConstant(name: graph[id].name, constant)
            } else if let constant = graph.constants[id] {
                copy = single.addConstant(
                    name: graph[id].name, constant, quantization: graph.type(of: id)?.quantization)
            } else {
                // The samples of a run may be more than the model's file says.
                let type = graph.type(of: id).map {
                    TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization)
                }
                copy = single.addValue(name: graph[id].name, type: type)
                // The state of a recurrent node is kept by the session.
                if graph.variables.contains(id) {
                    single.variables.insert(copy)
                } else {
                    single.inputs.append(copy)
                    inputs.append(id)
                }
            }
            known[id] = copy
            return copy
        }
        var node = node
        for id in graph.captured(by: node) { _ = own(id) }
        node.inputs = node.inputs.map { $0.map(own) }
        node.outputs = node.outputs.map { id in
            let type = graph.type(of: id)
            return single.addValue(
                name: graph[id].name,
                type: type.map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
        }
        single.nodes = [node]
        single.outputs = node.outputs
        self.inputs = inputs
        self.session = try Session(Model(name: node.name, graph: single, origin: ""))
    }

    func run(_ values: [ValueID: Tensor]) throws -> [Tensor] {
        session.resetState()
        let given = inputs.compactMap { values[$0] }
        return try session.run(given)
    }
}
