import EdgeModels
import EdgeTensors

/// Rewrites a float graph so that the nodes of a plan run on integers, with Quantize and Dequantize where they meet the float rest.
struct QuantizedGraph {
    private var graph: Graph
    private let source: Graph
    private let plan: IntegerPlan
    private let activations: ActivationQuantization
    private let options: QuantizationOptions
    /// The integer form of a value whose own name stays float.
    private var integerForms: [ValueID: ValueID] = [:]

    private init(
        _ graph: Graph, plan: IntegerPlan, activations: ActivationQuantization, options: QuantizationOptions
    ) {
        self.graph = graph
        self.source = graph
        self.plan = plan
        self.activations = activations
        self.options = options
    }

    static func build(
        _ graph: Graph, plan: IntegerPlan, activations: ActivationQuantization, layers: [Int: RoundedLayer],
        options: QuantizationOptions
    ) throws -> Graph {
        var builder = QuantizedGraph(graph, plan: plan, activations: activations, options: options)
        builder.nameIntegerForms()
        try builder.rewriteNodes(layers)
        builder.graph.removeUnusedConstants()
        return builder.graph
    }

    /// Values that float nodes, callers or subgraphs read keep their name as floats; their integers get a name of their own.
    private mutating func nameIntegerForms() {
        let producers = source.producers()
        let consumers = source.consumers()
        let captured = Set(source.nodes.flatMap { source.captured(by: $0) })
        let outputs = Set(source.outputs)
        for id in plan.values(source).sorted() where source.constants[id] == nil {
            guard let quantization = activations[id] else { continue }
            let isMadeByInteger = producers[id].map { plan.roles[$0] != nil } ?? (options.boundary == .int8)
            let hasFloatReader =
                captured.contains(id) || (outputs.contains(id) && options.boundary == .float)
                || consumers[id, default: []].contains { position in
                    plan.roles[position].map { role in
                        let node = source.nodes[position]
                        let data = role.dataPositions(node)
                        return node.inputs.indices.contains { node.inputs[$0] == id && !data.contains($0) }
                    } ?? true
                }
            if isMadeByInteger && !hasFloatReader {
                graph[id].type?.dtype = .i8
                graph[id].type?.quantization = quantization
            } else {
                let type = TensorType(dtype: .i8, shape: source.type(of: id)?.shape, quantization: quantization)
                integerForms[id] = graph.addValue(
                    name: graph.uniqueValueName(source[id].name + "/quantized"), type: type)
            }
        }
        // An input that is integer at the border and float inside would need two forms of one input.
        if options.boundary == .int8 { moveIntegerInputs() }
    }

    /// Where an integer input also has float readers, the input is its integer form and the float one is computed from it.
    private mutating func moveIntegerInputs() {
        for (position, id) in graph.inputs.enumerated() {
            if let form = integerForms[id] { graph.inputs[position] = form }
        }
    }

    private mutating func rewriteNodes(_ layers: [Int: RoundedLayer]) throws {
        graph.nodes = []
        let integerInputs = Set(graph.inputs)
        for id in source.inputs {
            guard let form = integerForms[id] else { continue }
            if integerInputs.contains(form) {
                addConversion(.dequantizeLinear, from: form, to: id)
            } else {
                addConversion(.quantizeLinear, from: id, to: form)
            }
        }
        for (position, original) in source.nodes.enumerated() {
            var node = original
            guard let role = plan.roles[position] else {
                graph.nodes.append(node)
                for id in node.outputs {
                    if let form = integerForms[id] { addConversion(.quantizeLinear, from: id, to: form) }
                }
                continue
            }
            for operand in role.dataPositions(node) {
                guard let id = node.input(operand) else { continue }
                node.inputs[operand] = try integerForm(id)
            }
            if let layer = layers[position] {
                try setWeights(&node, layer, data: original.inputs[0])
            }
            node.outputs = node.outputs.map { integerForms[$0] ?? $0 }
            graph.nodes.append(node)
            for id in original.outputs {
                if let form = integerForms[id] { addConversion(.dequantizeLinear, from: form, to: id) }
            }
        }
    }

    private mutating func integerForm(_ id: ValueID) throws -> ValueID {
        if let form = integerForms[id] { return form }
        guard let constant = source.constants[id], let quantization = activations[id] else { return id }
        let (scale, zero) = (quantization.scales[0], Float(quantization.zeroPoints[0]))
        let integers = try constant.elements(as: Float.self).map {
            Int8(max(-128, min(127, ($0 / scale).rounded(.toNearestOrEven) + zero)))
        }
        let form = graph.addConstant(
            name: graph.uniqueValueName(source[id].name + "/quantized"), try Tensor(integers, shape: constant.shape),
            quantization: quantization)
        integerForms[id] = form
        return form
    }

    private mutating func addConversion(_ op: Operator, from input: ValueID, to output: ValueID) {
        let suffix = op == .quantizeLinear ? "/quantize" : "/dequantize"
        let float = op == .quantizeLinear ? input : output
        graph.nodes.append(
            Node(name: freshNodeName(source[float].name + suffix), op: op, inputs: [input], outputs: [output]))
    }

    private func freshNodeName(_ wanted: String) -> String {
        let taken = Set(graph.nodes.map(\.name)).union(source.nodes.map(\.name))
        if !taken.contains(wanted) { return wanted }
        var number = 2
        while taken.contains("\(wanted)_\(number)") { number += 1 }
        return "\(wanted)_\(number)"
    }

    private mutating func setWeights(_ node: inout Node, _ layer: RoundedLayer, data: ValueID?) throws {
        guard let weights = node.input(1), let data, let tensor = source.constants[weights] else { return }
        node.inputs[1] = try QuantizedGraph.addWeights(
            layer.weights, bits: options.bits(of: node.name), name: source[weights].name, shape: tensor.shape,
            to: &graph)
        guard let bias = layer.bias else { return }
        let name = node.input(2).map { source[$0].name } ?? node.name + "/bias"
        let id: ValueID
        if layer.weights.groupsPerRow > 1 {
            // Sums of several scales have no common unit: the bias stays real.
            id = graph.addConstant(name: graph.uniqueValueName(name + "/folded"), try Tensor(bias, shape: [bias.count]))
        } else {
            let scales = layer.weights.scales.map { $0 * activations.scale(data) }
            let integers = zip(bias, scales).map { value, scale in
                Int32(max(-0x1p30, min(0x1p30, (value / scale).rounded(.toNearestOrEven))))
            }
            id = graph.addConstant(
                name: graph.uniqueValueName(name + "/quantized"), try Tensor(integers, shape: [integers.count]),
                quantization: Quantization(
                    scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count), axis: 0))
        }
        node.inputs = Array(node.inputs.prefix(2)) + [id]
    }

    /// Adds the integers of a layer's weights as a constant.
    static func addWeights(
        _ weights: QuantizedWeights, bits: Int, name: String, shape: [Int], to graph: inout Graph
    ) throws -> ValueID {
        graph.addConstant(
            name: graph.uniqueValueName(name + "/quantized"), try weights.tensor(shape: shape, bits: bits),
            quantization: weights.quantization)
    }
}
