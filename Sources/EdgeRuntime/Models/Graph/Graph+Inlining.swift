extension Graph {
    /// Puts the nodes of another graph behind this one's.
    ///
    /// - Parameter arguments: the values of this graph that stand for the inputs of the other.
    /// - Returns: the values of this graph that stand for the outputs of the other.
    /// - Throws: `ModelError` when the counts differ.
    mutating func inline(_ other: Graph, _ arguments: [ValueID]) throws -> [ValueID] {
        guard other.inputs.count == arguments.count, Set(other.inputs).count == arguments.count else {
            throw ModelError.inconsistent(
                "a graph of \(other.inputs.count) inputs is given \(arguments.count) values")
        }
        var known: [ValueID: ValueID] = [:]
        for (input, argument) in zip(other.inputs, arguments) { known[input] = argument }
        var valueNames = Set(values.map(\.name))
        var nodeNames = Set(nodes.map(\.name))
        func claimed(_ name: String, in names: inout Set<String>) -> String {
            var candidate = name
            var number = 1
            while !names.insert(candidate).inserted {
                candidate = "\(name)_\(number)"
                number += 1
            }
            return candidate
        }
        var renamed: [String: String] = [:]
        for index in other.values.indices {
            let old = ValueID(index)
            if known[old] == nil {
                let new = addValue(
                    name: claimed(other.values[index].name, in: &valueNames), type: other.values[index].type)
                known[old] = new
                if let tensor = other.constants[old] { constants[new] = tensor }
                if other.variables.contains(old) { variables.insert(new) }
            }
            renamed[other.values[index].name] = known[old].map { self[$0].name }
        }
        for var node in other.nodes {
            node.name = claimed(node.name, in: &nodeNames)
            node.inputs = node.inputs.map { $0.flatMap { known[$0] } }
            node.outputs = node.outputs.compactMap { known[$0] }
            for (key, attribute) in node.attributes {
                guard case .graph(var body) = attribute else { continue }
                // Bodies name the values around them, which are called otherwise here.
                body.captures = body.captures.mapValues { renamed[$0] ?? $0 }
                node.attributes[key] = .graph(body)
            }
            nodes.append(node)
        }
        return other.outputs.compactMap { known[$0] }
    }
}
