internal import SwiftProtobuf

/// The functions that a model brings (`ModelProto.functions`): each call is replaced by the nodes of its function, under names of its own.
///
/// A function may call others. Calls nested too deep, and calls that multiply beyond all measure, are refused: a short file could
/// otherwise describe an endless model.
struct ONNXFunctions {
    private struct Key: Hashable {
        var domain: String
        var name: String
        var overload: String
    }

    private var functions: [Key: Onnx_FunctionProto] = [:]
    /// The bytes of each function, worked out at its first call.
    private var sizes: [Key: Int] = [:]
    private var calls = 0
    /// How many bytes calls may still stand for.
    private var budget: Int
    private var made = 0

    static let depthLimit = 32
    static let nodeLimit = 1 << 18

    /// - Parameter fileSize: the bytes of the model, which bound what its calls may grow to.
    init(_ functions: [Onnx_FunctionProto], fileSize: Int) throws {
        budget = fileSize.multipliedReportingOverflow(by: 16).partialValue + 1 << 26
        for function in functions {
            let key = Key(domain: function.domain, name: function.name, overload: function.overload)
            guard self.functions.updateValue(function, forKey: key) == nil else {
                throw ModelError.inconsistent("the function `\(function.domain).\(function.name)` is defined twice")
            }
        }
    }

    /// A graph without calls of functions.
    mutating func inlined(_ graph: Onnx_GraphProto) throws -> Onnx_GraphProto {
        guard !functions.isEmpty else { return graph }
        return try inlined(graph, depth: 0)
    }

    private mutating func inlined(_ graph: Onnx_GraphProto, depth: Int) throws -> Onnx_GraphProto {
        var result = graph
        result.node = try inlined(graph.node, depth: depth)
        return result
    }

    private mutating func inlined(_ nodes: [Onnx_NodeProto], depth: Int) throws -> [Onnx_NodeProto] {
        guard depth <= Self.depthLimit else {
            throw ModelError.inconsistent("functions and subgraphs are nested more than \(Self.depthLimit) deep")
        }
        var result: [Onnx_NodeProto] = []
        for var node in nodes {
            made += 1
            guard made <= Self.nodeLimit else {
                throw ModelError.inconsistent("its functions stand for more than \(Self.nodeLimit) nodes")
            }
            for position in node.attribute.indices where node.attribute[position].type == .graph {
                node.attribute[position].g = try inlined(node.attribute[position].g, depth: depth + 1)
            }
            let key = Key(domain: node.domain, name: node.opType, overload: node.overload)
            if let function = functions[key] {
                try charge(function, key)
                result += try inlined(body(of: function, for: node), depth: depth + 1)
            } else {
                result.append(node)
            }
        }
        return result
    }

    /// Counts the bytes that a call stands for: what a function holds is held once for each.
    private mutating func charge(_ function: Onnx_FunctionProto, _ key: Key) throws {
        if sizes[key] == nil {
            let bytes: [UInt8] = try function.serializedBytes(partial: true)
            sizes[key] = bytes.count + function.node.count * Self.nameLimit
        }
        budget -= sizes[key] ?? 0
        guard budget >= 0 else { throw ModelError.inconsistent("its functions stand for too many bytes") }
    }

    /// The characters that the names of one call begin with, at most.
    private static let nameLimit = 64

    // MARK: One call

    /// What the names and the attributes of a function stand for in one call.
    private struct Call {
        var names: [String: String] = [:]
        var attributes: [String: Onnx_AttributeProto] = [:]
        var prefix: String

        func name(_ name: String) -> String { name.isEmpty ? "" : names[name] ?? prefix + name }
    }

    /// The nodes of a function with the names of one call.
    private mutating func body(of function: Onnx_FunctionProto, for node: Onnx_NodeProto) throws -> [Onnx_NodeProto] {
        guard node.input.count <= function.input.count, node.output.count <= function.output.count else {
            throw ModelError.inconsistent(
                "node `\(node.name)` has more inputs or outputs than its function `\(function.name)`")
        }
        calls += 1
        let label = node.name.isEmpty ? node.output.first { !$0.isEmpty } ?? node.opType : node.name
        var call = Call(prefix: "\(label.suffix(Self.nameLimit))/\(calls)/")
        for (position, name) in function.input.enumerated() {
            call.names[name] = node.input.indices.contains(position) ? node.input[position] : ""
        }
        var passed: [Onnx_NodeProto] = []
        for (name, given) in zip(function.output, node.output) where !given.isEmpty {
            guard call.names[name] == nil else {
                // What comes in goes out, or goes out twice.
                var copy = Onnx_NodeProto()
                copy.opType = Operator.identity.rawValue
                copy.name = call.prefix + "pass_\(passed.count)"
                copy.input = [call.name(name)]
                copy.output = [given]
                passed.append(copy)
                continue
            }
            call.names[name] = given
        }
        for attribute in function.attributeProto { call.attributes[attribute.name] = attribute }
        for attribute in node.attribute { call.attributes[attribute.name] = attribute }
        return function.node.map { Self.renamed($0, call) } + passed
    }

    private static func renamed(_ node: Onnx_NodeProto, _ call: Call) -> Onnx_NodeProto {
        var result = node
        result.name = call.prefix + node.name
        result.input = node.input.map(call.name)
        result.output = node.output.map(call.name)
        result.attribute = node.attribute.compactMap { attribute in
            var made = attribute
            if !attribute.refAttrName.isEmpty {
                // An attribute that the call does not give keeps the default of the operator.
                guard let given = call.attributes[attribute.refAttrName] else { return nil }
                made = given
                made.name = attribute.name
            } else if attribute.type == .graph {
                made.g = renamed(attribute.g, call)
            }
            return made
        }
        return result
    }

    private static func renamed(_ graph: Onnx_GraphProto, _ call: Call) -> Onnx_GraphProto {
        var result = graph
        result.node = graph.node.map { renamed($0, call) }
        func renameAll(_ infos: inout [Onnx_ValueInfoProto]) {
            for position in infos.indices { infos[position].name = call.name(infos[position].name) }
        }
        renameAll(&result.input)
        renameAll(&result.output)
        renameAll(&result.valueInfo)
        for position in result.initializer.indices {
            result.initializer[position].name = call.name(result.initializer[position].name)
        }
        return result
    }
}
