import EdgeModels
import EdgeTensors

/// A model's graph as training plans see it: shapes known, channels last.
struct TrainingGraph {
    var graph: Graph

    /// - Parameters:
    ///   - shapes: of the inputs.
    ///   - parameters: constants that change; what the layout pass makes of them is computed from them in the plan.
    init(_ original: Graph, shapes: [[Int]], parameters: Set<ValueID>) throws {
        var graph = try Self.withBatch(original, shapes: shapes).inferringShapes(for: shapes)
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

    /// A graph written for one batch size, made ready for another: its inputs, and reshapes to constant shapes that begin with the batch.
    private static func withBatch(_ original: Graph, shapes: [[Int]]) throws -> Graph {
        var graph = original
        var written: Int?
        for (id, shape) in zip(graph.inputs, shapes) {
            guard case .fixed(let extent)?? = graph.type(of: id)?.shape?.first, let given = shape.first, extent != given
            else { continue }
            written = extent
            graph[id].type?.shape?[0] = .fixed(given)
        }
        guard let written, let batch = shapes.first?.first else { return graph }
        let isBatched = { (id: ValueID) in original.type(of: id)?.shape?.first == .fixed(written) }
        for position in graph.nodes.indices {
            let node = graph.nodes[position]
            guard node.op == .reshape, let data = node.input(0), isBatched(data), let shape = node.input(1),
                var extents = graph.constants[shape]?.integerValues(), extents.first == written
            else { continue }
            extents[0] = batch
            graph.nodes[position].inputs[1] = graph.addConstant(
                name: graph.uniqueValueName("\(node.name)/shape"), try Tensor.int64s(extents))
        }
        for id in graph.nodes.flatMap(\.outputs) { graph[id].type?.shape = nil }
        return graph
    }
}
