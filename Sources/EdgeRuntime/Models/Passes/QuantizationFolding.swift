import EdgeTensors

/// Folds `DequantizeLinear → operator → QuantizeLinear` into one operator on quantized values.
///
/// A node takes part where every data input is dequantized from integers (or is a constant) and its result goes to one quantization.
/// A `Relu` or `Clip` between operator and quantization is taken along: rounding and clamping at a border commute, so that
/// the operator may round first. What does not fit the pattern stays as the file had it.
extension Graph {
    mutating func foldQuantization() throws {
        propagateQuantization()
        var folding = QuantizationFolding(self)
        try folding.run()
        self = folding.graph
    }
}

extension Graph {
    /// Says of integers that are only moved before they are dequantized what they stand for.
    fileprivate mutating func propagateQuantization() {
        for node in nodes.reversed() where node.op.movesData {
            guard let input = node.input(0), let output = node.outputs.first, let source = type(of: input),
                let result = type(of: output),
                source.quantization == nil, let quantization = result.quantization, quantization.axis == nil,
                source.dtype == result.dtype
            else { continue }
            self[input].type?.quantization = quantization
        }
    }
}

private struct QuantizationFolding {
    var graph: Graph
    /// The integers behind a dequantized value.
    private var stored: [ValueID: ValueID] = [:]
    /// The quantized value that a value is rounded to by its only reader.
    private var rounded: [ValueID: ValueID] = [:]
    private var readers: [ValueID: [Int]] = [:]
    private var kept: Set<ValueID> = []

    init(_ graph: Graph) { self.graph = graph }

    mutating func run() throws {
        guard graph.nodes.contains(where: { $0.op == .dequantizeLinear }) else { return }
        try graph.foldBiases()
        index()
        for position in graph.nodes.indices { try fold(position) }
        for position in graph.nodes.indices { try foldWeights(position) }
        graph.removeDeadNodes()
    }

    private mutating func index() {
        readers = graph.consumers()
        kept = Set(graph.outputs)
        for node in graph.nodes { kept.formUnion(graph.capturedValues(of: node)) }
        for node in graph.nodes where node.op == .dequantizeLinear && node.inputs.count == 1 {
            if let input = node.input(0), let output = node.outputs.first { stored[output] = input }
        }
        // Backwards, so that the roundings behind activations are known before what comes ahead of them.
        for node in graph.nodes.reversed() {
            guard let input = node.input(0), let output = node.outputs.first, isAlone(input) else { continue }
            switch node.op {
            case .quantizeLinear where node.inputs.count == 1 && graph.type(of: input)?.quantization == nil:
                if graph.type(of: output)?.quantization?.axis == nil { rounded[input] = output }
            case .relu, .clip:
                guard let target = rounded[output], stored[input] == nil, node.op == .relu || hasConstantBounds(node)
                else { continue }
                rounded[input] = target
            default: break
            }
        }
    }

    private func isAlone(_ id: ValueID) -> Bool { readers[id]?.count == 1 && !kept.contains(id) }

    private func hasConstantBounds(_ node: Node) -> Bool {
        node.inputs.dropFirst().allSatisfy { $0.map { graph.constants[$0] != nil } ?? true }
    }

    // MARK: Whole operators

    private mutating func fold(_ position: Int) throws {
        var node = graph.nodes[position]
        guard canCompute(node.op), node.outputs.count == 1, let output = node.outputs.first,
            let target = rounded[output],
            let quantization = graph.type(of: target)?.quantization, let dtype = graph.type(of: target)?.dtype,
            dtype == .i8 || dtype == .u8 || dtype == .i16 || dtype == .u16
        else { return }
        for input in dataInputs(of: node) {
            guard let id = node.input(input) else { continue }
            let integers = stored[id] ?? (isQuantized(id) ? id : nil)
            guard let integers else { return }
            if input != 1 || !takesWeights(node.op) {
                guard graph.type(of: integers)?.quantization?.axis == nil else { return }
            }
            node.inputs[input] = integers
        }
        if node.op.movesData {
            // Moved integers keep their meaning only under the same quantization.
            guard let first = node.input(0), graph.type(of: first)?.quantization == quantization,
                graph.type(of: first)?.dtype == dtype
            else { return }
        }
        if takesWeights(node.op), node.input(2) != nil { guard try foldBias(&node) else { return } }
        let alone = readers[output]?.first.map { graph.nodes[$0] }
        if alone?.op == .quantizeLinear {
            // The quantization goes away: the node makes the integers itself.
            node.outputs = [target]
            graph[output].type = nil
            graph.nodes[position] = node
            detach(readers[output]?.first)
        } else {
            graph[output].type = TensorType(
                dtype: dtype, shape: graph.type(of: output)?.shape, quantization: quantization)
            graph.nodes[position] = node
        }
    }

    /// Empties a node whose work another has taken over.
    private mutating func detach(_ position: Int?) {
        guard let position else { return }
        graph.nodes[position].outputs = []
        graph.nodes[position].inputs = []
    }

    private func isQuantized(_ id: ValueID) -> Bool { graph.type(of: id)?.quantization != nil }

    private func canCompute(_ op: Operator) -> Bool {
        switch op {
        case .conv, .convTranspose, .gemm, .matMul, .add, .sub, .mul, .div, .maximum, .minimum, .relu, .leakyRelu,
            .pRelu, .clip,
            .sigmoid, .tanh, .hardSigmoid, .hardSwish, .elu, .softmax, .averagePool, .globalAveragePool, .maxPool,
            .globalMaxPool,
            .concat, .reduceMean, .resize, .pad, .reshape, .flatten, .transpose, .squeeze, .unsqueeze, .slice, .gather,
            .depthToSpace, .spaceToDepth, .identity, .reduceMax, .reduceMin:
            true
        default: false
        }
    }

    private func takesWeights(_ op: Operator) -> Bool {
        op == .conv || op == .convTranspose || op == .gemm || op == .matMul
    }

    private func dataInputs(of node: Node) -> [Int] {
        switch node.op {
        case .conv, .convTranspose, .gemm, .matMul, .add, .sub, .mul, .div: [0, 1]
        case .pRelu: [0, 1]
        case .concat, .maximum, .minimum: Array(node.inputs.indices)
        case .pad: node.input(2) == nil ? [0] : [0, 2]
        default: [0]
        }
    }

    /// Brings the bias to integers of the scale `input scale * weight scale`; false where that cannot be.
    private mutating func foldBias(_ node: inout Node) throws -> Bool {
        guard let bias = node.input(2), let data = node.input(0).flatMap({ graph.type(of: $0)?.quantization }),
            let weights = node.input(1).flatMap({ graph.type(of: $0)?.quantization }), let scale = data.scales.first
        else { return false }
        // Groups have no scale in common that the bias could take.
        guard weights.groupSize == nil else { return graph.constants[bias] != nil || stored[bias] == nil }
        let scales = weights.scales.map { $0 * scale }
        let target = Quantization(
            scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count), axis: scales.count > 1 ? 0 : nil)
        if let integers = stored[bias], let known = graph.type(of: integers), known.dtype == .i32,
            let quantization = known.quantization, quantization.zeroPoints.allSatisfy({ $0 == 0 }),
            agree(quantization.scales, scales)
        {
            node.inputs[2] = integers
            graph[integers].type?.quantization = target
            return true
        }
        let source = stored[bias] ?? bias
        guard let tensor = graph.constants[source], tensor.rank == 1 || tensor.count == 1 else { return false }
        let real =
            try graph.type(of: source)?.quantization.map { try $0.realValues(of: tensor) } ?? tensor.realValues() ?? []
        guard scales.count == 1 || scales.count == real.count else { return false }
        var integers: [Int] = []
        for (position, value) in real.enumerated() {
            let rounded = (Double(value) / Double(scales[scales.count == 1 ? 0 : position])).rounded()
            guard abs(rounded) <= Double(Int32.max) else { return false }
            integers.append(Int(rounded))
        }
        node.inputs[2] = graph.addConstant(
            name: graph.uniqueValueName("\(graph[source].name)_quantized"),
            try Tensor.integers(integers, shape: tensor.shape, dtype: .i32), quantization: target)
        return true
    }

    private func agree(_ left: [Float], _ right: [Float]) -> Bool {
        guard left.count == right.count || left.count == 1 || right.count == 1 else { return false }
        return (0..<max(left.count, right.count)).allSatisfy { position in
            let a = left[left.count == 1 ? 0 : position]
            let b = right[right.count == 1 ? 0 : position]
            return abs(a - b) <= 1e-4 * max(abs(a), abs(b))
        }
    }

    // MARK: Weights alone

    /// Lets a float operator read quantized weights directly: they stand for their real numbers exactly.
    private mutating func foldWeights(_ position: Int) throws {
        let node = graph.nodes[position]
        guard takesWeights(node.op), let data = node.input(0), !isQuantized(data), let weights = node.input(1),
            let integers = stored[weights], graph.constants[integers] != nil
        else { return }
        graph.nodes[position].inputs[1] = integers
        if let bias = node.input(2), let source = stored[bias], let tensor = graph.constants[source],
            let quantization = graph.type(of: source)?.quantization
        {
            graph.nodes[position].inputs[2] = graph.addConstant(
                name: graph.uniqueValueName("\(graph[bias].name)_real"),
                try Tensor(quantization.realValues(of: tensor), shape: tensor.shape))
        }
    }
}
