import EdgeTensors

/// Brings convolution, pooling and their like to one layout.
///
/// In one sweep from inputs to outputs: each such node gets a `Transpose` before and behind it, and every transposition found on the
/// way sinks through the nodes that do not care (element by element, concatenation, reductions, padding … with their axes renamed) until
/// it meets its inverse or a node that does care. The values that the model had keep their identity and shape: what a
/// transposition still makes at the border is the value of old.
struct LayoutPass {
    private(set) var graph: Graph
    let target: Layout
    private var made: [Node] = []
    /// The source and order of each value that a transposition makes.
    private var transposed: [ValueID: (source: ValueID, order: [Int])] = [:]
    /// Values that turned out to be others, transposed there and back.
    private var same: [ValueID: ValueID] = [:]
    private var valueNames: Set<String>
    private var nodeNames: Set<String>
    /// Where the elements of constants that were made here come from.
    private(set) var turnedConstants: [ValueID: TurnedConstant] = [:]

    init(_ graph: Graph, to target: Layout) {
        self.graph = graph
        self.target = target
        valueNames = Set(graph.values.map(\.name))
        nodeNames = Set(graph.nodes.map(\.name))
    }

    mutating func run() throws {
        let kept = graph.nodes.reduce(into: Set(graph.outputs)) { $0.formUnion(graph.capturedValues(of: $1)) }
        for node in graph.nodes { try visit(node) }
        for id in kept.sorted() {
            guard let source = same[id] else { continue }
            made.append(
                Node(
                    name: claim(graph[id].name + "/identity", &nodeNames), op: .identity, inputs: [source],
                    outputs: [id]))
        }
        graph.nodes = made
        graph.removeDeadNodes()
        try graph.inferShapes()
    }

    private mutating func visit(_ original: Node) throws {
        var node = original
        node.inputs = node.inputs.map { $0.map { same[$0] ?? $0 } }
        if node.op == .transpose, let input = node.input(0), let output = node.outputs.first, let rank = rank(of: input)
        {
            return try visitTranspose(node, input, output, node.ints("perm") ?? Array((0..<rank).reversed()))
        }
        if try changeLayout(node) { return }
        if try sink(node) { return }
        made.append(node)
    }

    // MARK: Transpositions

    private mutating func visitTranspose(_ node: Node, _ input: ValueID, _ output: ValueID, _ order: [Int]) throws {
        let (source, known) = transposed[input] ?? (input, Array(order.indices))
        guard known.count == order.count, order.sorted() == Array(order.indices) else { return made.append(node) }
        let combined = order.map { known[$0] }
        if combined == Array(combined.indices) { return same[output] = source }
        transposed[output] = (source, combined)
        var renewed = node
        renewed.inputs = [source]
        renewed.attributes["perm"] = .ints(combined)
        made.append(renewed)
    }

    /// A value under an order of axes: a constant is turned, a transposition undone or lengthened.
    private mutating func turned(_ id: ValueID, _ order: [Int], near node: Node) throws -> ValueID {
        if order == Array(order.indices) { return id }
        if let tensor = graph.constants[id] {
            var quantization = graph.type(of: id)?.quantization
            if let axis = quantization?.axis { quantization?.axis = order.firstIndex(of: axis) }
            let turned = graph.addConstant(
                name: claim(graph[id].name, &valueNames), try tensor.permuted(order), quantization: quantization)
            turnedConstants[turned] = TurnedConstant(source: id, shape: tensor.shape, order: order)
            return turned
        }
        let (source, known) = transposed[id] ?? (id, Array(order.indices))
        let combined = order.map { known[$0] }
        if combined == Array(combined.indices) { return source }
        let result = sibling(of: id, order, suffix: "/\(target.rawValue)")
        transposed[result] = (source, combined)
        made.append(
            Node(
                name: claim("\(node.name)/transpose", &nodeNames), op: .transpose, inputs: [source], outputs: [result],
                attributes: ["perm": .ints(combined)]))
        return result
    }

    /// A new value with a value's type, its axes in another order.
    private mutating func sibling(of id: ValueID, _ order: [Int]?, suffix: String) -> ValueID {
        var type = graph.type(of: id)
        if let order, let shape = type?.shape, shape.count == order.count {
            type?.shape = order.map { shape[$0] }
        } else {
            type?.shape = nil
        }
        return graph.addValue(name: claim(graph[id].name + suffix, &valueNames), type: type)
    }

    /// Adds a node that makes its results under another order of axes, and transpositions that make the values of old.
    private mutating func append(_ node: Node, order: [Int]) {
        var inner = node
        let back = inverse(order)
        inner.outputs = node.outputs.map { sibling(of: $0, back, suffix: "/\(target.rawValue)") }
        made.append(inner)
        guard order != Array(order.indices) else {
            for (old, new) in zip(node.outputs, inner.outputs) { same[old] = new }
            return
        }
        for (old, new) in zip(node.outputs, inner.outputs) {
            transposed[old] = (new, order)
            made.append(
                Node(
                    name: claim("\(node.name)/back", &nodeNames), op: .transpose, inputs: [new], outputs: [old],
                    attributes: ["perm": .ints(order)]))
        }
    }

    private func inverse(_ order: [Int]) -> [Int] {
        var result = [Int](repeating: 0, count: order.count)
        for (position, axis) in order.enumerated() { result[axis] = position }
        return result
    }

    private func claim(_ name: String, _ names: inout Set<String>) -> String {
        var candidate = name
        var number = 1
        while !names.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    private func rank(of id: ValueID) -> Int? { graph.type(of: id)?.shape?.count }

    // MARK: Nodes with a layout

    private mutating func changeLayout(_ node: Node) throws -> Bool {
        // Several results, regions and named axes speak of the layout that they were written for.
        guard node.op.hasLayout, node.layout != target, let data = node.input(0), let rank = rank(of: data), rank >= 3,
            node.outputs.count == 1, node.op != .resize || (node.input(1) == nil && node.ints("axes") == nil)
        else {
            return false
        }
        // From the old layout's order to the new one's, and back.
        let last = [0] + Array(2..<rank) + [1]
        let first = [0, rank - 1] + Array(1..<(rank - 1))
        let (there, back) = target == .channelsLast ? (last, first) : (first, last)
        var renewed = node
        if node.op == .resize {
            for position in [2, 3] {
                guard let id = node.input(position), graph.constants[id]?.count == there.count else {
                    if node.input(position) != nil { return false }
                    continue
                }
                renewed.inputs[position] = try rearranged(id) { values in there.map { values[$0] } }
            }
        }
        renewed.inputs[0] = try turned(data, there, near: node)
        renewed.layout = target
        append(renewed, order: back)
        return true
    }

    /// A constant list, one entry an axis, rearranged.
    private mutating func rearranged(_ id: ValueID, _ arrange: ([Int]) -> [Int]) throws -> ValueID {
        guard let tensor = graph.constants[id] else { return id }
        let order = arrange(Array(0..<tensor.count))
        let name = claim(graph[id].name, &valueNames)
        if let values = tensor.integerValues() {
            return graph.addConstant(
                name: name, try Tensor.integers(order.map { values[$0] }, shape: [order.count], dtype: tensor.dtype))
        }
        let values = tensor.realValues() ?? []
        return graph.addConstant(name: name, try Tensor(order.map { values[$0] }, shape: [order.count]))
    }

    // MARK: Sinking

    /// Rewrites a node that reads transposed values to read their sources, its result transposed instead.
    private mutating func sink(_ node: Node) throws -> Bool {
        guard let order = node.inputs.compactMap({ $0.flatMap { transposed[$0]?.order } }).first else {
            return false
        }
        switch node.op {
        case _ where node.op.isBroadcasting, .concat: return try sinkTogether(node, order)
        case _ where node.op.isUnaryElementwise: return sinkAlone(node, order)
        case .quantizeLinear, .dequantizeLinear:
            let axes = (node.inputs.compactMap { $0 } + node.outputs).compactMap {
                graph.type(of: $0)?.quantization?.axis
            }
            return axes.isEmpty && node.inputs.count == 1 ? sinkAlone(node, order) : false
        case .softmax, .logSoftmax: return sinkAlone(node, order, renaming: node.int("axis") ?? -1)
        case .pad: return try sinkPad(node, order)
        case .slice: return try sinkSlice(node, order)
        case .split: return sinkAlone(node, order, renaming: node.int("axis") ?? 0)
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .squeeze: return try sinkReduction(node, order)
        case .reshape, .flatten: return try dropBefore(node, order)
        default: return false
        }
    }

    private mutating func sinkAlone(_ node: Node, _ order: [Int], renaming axis: Int? = nil) -> Bool {
        guard let input = node.input(0), let (source, own) = transposed[input], own == order else { return false }
        var renewed = node
        renewed.inputs[0] = source
        if let axis { renewed.attributes["axis"] = .int(order[axis < 0 ? axis + order.count : axis]) }
        append(renewed, order: order)
        return true
    }

    private mutating func sinkTogether(_ node: Node, _ order: [Int]) throws -> Bool {
        let rank = order.count
        var renewed = node
        let back = inverse(order)
        for (position, input) in node.inputs.enumerated() {
            guard let input else { return false }
            if let (_, own) = transposed[input] {
                guard own == order else { return false }
            } else {
                guard let tensor = graph.constants[input], tensor.rank <= rank,
                    node.op != .concat || tensor.rank == rank,
                    graph.type(of: input)?.quantization?.axis == nil
                else { return false }
            }
            renewed.inputs[position] = input
        }
        for (position, input) in node.inputs.enumerated() {
            guard let input else { continue }
            if let (source, _) = transposed[input] {
                renewed.inputs[position] = source
            } else if let tensor = graph.constants[input], tensor.count > 1 {
                let wide = try tensor.reshaped([Int](repeating: 1, count: rank - tensor.rank) + tensor.shape)
                let turned = graph.addConstant(
                    name: claim(graph[input].name, &valueNames), try wide.permuted(back),
                    quantization: graph.type(of: input)?.quantization)
                turnedConstants[turned] = TurnedConstant(source: input, shape: wide.shape, order: back)
                renewed.inputs[position] = turned
            }
        }
        if node.op == .concat {
            let axis = node.int("axis") ?? 0
            renewed.attributes["axis"] = .int(order[axis < 0 ? axis + rank : axis])
        }
        append(renewed, order: order)
        return true
    }

    private mutating func sinkPad(_ node: Node, _ order: [Int]) throws -> Bool {
        guard node.input(3) == nil, let pads = node.input(1), graph.constants[pads]?.count == order.count * 2 else {
            return false
        }
        let rank = order.count
        let back = inverse(order)
        var renewed = node
        renewed.inputs[1] = try rearranged(pads) { values in
            back.map { values[$0] } + back.map { values[$0 + rank] }
        }
        return sinkAlone(renewed, order)
    }

    private mutating func sinkSlice(_ node: Node, _ order: [Int]) throws -> Bool {
        guard let starts = node.input(1).flatMap({ graph.constants[$0] }) else { return false }
        var axes = Array(0..<starts.count)
        if let id = node.input(3) {
            guard let values = graph.constants[id]?.integerValues() else { return false }
            axes = values
        }
        guard axes.allSatisfy({ $0 >= -order.count && $0 < order.count }) else { return false }
        var renewed = node
        while renewed.inputs.count < 4 { renewed.inputs.append(nil) }
        renewed.inputs[3] = graph.addConstant(
            name: claim("\(node.name)/axes", &valueNames),
            try Tensor.int64s(axes.map { order[$0 < 0 ? $0 + order.count : $0] }))
        return sinkAlone(renewed, order)
    }

    private mutating func sinkReduction(_ node: Node, _ order: [Int]) throws -> Bool {
        guard let input = node.input(0), let (source, _) = transposed[input], let id = node.input(1),
            let values = graph.constants[id]?.integerValues(), !values.isEmpty,
            values.allSatisfy({ $0 >= -order.count && $0 < order.count })
        else { return false }
        let axes = values.map { $0 < 0 ? $0 + order.count : $0 }
        var renewed = node
        renewed.inputs[0] = source
        renewed.inputs[1] = graph.addConstant(
            name: claim("\(node.name)/axes", &valueNames), try Tensor.int64s(axes.map { order[$0] }))
        if node.op != .squeeze && (node.int("keepdims") ?? 1) != 0 {
            append(renewed, order: order)
            return true
        }
        // The axes that are left, in the order that they keep among themselves.
        let left = order.indices.filter { !axes.contains($0) }.map { order[$0] }
        let ranks = left.sorted()
        append(renewed, order: left.map { axis in ranks.firstIndex(of: axis) ?? 0 })
        return true
    }

    /// A transposition that only moves axes of extent 1 does nothing to what a reshape reads.
    private mutating func dropBefore(_ node: Node, _ order: [Int]) throws -> Bool {
        guard let input = node.input(0), let (source, _) = transposed[input], let shape = graph.type(of: source)?.shape,
            let output = node.outputs.first, let target = graph.type(of: output)?.shape
        else { return false }
        let wide = order.filter { shape[$0] != .fixed(1) }
        guard wide == wide.sorted(), target.filter({ $0.fixedValue == nil }).count <= 1 else { return false }
        let name = claim("\(node.name)/shape", &valueNames)
        let extents = target.map { $0.fixedValue ?? -1 }
        guard !extents.contains(0) else { return false }
        let shapeID = graph.addConstant(name: name, try Tensor.int64s(extents))
        made.append(Node(name: node.name, op: .reshape, inputs: [source, shapeID], outputs: node.outputs))
        return true
    }
}

extension Operator {
    /// Operators that ask where the channels stand.
    package var hasLayout: Bool {
        switch self {
        case .conv, .convTranspose, .maxPool, .averagePool, .globalAveragePool, .globalMaxPool, .batchNormalization,
            .resize,
            .spaceToDepth, .depthToSpace:
            true
        default: false
        }
    }
}

/// A constant that the layout pass made: another one under a wider shape, its axes in another order.
package struct TurnedConstant: Sendable, Hashable {
    package var source: ValueID
    package var shape: [Int]
    package var order: [Int]
}

/// As `channelsLast`, and says which constants are others turned: whoever changes constants later must know.
///
/// - Throws: `ModelError` when shapes contradict each other.
package func channelsLastWithOrigins(_ graph: Graph) throws -> (graph: Graph, turned: [ValueID: TurnedConstant]) {
    var pass = LayoutPass(graph, to: .channelsLast)
    try pass.run()
    return (pass.graph, pass.turnedConstants)
}

/// The graph with all convolution-like nodes in `NHWC`; inputs and outputs keep their shapes.
///
/// - Throws: `ModelError` when shapes contradict each other.
public func channelsLast(_ graph: Graph) throws -> Graph {
    var pass = LayoutPass(graph, to: .channelsLast)
    try pass.run()
    return pass.graph
}

/// The graph with all convolution-like nodes in `NCHW`; inputs and outputs keep their shapes.
///
/// - Throws: `ModelError` when shapes contradict each other.
public func channelsFirst(_ graph: Graph) throws -> Graph {
    var pass = LayoutPass(graph, to: .channelsFirst)
    try pass.run()
    return pass.graph
}
