import EdgeModels
import EdgeTensors

/// A model's graph as training plans see it: shapes known, operators that have rules, channels last.
struct TrainingGraph {
    var graph: Graph

    /// - Parameters:
    ///   - shapes: of the inputs.
    ///   - parameters: constants that change; what the layout pass makes of them is computed from them in the plan.
    ///   - wantsInputGradients: whether gradients go back to the inputs.
    init(_ original: Graph, shapes: [[Int]], parameters: Set<ValueID>, wantsInputGradients: Bool) throws {
        var graph = try Self.withBatch(original, shapes: shapes).inferringShapes(for: shapes)
        graph = try Composition.expand(
            graph, shapes: shapes, active: wantsInputGradients ? parameters.union(graph.inputs) : parameters)
        guard graph.nodes.contains(where: { $0.op.hasLayout && $0.layout == .channelsFirst }) else {
            self.graph = graph
            return
        }
        let (moved, turned) = try channelsLastWithOrigins(graph)
        graph = moved
        var first: [Node] = []
        for (id, origin) in turned.sorted(by: { $0.key < $1.key }) {
            guard parameters.contains(origin.source), graph.constants[id] != nil else { continue }
            graph.constants[id] = nil
            first += try Self.nodes(turning: origin, into: id, &graph)
        }
        graph.nodes = first + graph.nodes
        for origin in turned.values where graph.constants[origin.source] == nil {
            graph.constants[origin.source] = original.constants[origin.source]
        }
        self.graph = graph
    }

    /// A reshape, and a transposition where it moves anything.
    private static func nodes(turning origin: TurnedConstant, into id: ValueID, _ graph: inout Graph) throws -> [Node] {
        let name = graph[id].name
        let shape = origin.order.map { origin.shape[$0] }
        let wide = origin.order.filter { origin.shape[$0] != 1 }
        func target(_ shape: [Int]) throws -> ValueID {
            graph.addConstant(name: graph.uniqueValueName("\(name)/shape"), try Tensor.int64s(shape))
        }
        if wide == wide.sorted() {
            return [
                Node(
                    name: graph.uniqueNodeName("\(name)/reshape"), op: .reshape,
                    inputs: [origin.source, try target(shape)], outputs: [id])
            ]
        }
        let type = TensorType(dtype: .f32, shape: origin.shape.map(Dimension.fixed))
        let widened = graph.addValue(name: graph.uniqueValueName("\(name)/wide"), type: type)
        return [
            Node(
                name: graph.uniqueNodeName("\(name)/reshape"), op: .reshape,
                inputs: [origin.source, try target(origin.shape)], outputs: [widened]),
            Node(
                name: graph.uniqueNodeName("\(name)/transpose"), op: .transpose, inputs: [widened], outputs: [id],
                attributes: ["perm": .ints(origin.order)]),
        ]
    }

    /// A graph written for one batch size, made ready for another.
    private static func withBatch(_ graph: Graph, shapes: [[Int]]) throws -> Graph {
        for (id, shape) in zip(graph.inputs, shapes) {
            guard case .fixed(let extent)?? = graph.type(of: id)?.shape?.first, let given = shape.first, extent != given
            else { continue }
            return try BatchOpening.open(graph, batch: extent)
        }
        return graph
    }
}
