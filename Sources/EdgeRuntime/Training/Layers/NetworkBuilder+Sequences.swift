import EdgeModels
import EdgeTensors

/// Layers for sequences `[time, features]`.
extension NetworkBuilder {
    mutating func embed(_ vocabulary: Int, _ size: Int, _ name: String) throws {
        guard graph.nodes.isEmpty, shape.count == 1, graph.type(of: value)?.dtype == .i64 else {
            throw refuse(
                name, "stands first, and takes a row of whole numbers",
                hint: "network([embedding(100, 16), …], input: [20])")
        }
        guard vocabulary > 0, size > 0, vocabulary <= Self.mostParameters, size <= Self.largestExtent else {
            throw refuse(name, "cannot have \(vocabulary) vectors of \(size) numbers")
        }
        let table = try weights("\(name).weight", [vocabulary, size], .normal(1 / Float(size).squareRoot()))
        value = node(.gather, name, inputs: [table, value], attributes: ["axis": .int(0)])
        shape = [shape[0], size]
        isChannelsFirst = false
    }

    mutating func addPositions(_ name: String) throws {
        try requireSequence(name)
        let table = try weights("\(name).weight", shape, .normal(0.02))
        add(.add, name, inputs: [table], to: shape)
    }

    mutating func attend(_ heads: Int, _ name: String) throws {
        try requireSequence(name)
        let (times, features) = (shape[0], shape[1])
        guard heads > 0, features % heads == 0 else {
            throw refuse(name, "cannot divide \(features) features into \(heads) heads")
        }
        let width = features / heads
        let given = value
        let apart = try integers([0, times, heads, width], "\(name).heads")
        func projection(_ builder: inout NetworkBuilder, _ part: String) throws -> ValueID {
            let start = Start.even(fanIn: features, fanOut: features)
            let matrix = try builder.weights("\(name).\(part).weight", [features, features], start)
            let bias = try builder.weights("\(name).\(part).bias", [features], .constant(0))
            let product = builder.node(.matMul, "\(name).\(part)", inputs: [builder.value, matrix])
            return builder.node(.add, "\(name).\(part).add", inputs: [product, bias])
        }
        func split(_ builder: inout NetworkBuilder, _ part: String, order: [Int]) throws -> ValueID {
            builder.value = given
            let projected = try projection(&builder, part)
            let reshaped = builder.node(.reshape, "\(name).\(part).reshape", inputs: [projected, apart])
            return builder.node(
                .transpose, "\(name).\(part).transpose", inputs: [reshaped], attributes: ["perm": .ints(order)])
        }
        let query = try split(&self, "query", order: [0, 2, 1, 3])
        let key = try split(&self, "key", order: [0, 2, 3, 1])
        let content = try split(&self, "value", order: [0, 2, 1, 3])
        let scale = try number(1 / Float(width).squareRoot(), "\(name).scale")
        let product = node(.matMul, "\(name).scores", inputs: [query, key])
        let scores = node(.mul, "\(name).scaled", inputs: [product, scale])
        let shares = node(.softmax, "\(name).shares", inputs: [scores], attributes: ["axis": .int(-1)])
        let mixed = node(.matMul, "\(name).mix", inputs: [shares, content])
        let ordered = node(
            .transpose, "\(name).order", inputs: [mixed], attributes: ["perm": .ints([0, 2, 1, 3])])
        let together = try integers([0, times, features], "\(name).together")
        value = node(.reshape, "\(name).join", inputs: [ordered, together])
        value = try projection(&self, "output")
        shape = [times, features]
    }

    mutating func recur(_ op: Operator, _ units: Int, _ sequences: Bool, _ name: String) throws {
        try requireSequence(name)
        guard units > 0, units <= Self.largestExtent else { throw refuse(name, "cannot have \(units) units") }
        let (times, features) = (shape[0], shape[1])
        let gates = op == .lstm ? 4 : 3
        let bound = 1 / Float(units).squareRoot()
        let (rows, overflow) = gates.multipliedReportingOverflow(by: units)
        guard !overflow else { throw refuse(name, "cannot have \(units) units") }
        // The operator wants times before samples.
        let turned = node(
            .transpose, "\(name).transpose", inputs: [value], attributes: ["perm": .ints([1, 0, 2])])
        let inputs: [ValueID?] = [
            turned, try weights("\(name).weight", [1, rows, features], .within(bound)),
            try weights("\(name).recurrence", [1, rows, units], .within(bound)),
            try weights("\(name).bias", [1, 2 * rows], .constant(0)),
        ]
        var attributes: [String: Attribute] = ["hidden_size": .int(units)]
        if op == .gru { attributes["linear_before_reset"] = .int(1) }
        let all = graph.addValue(name: "\(name).all")
        let last = graph.addValue(name: "\(name).last")
        graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: [all, last], attributes: attributes))
        if sequences {
            let axes = try integers([1], "\(name).axes")
            let flat = node(.squeeze, "\(name).squeeze", inputs: [all, axes])
            value = node(.transpose, "\(name).order", inputs: [flat], attributes: ["perm": .ints([1, 0, 2])])
            shape = [times, units]
        } else {
            let axes = try integers([0], "\(name).axes")
            value = node(.squeeze, "\(name).squeeze", inputs: [last, axes])
            shape = [units]
            isChannelsFirst = nil
        }
    }

    private mutating func requireSequence(_ name: String) throws {
        guard shape.count == 2 else {
            throw refuse(
                name, "takes a sequence `[time, features]`, and gets \(shape)",
                hint: shape.count == 1 ? "single numbers over time are given as input: [\(shape[0]), 1]" : nil)
        }
        enterSequence("\(name).transpose_input")
    }
}
