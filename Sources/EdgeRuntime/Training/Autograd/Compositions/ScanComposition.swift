import EdgeModels
import EdgeTensors

/// `Scan` as one copy of its body for each step.
enum ScanComposition {
    private static let stepLimit = 1024
    /// Nodes of all copies together.
    private static let nodeLimit = 100_000

    static func objection(to node: Node) -> String? {
        guard let body = node.graph("body") else { return "its body is missing" }
        let isNested = body.nodes.contains { node in
            node.attributes.values.contains { if case .graph = $0 { true } else { false } }
        }
        return isNested ? "bodies within its body have no gradient yet" : nil
    }

    /// Brings what a body holds of weights to the graph around it, so that it can be learned.
    ///
    /// - Returns: the graph with the same results.
    static func withOuterConstants(_ graph: Graph) -> Graph {
        var graph = graph
        for position in graph.nodes.indices where graph.nodes[position].op == .scan {
            guard var body = graph.nodes[position].graph("body") else { continue }
            for (id, tensor) in body.constants.sorted(by: { $0.key < $1.key }) where tensor.dtype == .f32 {
                let name = graph.uniqueValueName(body[id].name)
                _ = graph.addConstant(name: name, tensor)
                body.constants[id] = nil
                body.captures[id] = name
            }
            graph.nodes[position].attributes["body"] = .graph(body)
        }
        return graph
    }

    /// The graph with one copy of each body instead of all: what depends on what, whatever the shapes.
    static func flattened(_ graph: Graph) throws -> Graph {
        guard let first = graph.nodes.first, graph.nodes.contains(where: { $0.op == .scan }) else { return graph }
        var builder = CompositionBuilder(graph, first)
        for node in graph.nodes {
            guard node.op == .scan, objection(to: node) == nil else {
                builder.keep(node)
                continue
            }
            builder.node = node
            let body = try Body(builder)
            var inputs = Array(node.inputs.prefix(body.carried))
            for input in node.inputs.dropFirst(body.carried).prefix(body.scanned) {
                inputs.append(try builder.element(try body.present(input, builder), axis: 0, 0))
            }
            let results = try body.copy(inputs, &builder)
            for (place, result) in results.enumerated() { builder.finish(.identity, [result], output: place) }
        }
        var result = builder.graph
        result.nodes = builder.made
        return result
    }

    static func expand(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        if let objection = objection(to: node) { throw builder.refused(objection) }
        let body = try Body(builder)
        func list(_ name: String, _ count: Int) throws -> [Int] {
            let values = node.ints(name) ?? [Int](repeating: 0, count: count)
            guard values.count == count else { throw builder.refused("its `\(name)` should be \(count) numbers") }
            return values
        }
        let collected = body.graph.outputs.count - body.carried
        let (inputAxes, inputWays) = (
            try list("scan_input_axes", body.scanned), try list("scan_input_directions", body.scanned)
        )
        let (outputAxes, outputWays) = (
            try list("scan_output_axes", collected), try list("scan_output_directions", collected)
        )
        var axes: [Int] = []
        var steps: Int?
        for place in 0..<body.scanned {
            let shape = try builder.shape(body.carried + place)
            let axis = try builder.axis(inputAxes[place], rank: shape.count)
            guard steps == nil || steps == shape[axis] else { throw builder.refused("its inputs differ in length") }
            steps = shape[axis]
            axes.append(axis)
        }
        let count = steps ?? 0
        guard count > 0, count <= stepLimit, count * (body.graph.nodes.count + body.scanned) <= nodeLimit else {
            throw builder.refused("\(count) steps of \(body.graph.nodes.count) nodes are too many for a gradient")
        }
        var states = Array(node.inputs.prefix(body.carried))
        var made = [[ValueID?]](repeating: [ValueID?](repeating: nil, count: count), count: collected)
        for step in 0..<count {
            var inputs = states
            for place in 0..<body.scanned {
                let source = try body.present(node.input(body.carried + place), builder)
                let index = inputWays[place] == 1 ? count - 1 - step : step
                inputs.append(try builder.element(source, axis: axes[place], index))
            }
            let results = try body.copy(inputs, &builder)
            states = results.prefix(body.carried).map(\.self)
            for (place, result) in results.dropFirst(body.carried).enumerated() {
                let axis = try builder.integers([outputAxes[place]])
                let index = outputWays[place] == 1 ? count - 1 - step : step
                made[place][index] = builder.add(.unsqueeze, [result, axis])
            }
        }
        for (place, state) in states.enumerated() { builder.finish(.identity, [state], output: place) }
        for (place, slices) in made.enumerated() {
            builder.finish(.concat, slices, ["axis": .int(outputAxes[place])], output: body.carried + place)
        }
    }

    private struct Body {
        let graph: Graph
        let scanned: Int
        let carried: Int
        /// What is the same in each step, and where the graph around has it.
        private let outer: [ValueID: ValueID]

        init(_ builder: CompositionBuilder) throws {
            let node = builder.node
            guard let body = node.graph("body") else { throw builder.refused("its body is missing") }
            graph = body
            scanned = node.int("num_scan_inputs") ?? 0
            carried = body.inputs.count - scanned
            guard scanned > 0, carried >= 0, node.inputs.count >= body.inputs.count, body.outputs.count >= carried
            else {
                throw builder.refused("its body takes \(body.inputs.count) values, it has \(node.inputs.count)")
            }
            var outer: [ValueID: ValueID] = [:]
            for (id, name) in body.captures {
                guard let value = builder.value(named: name) else {
                    throw builder.refused("its body uses `\(name)`, which is made by nobody")
                }
                outer[id] = value
            }
            self.outer = outer
        }

        func present(_ id: ValueID?, _ builder: CompositionBuilder) throws -> ValueID {
            guard let id else { throw builder.refused("an input is missing") }
            return id
        }

        /// The nodes of one step; gives the values of the body's outputs.
        func copy(_ inputs: [ValueID?], _ builder: inout CompositionBuilder) throws -> [ValueID] {
            var known = outer
            for (inner, given) in zip(graph.inputs, inputs) { known[inner] = given }
            for (id, tensor) in graph.constants { known[id] = builder.constant(tensor) }
            for node in graph.nodes {
                let results = builder.add(
                    node.op, node.inputs.map { $0.flatMap { known[$0] } }, node.attributes, results: node.outputs.count)
                for (old, new) in zip(node.outputs, results) { known[old] = new }
            }
            return try graph.outputs.map { try present(known[$0], builder) }
        }
    }
}
