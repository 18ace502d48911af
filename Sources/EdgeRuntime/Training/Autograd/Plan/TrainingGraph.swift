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
        var graph = try Self.withBatch(Self.withoutUnread(original), shapes: shapes).inferringShapes(for: shapes)
        graph = try Self.withKnownIntegers(graph, shapes: shapes)
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

    /// Results that nothing reads are not made: masks of dropout, statistics of normalisations.
    static func withoutUnread(_ original: Graph) -> Graph {
        var graph = original
        var read = Set(graph.outputs)
        for node in graph.nodes { read.formUnion(graph.capturedValues(of: node).union(node.inputs.compactMap(\.self))) }
        for position in graph.nodes.indices {
            switch graph.nodes[position].op {
            case .dropout, .batchNormalization, .layerNormalization, .rmsNormalization, .maxPool:
                while graph.nodes[position].outputs.count > 1, let last = graph.nodes[position].outputs.last,
                    !read.contains(last)
                { graph.nodes[position].outputs.removeLast() }
            default: break
            }
        }
        return graph
    }

    /// Chains of integers that hang on one another's shapes.
    private static let roundLimit = 16

    /// Computes what shapes hang on: integers that follow from constants and from shapes that are known.
    private static func withKnownIntegers(_ original: Graph, shapes: [[Int]]) throws -> Graph {
        var graph = original
        for _ in 0..<roundLimit {
            let isOpen = graph.nodes.contains { $0.outputs.contains { graph.type(of: $0)?.fixedShape == nil } }
            guard isOpen else { break }
            var left: [Node] = []
            for node in graph.nodes {
                guard let results = try knownIntegers(node, in: graph) else {
                    left.append(node)
                    continue
                }
                for (output, result) in zip(node.outputs, results) {
                    graph.constants[output] = result
                    graph[output].type = TensorType(dtype: result.dtype, shape: result.shape.map(Dimension.fixed))
                }
            }
            guard left.count < graph.nodes.count else { break }
            graph.nodes = left
            graph = try graph.inferringShapes(for: shapes)
        }
        return graph
    }

    /// The results of a node whose inputs are constants, or that asks for a shape; nil where they are floats or not known.
    private static func knownIntegers(_ node: Node, in graph: Graph) throws -> [Tensor]? {
        switch node.op {
        case .scan, .loop, .conditional, .readVariable, .assignVariable: return nil
        default: break
        }
        let results = Set(graph.outputs)
        guard node.outputs.allSatisfy({ graph.type(of: $0)?.dtype.isFloat == false && !results.contains($0) }) else {
            return nil
        }
        var inputs: [NodeKernel.Input?] = []
        for input in node.inputs {
            guard let input else {
                inputs.append(nil)
                continue
            }
            let constant = graph.constants[input]
            guard let type = graph.type(of: input), let shape = type.fixedShape, constant != nil || node.op == .shape
            else { return nil }
            inputs.append(NodeKernel.Input(dtype: type.dtype, shape: shape, constant: constant))
        }
        let kernel = try NodeKernel(node, inputs: inputs, options: ExecutionOptions())
        guard kernel.results != nil || node.op != .shape else { return nil }
        return try kernel.run(inputs.map { $0?.constant }, of: node)
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
