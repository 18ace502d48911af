import EdgeTensors
internal import FoundationEssentials
internal import SwiftProtobuf

/// Reads one `GraphProto`: names become values, initializers constants, nodes are put into an order in which they can run.
struct ONNXGraphReader {
    let context: ONNXContext
    /// The names that a subgraph may use of the graphs around it.
    let outer: [String: TensorType?]
    let depth: Int
    var graph = Graph()
    var values: [String: ValueID] = [:]
    /// The sequences that were made, by name: their elements, in order.
    var sequences: [String: [ValueID]] = [:]
    private var nodeNames: Set<String> = []
    private var valueNames: Set<String> = []
    private var declared: [String: TensorType] = [:]
    /// How many times shapes may still be worked out while the graph is read: each time costs a walk over the nodes ahead.
    var inferencesLeft = 256

    init(context: ONNXContext, outer: [String: TensorType?], depth: Int) {
        self.context = context
        self.outer = outer
        self.depth = depth
    }

    mutating func read(_ proto: Onnx_GraphProto) throws -> Graph {
        guard depth < 16 else { throw ModelError.inconsistent("subgraphs are nested more than 16 deep") }
        for info in proto.valueInfo + proto.output {
            if case .tensorType(let tensor)? = info.type.value, let dtype = DType(onnx: Int(tensor.elemType)) {
                declared[info.name] = TensorType(dtype: dtype, shape: try shape(of: tensor, name: info.name))
            }
        }
        for initializer in proto.initializer {
            let tensor = try context.tensors.tensor(initializer, named: initializer.name)
            try define(initializer.name, graph.addConstant(name: claim(initializer.name), tensor))
        }
        for sparse in proto.sparseInitializer {
            let name = sparse.values.name
            try define(name, graph.addConstant(name: claim(name), try context.tensors.dense(sparse)))
        }
        let initialized = Set(proto.initializer.map(\.name) + proto.sparseInitializer.map(\.values.name))
        for info in proto.input where !initialized.contains(info.name) {
            let id = graph.addValue(name: claim(info.name), type: try type(of: info))
            try define(info.name, id)
            graph.inputs.append(id)
        }
        for node in try ordered(proto.node, known: Set(values.keys)) { try readNode(node) }
        for info in proto.output {
            guard let id = values[info.name] else {
                if outer[info.name] != nil {
                    graph.outputs.append(capture(info.name))
                    continue
                }
                if sequences[info.name] != nil {
                    throw ModelError.unsupported("the output `\(info.name)` is a sequence, not a tensor")
                }
                throw ModelError.inconsistent("nothing makes the output `\(info.name)`")
            }
            graph.outputs.append(id)
        }
        return graph
    }

    /// The nodes so that each stands behind those that make its inputs.
    private func ordered(_ nodes: [Onnx_NodeProto], known: Set<String>) throws -> [Onnx_NodeProto] {
        var maker: [String: Int] = [:]
        for (position, node) in nodes.enumerated() {
            for output in node.output where !output.isEmpty {
                guard !known.contains(output), maker.updateValue(position, forKey: output) == nil else {
                    throw ModelError.inconsistent("the value `\(output)` is made more than once")
                }
            }
        }
        var needs = [Set<Int>](repeating: [], count: nodes.count)
        var feeds = [[Int]](repeating: [], count: nodes.count)
        var sorted = true
        for (position, node) in nodes.enumerated() {
            for input in node.input where !input.isEmpty {
                if let source = maker[input] {
                    if needs[position].insert(source).inserted { feeds[source].append(position) }
                    if source >= position { sorted = false }
                } else if !known.contains(input) && outer[input] == nil {
                    throw ModelError.inconsistent(
                        "node `\(node.name)` (\(node.opType)) reads `\(input)`, which nothing makes")
                }
            }
        }
        if sorted { return nodes }
        var waiting = needs.map(\.count)
        var ready = Array(nodes.indices.filter { waiting[$0] == 0 }.reversed())
        var order: [Onnx_NodeProto] = []
        while let next = ready.popLast() {
            order.append(nodes[next])
            for follower in feeds[next].reversed() {
                waiting[follower] -= 1
                if waiting[follower] == 0 { ready.append(follower) }
            }
        }
        guard order.count == nodes.count else {
            let stuck = nodes.indices.first { waiting[$0] > 0 }.map { nodes[$0].name } ?? ""
            throw ModelError.inconsistent("the graph runs in a circle through node `\(stuck)`")
        }
        return order
    }

    // MARK: Values

    /// A name for a value that no other has.
    mutating func claim(_ name: String) -> String {
        var candidate = name.isEmpty ? "value" : name
        var number = 1
        while !valueNames.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    /// A name for a node that no other has.
    mutating func claimNode(_ name: String, op: String) -> String {
        var candidate = name.isEmpty ? "\(op)_\(graph.nodes.count)" : name
        let base = candidate
        var number = 1
        while !nodeNames.insert(candidate).inserted {
            candidate = "\(base)_\(number)"
            number += 1
        }
        return candidate
    }

    mutating func define(_ name: String, _ id: ValueID) throws {
        guard !name.isEmpty else { throw ModelError.inconsistent("a weight or an input has no name") }
        guard values.updateValue(id, forKey: name) == nil else {
            throw ModelError.inconsistent("the value `\(name)` is made more than once")
        }
    }

    /// The value that an input's name stands for; nil for an absent one.
    mutating func value(_ name: String) throws -> ValueID? {
        if name.isEmpty { return nil }
        if let id = values[name] { return id }
        guard outer[name] != nil else { throw ModelError.inconsistent("nothing makes the value `\(name)`") }
        return capture(name)
    }

    private mutating func capture(_ name: String) -> ValueID {
        let id = graph.addValue(name: claim(name), type: outer[name] ?? nil)
        graph.captures[id] = name
        values[name] = id
        return id
    }

    /// A new value for an output, with the type that the file declares for it.
    mutating func output(_ name: String) throws -> ValueID {
        let id = graph.addValue(name: claim(name), type: declared[name])
        if !name.isEmpty { try define(name, id) }
        return id
    }

    /// A value between the nodes that one node of the file becomes.
    mutating func intermediate(_ name: String, type: TensorType? = nil) -> ValueID {
        graph.addValue(name: claim(name), type: type)
    }

    mutating func constant(_ name: String, int64s: [Int]) throws -> ValueID {
        graph.addConstant(name: claim(name), try Tensor.int64s(int64s))
    }

    /// The names that a subgraph of this graph may use.
    var scope: [String: TensorType?] {
        var result = outer
        for (name, id) in values { result[name] = .some(graph.type(of: id)) }
        return result
    }

    // MARK: Types

    private func type(of info: Onnx_ValueInfoProto) throws -> TensorType? {
        guard let value = info.type.value else { return nil }
        guard case .tensorType(let tensor) = value else {
            throw ModelError.unsupported("the input `\(info.name)` is no tensor")
        }
        guard tensor.elemType != 0 else { return nil }
        guard let dtype = DType(onnx: Int(tensor.elemType)) else {
            throw ModelError.unsupported(
                "the input `\(info.name)` has elements of ONNX type \(tensor.elemType), which is not supported")
        }
        return TensorType(dtype: dtype, shape: try shape(of: tensor, name: info.name))
    }

    private func shape(of tensor: Onnx_TypeProto.Tensor, name: String) throws -> [Dimension]? {
        guard tensor.hasShape else { return nil }
        guard tensor.shape.dim.count <= 16 else {
            throw ModelError.malformed("ONNX", "`\(name)` has \(tensor.shape.dim.count) axes")
        }
        return tensor.shape.dim.enumerated().map { axis, dimension in
            switch dimension.value {
            case .dimValue(let extent)?:
                // Some exporters write -1 where they do not know.
                return extent < 0 ? .symbol("\(name).\(axis)") : .fixed(Int(extent))
            case .dimParam(let symbol)?: return .symbol(symbol.isEmpty ? "\(name).\(axis)" : symbol)
            case nil: return .symbol("\(name).\(axis)")
            }
        }
    }
}
