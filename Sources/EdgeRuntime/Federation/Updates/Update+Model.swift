public import EdgeModels
import EdgeTensors

// The parameters of a model are its constants of floating-point numbers: weights, biases and the statistics of batch
// normalisation. What only says how an operator works (the bounds of a `Clip`, the scales of a `Resize`) is no
// parameter, though it may be a float constant too: an average or noise has no business there.

extension Update {
    /// The parameters of a model, those of its subgraphs included, by name.
    ///
    /// - Throws: `FederationError` for a model without floating-point parameters or with quantized ones.
    public init(parametersOf model: Model) throws(FederationError) {
        var collected: [Part] = []
        var names: [String: Int] = [:]
        var quantized: String?
        Update.visit(model.graph, prefix: "") { name, tensor, type in
            if type?.quantization != nil { quantized = quantized ?? name }
            guard tensor.dtype.isFloat else { return nil }
            let count = names[name, default: 0] + 1
            names[name] = count
            collected.append(Part(name: count == 1 ? name : "\(name)#\(count)", tensor: tensor))
            return nil
        }
        if let quantized {
            throw .elementType(
                "the model \(model.name) is quantized (`\(quantized)`): integers of different scales have no average",
                hint: "aggregate the float models, then quantize the result")
        }
        guard !collected.isEmpty else {
            throw .elementType("the model \(model.name) has no parameters of floating-point numbers")
        }
        self.init(collected)
    }

    /// The model with these parameters in place of its own; types and names stay the model's.
    ///
    /// - Parameter entry: What its history says of it.
    /// - Throws: `FederationError` naming the tensor that does not fit.
    public func model(like model: Model, history entry: HistoryEntry) throws -> Model {
        let own = try Update(parametersOf: model)
        try checkFits(own, "the update", "the model")
        var tensors = try zip(parts, own.parts).map { try $0.tensor.converted(to: $1.tensor.dtype) }[...]
        var result = model
        result.graph = Update.visit(model.graph, prefix: "") { _, tensor, _ in
            tensor.dtype.isFloat ? tensors.popFirst() : nil
        }
        result.history.append(entry)
        return result
    }

    /// Calls `body` for each constant that can be a parameter, in an order that only the graph determines, and puts
    /// what it gives in the constant's place.
    @discardableResult
    private static func visit(
        _ graph: Graph, prefix: String, _ body: (String, Tensor, TensorType?) -> Tensor?
    ) -> Graph {
        var result = graph
        let settings = settings(of: graph)
        for (id, tensor) in graph.constants.sorted(by: { $0.key < $1.key }) where !settings.contains(id) {
            let name = graph[id].name
            if let replaced = body(prefix + (name.isEmpty ? "constant" : name), tensor, graph.type(of: id)) {
                result.constants[id] = replaced
            }
        }
        for position in graph.nodes.indices {
            let node = graph.nodes[position]
            for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
                guard case .graph(let inner) = attribute else { continue }
                result.nodes[position].attributes[name] = .graph(visit(inner, prefix: "\(prefix)\(node.name)/", body))
            }
        }
        return result
    }

    /// The constants that say how an operator works.
    private static func settings(of graph: Graph) -> Set<ValueID> {
        var settings: Set<ValueID> = []
        var parameters: Set<ValueID> = []
        for node in graph.nodes {
            for (position, input) in node.inputs.enumerated() {
                guard let input, graph.constants[input] != nil else { continue }
                if position > 0 && node.op.hasSettingsAsInputs {
                    settings.insert(input)
                } else {
                    parameters.insert(input)
                }
            }
        }
        return settings.subtracting(parameters)
    }
}

extension Operator {
    /// Whether the inputs behind the first say how it works, and are not learned.
    fileprivate var hasSettingsAsInputs: Bool {
        switch self {
        case .clip, .resize, .pad, .pow, .dropout, .quantizeLinear, .dequantizeLinear, .range, .reshape, .slice,
            .expand, .tile, .split, .squeeze, .unsqueeze, .spaceToBatch, .batchToSpace, .topK, .cumulativeSum,
            .cumulativeProduct, .oneHot, .compress, .centerCropPad, .columnsToImage, .affineGrid, .triangle,
            .reverseSequence, .nonMaxSuppression, .fourierTransform, .shortTimeFourierTransform, .melWeightMatrix:
            true
        default: isReduction
        }
    }
}
