import EdgeModels
import EdgeTensors

/// Dense layers, normalisation, activations, and what joins layers.
extension NetworkBuilder {
    mutating func addDense(_ units: Int, _ bias: Bool, _ activation: Layer.Activation?, _ name: String) throws {
        guard units > 0, units <= Self.largestExtent else { throw refuse(name, "cannot have \(units) units") }
        guard shape.count <= 2 else {
            throw refuse(
                name, "takes numbers in one row, and gets a picture of \(shape)",
                hint: "put \"flatten\" or \"global_pool\" before it")
        }
        if shape.count == 2 { enterSequence("\(name).transpose") }
        let features = shape[shape.count - 1]
        let start = start(before: activation, fanIn: features, fanOut: units)
        if shape.count == 1 {
            var inputs: [ValueID?] = [try weights("\(name).weight", [units, features], start)]
            if bias { inputs.append(try weights("\(name).bias", [units], .constant(0))) }
            add(.gemm, name, inputs: inputs, attributes: ["transB": .int(1)], to: [units])
        } else {
            let matrix = try weights("\(name).weight", [features, units], start)
            add(.matMul, name, inputs: [matrix], to: [shape[0], units])
            if bias {
                let bias = try weights("\(name).bias", [units], .constant(0))
                add(.add, "\(name).add", inputs: [bias], to: shape)
            }
        }
        if let activation { try activate(activation, "\(name).\(activation.rawValue)") }
    }

    /// Makes sure that a series has its times before its features.
    mutating func enterSequence(_ transposition: String) {
        if isChannelsFirst == true { swapAxes(transposition) }
        isChannelsFirst = false
    }

    mutating func normalizeBatch(_ epsilon: Float, _ momentum: Float, _ name: String) throws {
        // The channels of a sequence stand last: they are brought to where the operator looks for them.
        let isSequence = shape.count == 2 && isChannelsFirst != true
        if isSequence { swapAxes("\(name).transpose") }
        let channels = shape[0]
        let inputs: [ValueID?] = [
            try weights("\(name).scale", [channels], .constant(1)),
            try weights("\(name).shift", [channels], .constant(0)),
            try weights("\(name).mean", [channels], .constant(0)),
            try weights("\(name).variance", [channels], .constant(1)),
        ]
        add(
            .batchNormalization, name, inputs: inputs,
            attributes: ["epsilon": .float(epsilon), "momentum": .float(momentum)], to: shape)
        if isSequence { swapAxes("\(name).back") }
    }

    mutating func normalizeLayer(_ epsilon: Float, _ name: String) throws {
        guard shape.count <= 2 else {
            throw refuse(
                name, "normalises features, and gets a picture of \(shape)", hint: "\"batch_norm\" is for pictures")
        }
        if shape.count == 2 { enterSequence("\(name).transpose") }
        let features = shape[shape.count - 1]
        let inputs: [ValueID?] = [
            try weights("\(name).scale", [features], .constant(1)),
            try weights("\(name).shift", [features], .constant(0)),
        ]
        add(
            .layerNormalization, name, inputs: inputs, attributes: ["axis": .int(-1), "epsilon": .float(epsilon)],
            to: shape)
    }

    mutating func activate(_ activation: Layer.Activation, _ name: String) throws {
        switch activation {
        case .relu: add(.relu, name, to: shape)
        case .relu6:
            let bounds = (try number(0, "\(name).min"), try number(6, "\(name).max"))
            add(.clip, name, inputs: [bounds.0, bounds.1], to: shape)
        case .leakyRelu: add(.leakyRelu, name, attributes: ["alpha": .float(0.01)], to: shape)
        case .elu: add(.elu, name, attributes: ["alpha": .float(1)], to: shape)
        case .sigmoid: add(.sigmoid, name, to: shape)
        case .tanh: add(.tanh, name, to: shape)
        case .hardSwish: add(.hardSwish, name, to: shape)
        case .hardSigmoid:
            add(.hardSigmoid, name, attributes: ["alpha": .float(1.0 / 6), "beta": .float(0.5)], to: shape)
        case .silu:
            let gate = node(.sigmoid, "\(name).gate", inputs: [value])
            value = node(.mul, name, inputs: [value, gate])
        case .gelu:
            // x/2 · (1 + erf(x / √2))
            let root = try number(0.70710678, "\(name).root")
            let half = try number(0.5, "\(name).half")
            let one = try number(1, "\(name).one")
            let scaled = node(.mul, "\(name).scale", inputs: [value, root])
            let error = node(.erf, "\(name).erf", inputs: [scaled])
            let raised = node(.add, "\(name).raise", inputs: [error, one])
            let halved = node(.mul, "\(name).halve", inputs: [value, half])
            value = node(.mul, name, inputs: [halved, raised])
        case .softmax:
            guard shape.count < 3 else { throw refuse(name, "is for rows of numbers, and gets a picture of \(shape)") }
            if shape.count == 2 { enterSequence("\(name).transpose") }
            add(.softmax, name, attributes: ["axis": .int(-1)], to: shape)
        }
    }

    mutating func flatten(_ name: String) throws {
        guard shape.count > 1 else { return }
        add(.flatten, name, attributes: ["axis": .int(1)], to: [shape.reduce(1, *)])
        isChannelsFirst = nil
    }

    mutating func drop(_ rate: Float, _ name: String) throws {
        guard rate >= 0, rate < 1 else {
            throw refuse(name, "cannot drop a share of \(rate)", hint: "0.5 drops every other number in training")
        }
        let ratio = try number(rate, "\(name).ratio")
        add(.dropout, name, inputs: [ratio], to: shape)
    }

    mutating func addResidual(
        _ layers: [Layer], _ activation: Layer.Activation?, _ name: String, depth: Int
    ) throws {
        guard !layers.isEmpty else { throw refuse(name, "has no layers") }
        let (given, before, order) = (value, shape, isChannelsFirst)
        for layer in layers { try append(layer, depth: depth + 1) }
        let (made, after, orderMade) = (value, shape, isChannelsFirst)
        var shortcut = given
        if before != after || order ?? orderMade != orderMade {
            (value, shape, isChannelsFirst) = (given, before, order)
            try project(to: after, channelsFirst: orderMade, name)
            shortcut = value
        }
        (value, shape, isChannelsFirst) = (made, after, orderMade)
        value = node(.add, "\(name).add", inputs: [made, shortcut])
        if let activation { try activate(activation, "\(name).\(activation.rawValue)") }
    }

    /// Brings what goes around a residual to the shape of what went through: by a convolution of extent 1, or a dense layer.
    private mutating func project(to target: [Int], channelsFirst: Bool?, _ name: String) throws {
        let source = shape
        guard source.count == target.count else {
            throw refuse(name, "adds \(source) to \(target), which have other axes")
        }
        let shortcut = "\(name).shortcut"
        if source.count == 3 || channelsFirst == true {
            var stride: [Int] = []
            for (from, to) in zip(source.dropFirst(), target.dropFirst()) {
                let step = (from + to - 1) / max(1, to)
                guard to > 0, step > 0, (from + step - 1) / step == to else {
                    throw refuse(name, "adds \(source) to \(target), which no stride brings together")
                }
                stride.append(step)
            }
            try convolve(
                Layer.Convolution(
                    source.count == 3 ? .picture : .series, filters: target[0], kernel: [1], stride: stride), shortcut)
        } else {
            guard source.dropLast() == target.dropLast() else {
                throw refuse(name, "adds \(source) to \(target), whose times differ")
            }
            try addDense(target[target.count - 1], true, nil, shortcut)
        }
        guard shape == target else { throw refuse(name, "adds \(source) to \(target), which do not fit") }
    }
}
