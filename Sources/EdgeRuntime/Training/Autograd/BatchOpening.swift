import EdgeModels
import EdgeTensors

/// Makes a graph that was written for one batch size ready for any.
///
/// Besides the inputs' first extents: reshapes to constant shapes; with one sample at a time also reshapes that stand for a transposition
/// of the batch, and constants that are as long as the batch (first states of a recurrence, a token put before each sequence).
struct BatchOpening {
    private var graph: Graph
    private let batch: Int
    private var made: [Node] = []
    /// Values that grow with the batch.
    private var scaled: Set<ValueID> = []
    private var source: ValueID?

    /// - Parameter batch: the size that the graph was written for.
    /// - Returns: the graph with symbolic first extents, what follows from them not yet inferred.
    static func open(_ graph: Graph, batch: Int) throws -> Graph {
        var opening = BatchOpening(graph: graph, batch: batch)
        return try opening.opened()
    }

    private init(graph: Graph, batch: Int) { (self.graph, self.batch) = (graph, batch) }

    private mutating func opened() throws -> Graph {
        for id in graph.inputs {
            guard let shape = graph.type(of: id)?.shape else { continue }
            scaled.insert(id)
            guard shape.first?.fixedValue == batch else { continue }
            graph[id].type?.shape = [.symbol("batch")] + shape.dropFirst()
            source = source ?? id
        }
        for node in graph.nodes {
            let carries = node.inputs.contains { $0.map(scaled.contains) ?? false }
            made.append(carries ? try adapted(node) : node)
            if carries { scaled.formUnion(node.outputs) }
        }
        graph.nodes = made
        for node in graph.nodes { for id in node.outputs { graph[id].type?.shape = nil } }
        return graph
    }

    private mutating func adapted(_ node: Node) throws -> Node {
        switch node.op {
        case .reshape: return try reshape(node)
        case .lstm, .gru, .rnn:
            var result = node
            let axis = (node.int("layout") ?? 0) == 0 ? 1 : 0
            for position in [5, 6] { result = try widened(result, position, axis: axis) }
            return result
        case .scan:
            var result = node
            let carried = node.inputs.count - (node.int("num_scan_inputs") ?? 0)
            for position in node.inputs.indices.prefix(max(carried, 0)) {
                result = try widened(result, position, axis: 0)
            }
            if let body = node.graph("body") {
                result.attributes["body"] = .graph(opened(body, carried: max(carried, 0)))
            }
            return result
        case .concat:
            guard let first = node.input(0), let rank = graph.type(of: first)?.shape?.count else { return node }
            let axis = node.int("axis") ?? 0
            guard (axis < 0 ? axis + rank : axis) != 0 else { return node }
            var result = node
            for position in node.inputs.indices { result = try widened(result, position, axis: 0) }
            return result
        default: return node
        }
    }

    /// A body whose states have as many rows as there are samples.
    private func opened(_ given: Graph, carried: Int) -> Graph {
        var body = given
        for id in body.inputs.prefix(carried) {
            guard let shape = body.type(of: id)?.shape, shape.count > 1, shape[0].fixedValue == batch else { continue }
            body[id].type?.shape = [.symbol("batch")] + shape.dropFirst()
        }
        for id in body.nodes.flatMap(\.outputs) { body[id].type?.shape = nil }
        return body
    }

    /// A constant input of one sample, repeated for all of them.
    private mutating func widened(_ node: Node, _ position: Int, axis: Int) throws -> Node {
        guard batch == 1, let id = node.input(position), let tensor = graph.constants[id], let source,
            tensor.rank > max(axis, 1), tensor.shape[axis] == 1
        else { return node }
        func add(_ op: Operator, _ inputs: [ValueID?], _ suffix: String, _ attributes: [String: Attribute] = [:])
            -> ValueID
        {
            let output = graph.addValue(name: graph.uniqueValueName("\(node.name)/\(suffix)"))
            made.append(
                Node(
                    name: graph.uniqueNodeName("\(node.name)/\(suffix)\(position)"), op: op, inputs: inputs,
                    outputs: [output], attributes: attributes))
            return output
        }
        func list(_ values: [Int], _ suffix: String) throws -> ValueID {
            graph.addConstant(name: graph.uniqueValueName("\(node.name)/\(suffix)"), try Tensor.int64s(values))
        }
        let whole = add(.shape, [source], "extents")
        let length = add(
            .slice, [whole, try list([0], "first"), try list([1], "last"), try list([0], "axis")], "batch")
        let extents = [
            axis == 0 ? nil : try list(Array(tensor.shape[..<axis]), "before"), length,
            axis + 1 < tensor.rank ? try list(Array(tensor.shape[(axis + 1)...]), "behind") : nil,
        ].compactMap(\.self)
        let shape = extents.count == 1 ? length : add(.concat, extents, "shape", ["axis": .int(0)])
        var result = node
        result.inputs[position] = add(.expand, [id, shape], "repeated")
        return result
    }

    private mutating func reshape(_ node: Node) throws -> Node {
        guard let data = node.input(0), let target = node.input(1),
            var extents = graph.constants[target]?.integerValues(), let first = extents.first
        else { return node }
        let shape = graph.type(of: data)?.shape
        var result = node
        if let order = movedBatch(shape?.map(\.fixedValue), extents) {
            result.op = .transpose
            result.inputs = [data]
            result.attributes = ["perm": .ints(order)]
            return result
        }
        if first == batch {
            // 0 takes the extent of the data, -1 what is left.
            extents[0] = extents.contains(-1) ? 0 : -1
        } else if batch == 1, first > 1, !extents.contains(-1), !extents.contains(0) {
            // Rows of all samples.
            extents[0] = -1
        } else {
            return node
        }
        result.inputs[1] = graph.addConstant(
            name: graph.uniqueValueName("\(node.name).open"), try Tensor.int64s(extents))
        return result
    }

    /// The order of axes where a reshape of one sample moves the batch behind others: `[1, 25, 10]` to `[25, 1, 10]`.
    private func movedBatch(_ shape: [Int?]?, _ target: [Int]) -> [Int]? {
        guard batch == 1, let shape, shape.count == target.count, target.filter({ $0 == 1 }).count == 1,
            let place = target.firstIndex(of: 1), place > 0
        else { return nil }
        // The first extent is the batch's, whether it was opened already or not.
        let rest = shape.dropFirst().map { $0 ?? -1 }
        guard Array(rest[..<place]) == Array(target[..<place]), Array(rest[place...]) == Array(target[(place + 1)...])
        else { return nil }
        var order = Array(1..<shape.count)
        order.insert(0, at: place)
        return order
    }
}
