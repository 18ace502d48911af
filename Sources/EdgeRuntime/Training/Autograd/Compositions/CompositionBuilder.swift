import EdgeModels
import EdgeTensors

/// Makes the nodes that stand for others.
struct CompositionBuilder: NodeReading {
    private(set) var graph: Graph
    /// What was made so far, in order.
    private(set) var made: [Node] = []
    /// The node that is being replaced.
    var node: Node
    private var count = 0

    init(_ graph: Graph, _ node: Node) { (self.graph, self.node) = (graph, node) }

    /// The graph with the nodes that were made.
    func finished() -> Graph {
        var result = graph
        result.nodes = made
        result.removeDeadNodes()
        return result
    }

    // MARK: Operands

    /// The extents of an input of the node.
    func shape(_ position: Int) throws(TrainingError) -> [Int] {
        guard let id = node.input(position) else { throw refused("input \(position) is missing") }
        return try shape(of: id)
    }

    func shape(of id: ValueID) throws(TrainingError) -> [Int] {
        guard let shape = graph.type(of: id)?.fixedShape else {
            throw refused("the shape of `\(graph[id].name)` is known only when the model runs")
        }
        return shape
    }

    /// The integers of a constant input, nil where it is absent.
    func integers(_ position: Int) throws(TrainingError) -> [Int]? {
        guard let id = node.input(position) else { return nil }
        guard let values = graph.constants[id]?.integerValues() else {
            throw refused("its input \(position) must be known before the run")
        }
        return values
    }

    // MARK: Constants

    mutating func constant(_ tensor: Tensor) -> ValueID {
        count += 1
        return graph.addConstant(name: "\(node.name)/constant\(count)", tensor)
    }

    mutating func integers(_ values: [Int]) throws -> ValueID { constant(try Tensor.int64s(values)) }

    mutating func index(_ value: Int) throws -> ValueID { constant(try Tensor(scalar: Int64(value))) }

    mutating func number(_ value: Float) throws -> ValueID { constant(try Tensor(scalar: value)) }

    mutating func floats(_ values: [Float], _ shape: [Int]) throws -> ValueID {
        constant(try Tensor(values, shape: shape))
    }

    // MARK: Nodes

    /// Takes a node over as it is.
    mutating func keep(_ node: Node) { made.append(node) }

    /// Appends a node with results of its own.
    mutating func add(
        _ op: Operator, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:], results: Int
    ) -> [ValueID] {
        count += 1
        let outputs = (0..<results).map { graph.addValue(name: "\(node.name)/\(count).\($0)") }
        made.append(
            Node(
                name: "\(node.name)/\(count)", op: op, inputs: inputs, outputs: outputs, attributes: attributes))
        return outputs
    }

    /// Appends a node with one result of its own.
    mutating func add(_ op: Operator, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]) -> ValueID {
        add(op, inputs, attributes, results: 1)[0]
    }

    /// Appends a node that makes a result of the replaced one, where that has it.
    mutating func finish(
        _ op: Operator, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:], output: Int = 0
    ) {
        guard node.outputs.indices.contains(output) else { return }
        count += 1
        made.append(
            Node(
                name: "\(node.name)/\(count)", op: op, inputs: inputs, outputs: [node.outputs[output]],
                attributes: attributes))
    }

    mutating func reshaped(_ id: ValueID, _ shape: [Int]) throws -> ValueID {
        add(.reshape, [id, try integers(shape)])
    }

    mutating func transposed(_ id: ValueID, _ order: [Int]) -> ValueID {
        add(.transpose, [id], ["perm": .ints(order)])
    }

    /// Elements `range` along an axis, each `step`-th of them.
    mutating func sliced(_ id: ValueID, axis: Int, _ range: Range<Int>, step: Int = 1) throws -> ValueID {
        add(
            .slice,
            [
                id, try integers([range.lowerBound]), try integers([range.upperBound]), try integers([axis]),
                try integers([step]),
            ])
    }

    /// One element along an axis, which goes.
    mutating func element(_ id: ValueID, axis: Int, _ position: Int) throws -> ValueID {
        add(.gather, [id, try index(position)], ["axis": .int(axis)])
    }

    /// Makes the node's first result a reshaped value.
    mutating func finish(reshaping id: ValueID, to shape: [Int], output: Int = 0) throws {
        finish(.reshape, [id, try integers(shape)], output: output)
    }

    /// A copy of a value of another graph, without what is said of its shape.
    mutating func value(like name: String) -> ValueID {
        count += 1
        return graph.addValue(name: "\(node.name)/\(name).\(count)")
    }

    /// A value of the graph by its name.
    func value(named name: String) -> ValueID? { graph.values.firstIndex { $0.name == name }.map { ValueID($0) } }
}
