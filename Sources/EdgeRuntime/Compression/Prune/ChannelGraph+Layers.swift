import EdgeModels
import EdgeTensors

/// Layers with weights: they end channels and begin new ones.
extension ChannelGraph {
    mutating func convolution(_ node: Node, _ position: Int) throws {
        guard let data = node.input(0), let output = node.outputs.first,
            let kernel = constantWeights(node), kernel.rank >= 3, hasConstantBias(node, count: kernel.shape[0]),
            let axis = channelAxis(node, data), labels[data].map({ $0.axis == axis }) ?? true
        else { return refuse(node, "has no constant weights") }
        let groups = max(1, node.int("group") ?? 1)
        let (rows, inner) = (kernel.shape[0], kernel.shape[1])
        guard rows > 0, rows % groups == 0, labels[data].map({ $0.count == inner * groups }) ?? true else {
            return refuse(node, "has weights that do not fit its input")
        }
        if groups > 1 && inner == 1 { return try depthwise(node, position, kernel, groups: groups, axis: axis) }
        if let own = labels[data] {
            // Groups stay equal when the same place is cut out of each.
            for index in own.atoms.indices where index >= inner {
                atoms.join(own.atoms[index % inner], own.atoms[index])
            }
            cut(position, input: 1, axis: 1, Array(own.atoms[..<inner]))
            read(position, data, own, try columnNorms(kernel, groups: groups))
        }
        let channels = makeChannels(node, position, rows)
        let place = rows / groups
        for index in channels.indices where index >= place { atoms.join(channels[index % place], channels[index]) }
        try begin(node, position, output, axis: axis, channels, weightAxis: 0, kernel)
    }

    /// Each channel is filtered for itself: input and output are one.
    private mutating func depthwise(_ node: Node, _ position: Int, _ kernel: Tensor, groups: Int, axis: Int) throws {
        guard let data = node.input(0), let output = node.outputs.first, let own = labels[data] else { return }
        let multiplier = kernel.shape[0] / groups
        let channels = (0..<kernel.shape[0]).map { own.atoms[$0 / multiplier] }
        cut(position, input: 1, axis: 0, channels)
        if node.input(2) != nil { cut(position, input: 2, axis: 0, channels) }
        counts.append(.groups(node: position, atoms: own.atoms))
        let norms = try kernel.norms(along: 0)
        let bias = try biasMagnitudes(node, count: channels.count)
        let strength = channels.indices.map { channel in
            let product = own.strength[channel / multiplier] * norms[channel]
            return (product * product + bias[channel] * bias[channel]).squareRoot()
        }
        labels[output] = ChannelLabels(axis: axis, atoms: channels, strength: strength)
    }

    mutating func transposedConvolution(_ node: Node, _ position: Int) throws {
        guard let data = node.input(0), let output = node.outputs.first, let kernel = constantWeights(node),
            kernel.rank >= 3, (node.int("group") ?? 1) == 1, hasConstantBias(node, count: kernel.shape[1]),
            let axis = channelAxis(node, data),
            labels[data].map({ $0.axis == axis && $0.count == kernel.shape[0] }) ?? true
        else { return refuse(node, "has groups or no constant weights") }
        if let own = labels[data] {
            cut(position, input: 1, axis: 0, own.atoms)
            read(position, data, own, try kernel.norms(along: 0))
        }
        try begin(
            node, position, output, axis: axis, makeChannels(node, position, kernel.shape[1]), weightAxis: 1, kernel)
    }

    mutating func dense(_ node: Node, _ position: Int) throws {
        let isTurned = (node.int("transB") ?? 0) != 0
        guard let data = node.input(0), let output = node.outputs.first, let matrix = constantWeights(node),
            matrix.rank == 2, (node.int("transA") ?? 0) == 0, shape(data)?.count == 2
        else { return refuse(node, "has no constant weights") }
        let (outAxis, inAxis) = isTurned ? (0, 1) : (1, 0)
        guard hasConstantBias(node, count: matrix.shape[outAxis]),
            labels[data].map({ $0.axis == 1 && $0.count == matrix.shape[inAxis] }) ?? true
        else { return refuse(node, "has weights that do not fit its input") }
        if let own = labels[data] {
            cut(position, input: 1, axis: inAxis, own.atoms)
            read(position, data, own, try matrix.norms(along: inAxis))
        }
        let channels = makeChannels(node, position, matrix.shape[outAxis])
        try begin(node, position, output, axis: 1, channels, weightAxis: outAxis, matrix)
    }

    /// A product with a constant matrix; without one nothing can be said of its channels.
    mutating func product(_ node: Node, _ position: Int) throws {
        guard let data = node.input(0), let output = node.outputs.first, let matrix = constantWeights(node),
            matrix.rank == 2, let rank = shape(data)?.count, rank >= 2
        else { return refuse(node, "has no constant matrix") }
        if let own = labels[data] {
            // Rows of the data pass through.
            guard own.axis == rank - 1 else {
                labels[output] = own
                return
            }
            guard own.count == matrix.shape[0] else { return refuse(node, "has a matrix that does not fit its input") }
            cut(position, input: 1, axis: 0, own.atoms)
            read(position, data, own, try matrix.norms(along: 0))
        }
        let channels = makeChannels(node, position, matrix.shape[1])
        try begin(node, position, output, axis: rank - 1, channels, weightAxis: 1, matrix)
    }

    mutating func normalisation(_ node: Node, _ position: Int) throws {
        guard let own = incoming(node), let data = node.input(0), let output = node.outputs.first else { return }
        let parameters = try (1...4).map { try node.input($0).flatMap { graph.constants[$0] }?.floats() }
        guard own.axis == channelAxis(node, data), parameters.allSatisfy({ $0?.count == own.count }),
            let scale = parameters[0], let shift = parameters[1], let variance = parameters[3]
        else { return refuse(node, "has parameters that are not constant") }
        for input in 1...4 { cut(position, input: input, axis: 0, own.atoms) }
        scales.append(
            ChannelScale(node: position, atoms: own.atoms, magnitudes: scale.map { Double($0.magnitude) }))
        let epsilon = Double(node.float("epsilon") ?? 1e-5)
        let strength = own.strength.indices.map { index in
            let factor = Double(scale[index]) / max(1e-12, Double(variance[index]) + epsilon).squareRoot()
            let product = own.strength[index] * factor
            // The mean only shifts what the layer before gives; a channel of zeros comes out as β - γ μ / σ.
            let constant = Double(shift[index]) - Double(parameters[2]?[index] ?? 0) * factor
            return (product * product + constant * constant).squareRoot()
        }
        labels[output] = ChannelLabels(axis: own.axis, atoms: own.atoms, strength: strength)
    }

    // MARK: Pieces

    private func constantWeights(_ node: Node) -> Tensor? {
        guard let data = node.input(0), graph.constants[data] == nil,
            let weights = node.input(1).flatMap({ graph.constants[$0] }), weights.dtype == .f32, weights.count > 0
        else { return nil }
        return weights
    }

    private func hasConstantBias(_ node: Node, count: Int) -> Bool {
        guard let id = node.input(2) else { return true }
        guard let bias = graph.constants[id], bias.dtype == .f32 else { return false }
        return bias.count == count && bias.shape.last == count || bias.count == 1
    }

    private func biasMagnitudes(_ node: Node, count: Int) throws -> [Double] {
        guard let bias = try node.input(2).flatMap({ graph.constants[$0] })?.floats() else {
            return [Double](repeating: 0, count: count)
        }
        return (0..<count).map { Double(bias[bias.count == 1 ? 0 : $0].magnitude) }
    }

    private mutating func makeChannels(_ node: Node, _ position: Int, _ count: Int) -> [Int] {
        let channels = atoms.make(count)
        layers.append(ChannelLayer(node: position, name: node.name, atoms: channels))
        return channels
    }

    /// The output of a layer: its channels, with the weights and biases that belong to them.
    private mutating func begin(
        _ node: Node, _ position: Int, _ output: ValueID, axis: Int, _ channels: [Int], weightAxis: Int,
        _ weights: Tensor
    ) throws {
        cut(position, input: 1, axis: weightAxis, channels)
        if let bias = node.input(2).flatMap({ graph.constants[$0] }), bias.count == channels.count, bias.rank > 0 {
            // One index alone may be a number that is meant for every channel.
            if channels.count > 1 { cut(position, input: 2, axis: bias.rank - 1, channels) }
        }
        let norms = try weights.norms(along: weightAxis)
        let bias = try biasMagnitudes(node, count: channels.count)
        let strength = norms.indices.map { (norms[$0] * norms[$0] + bias[$0] * bias[$0]).squareRoot() }
        labels[output] = ChannelLabels(axis: axis, atoms: channels, strength: strength)
    }

    private mutating func read(_ position: Int, _ value: ValueID, _ own: ChannelLabels, _ norms: [Double]) {
        readers.append(
            ChannelReader(
                node: position, value: value, axis: own.axis, atoms: own.atoms, strength: own.strength, norms: norms))
    }

    /// The norm of the weights that read each input channel.
    private func columnNorms(_ kernel: Tensor, groups: Int) throws -> [Double] {
        guard groups > 1 else { return try kernel.norms(along: 1) }
        let rows = kernel.shape[0] / groups
        return try (0..<groups).flatMap { group in
            try kernel.selecting(Array(group * rows..<(group + 1) * rows), along: 0).norms(along: 1)
        }
    }
}
