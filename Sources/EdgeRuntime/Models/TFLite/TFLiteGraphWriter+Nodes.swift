import EdgeTensors

/// Nodes as operators of the schema.
extension TFLiteGraphWriter {
    mutating func write(_ node: Node, at position: Int) throws {
        switch node.op {
        case .conv: try writeConvolution(node, at: position)
        case .convTranspose: try writeTransposedConvolution(node, at: position)
        case .maxPool, .averagePool: try writePool(node, at: position)
        case .globalAveragePool, .globalMaxPool: try writeGlobalPool(node)
        case .gemm, .matMul: try writeDense(node, at: position)
        case .batchNormalization: try writeNormalisation(node)
        case .sequenceLSTM: try writeLSTM(node)
        case .add, .sub, .mul, .div: try writeArithmetic(node, at: position)
        case .maximum, .minimum: try writeExtremes(node)
        case .pow: try writeReal(node, .pow, Options(kind: 56, fields: [:]))
        case .equal: try writeSame(node, .equal, Options(kind: 53, fields: [:]))
        case .less: try writeSame(node, .less, Options(kind: 41, fields: [:]))
        case .greater: try writeSame(node, .greater, Options(kind: 44, fields: [:]))
        case .and: try writePlain(node, .logicalAnd, Options(kind: 62, fields: [:]))
        case .or: try writePlain(node, .logicalOr, Options(kind: 61, fields: [:]))
        case .not: try writePlain(node, .logicalNot, Options(kind: 63, fields: [:]))
        case .selectWhere: try writePlain(node, .selectV2, Options(kind: 98, fields: [:]))
        case .pRelu: try writePRelu(node)
        case .relu: try writePlain(node, .relu)
        case .leakyRelu:
            try writePlain(node, .leakyRelu, Options(kind: 75, fields: [0: .float(node.float("alpha") ?? 0.01)]))
        case .hardSwish: try writePlain(node, .hardSwish, Options(kind: 91, fields: [:]))
        case .hardSigmoid: try writeHardSigmoid(node)
        case .elu:
            guard (node.float("alpha") ?? 1) == 1 else { throw refuse("with alpha \(node.float("alpha") ?? 1)") }
            try writeReal(node, .elu)
        case .clip: try writeClip(node)
        case .sigmoid: try writeFixed(node, .logistic)
        case .tanh: try writeFixed(node, .tanh)
        case .softmax: try writeRow(node, .softmax, Options(kind: 9, fields: [0: .float(1)]))
        case .logSoftmax: try writeRow(node, .logSoftmax, Options(kind: 36, fields: [:]))
        case .sqrt: try writeReal(node, .sqrt)
        case .exp: try writeReal(node, .exp, Options(kind: 33, fields: [:]))
        case .log: try writeReal(node, .log)
        case .neg: try writeReal(node, .neg, Options(kind: 42, fields: [:]))
        case .abs: try writeReal(node, .abs, Options(kind: 78, fields: [:]))
        case .floor: try writeReal(node, .floor)
        case .ceil: try writeReal(node, .ceil)
        case .round: try writeReal(node, .round)
        case .reciprocal: try writeReciprocal(node)
        case .cast: try writePlain(node, .cast, Options(kind: 37, fields: try castFields(node)))
        case .quantizeLinear:
            guard node.inputs.count == 1 else { throw refuse("with a computed scale") }
            try writePlain(node, .quantize, Options(kind: 89, fields: [:]))
        case .dequantizeLinear:
            guard node.inputs.count == 1 else { throw refuse("with a computed scale") }
            try writePlain(node, .dequantize, Options(kind: 38, fields: [:]))
        case .identity, .dropout: try writeReshape(node)
        case .readVariable, .assignVariable: throw refuse("with a state, which the writer does not declare")
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .argMax, .resize, .reshape, .flatten, .transpose,
            .squeeze,
            .unsqueeze, .concat, .split, .slice, .gather, .pad, .expand, .tile, .shape, .constantOfShape, .range,
            .spaceToDepth, .depthToSpace, .spaceToBatch, .batchToSpace:
            try writeMovement(node)
        case .loop, .conditional: throw refuse("whose bodies would be subgraphs of their own, which are not written")
        default: try writeChoice(node)
        }
    }

    private func castFields(_ node: Node) throws(ModelError) -> [Int: Field] {
        func code(_ id: ValueID?) throws(ModelError) -> Int8 {
            guard let id, let dtype = graph.type(of: id)?.dtype else { return 0 }
            return try dtype.tfliteCode
        }
        return try [0: .int8(code(node.input(0))), 1: .int8(code(node.outputs.first))]
    }

    // MARK: Inputs and outputs

    mutating func input(_ node: Node, _ position: Int) throws -> Int {
        guard let id = node.input(position) else { throw refuse("without input \(position)") }
        return try tensor(id)
    }

    mutating func output(_ node: Node, _ position: Int = 0) throws -> Int {
        guard position < node.outputs.count else { throw refuse("without output \(position)") }
        return try tensor(node.outputs[position])
    }

    func quantization(_ node: Node, _ position: Int = 0) -> Quantization? {
        node.input(position).flatMap { graph.type(of: $0)?.quantization }
    }

    func shape(_ id: ValueID?) throws -> [Int] {
        guard let id, let shape = graph.type(of: id)?.fixedShape else {
            throw refuse("of a shape that depends on data")
        }
        return shape
    }

    func integers(_ node: Node, _ position: Int) -> [Int]? {
        node.input(position).flatMap { graph.constants[$0]?.integerValues() }
    }

    /// The activation that goes into an operator: its number, and the value that the two make together.
    mutating func fused(_ node: Node) -> (activation: Int8, output: ValueID)? {
        guard let output = node.outputs.first, let only = readers[output], only.count == 1,
            !graph.outputs.contains(output)
        else { return nil }
        let next = graph.nodes[only[0]]
        guard let result = next.outputs.first,
            graph.type(of: output)?.quantization == graph.type(of: result)?.quantization,
            let code = activation(next)
        else { return nil }
        absorbed.insert(only[0])
        return (code, result)
    }

    private func activation(_ node: Node) -> Int8? {
        if node.op == .relu { return 1 }
        guard node.op == .clip else { return nil }
        let bounds = clipBounds(node)
        switch (bounds?.0, bounds?.1) {
        case (0, .infinity): return 1
        case (0, 6): return 3
        case (-1, 1): return 2
        default: return nil
        }
    }

    /// Constant bounds of a clip; infinite where it has none.
    func clipBounds(_ node: Node) -> (Float, Float)? {
        func bound(_ position: Int, _ standard: Float) -> Float? {
            guard let id = node.input(position) else { return standard }
            guard let tensor = graph.constants[id], let value = tensor.realValues()?.first else { return nil }
            let real = (try? graph.type(of: id)?.quantization?.realValues(of: tensor).first) ?? value
            return abs(real) >= Float.greatestFiniteMagnitude ? (real < 0 ? -.infinity : .infinity) : real
        }
        guard let low = bound(1, -.infinity), let high = bound(2, .infinity) else { return nil }
        return (low, high)
    }

    /// Writes a node with its tensors as they are.
    mutating func writePlain(_ node: Node, _ code: TFLiteOperatorCode, _ options: Options = .none) throws {
        add(code, try node.inputs.indices.map { try input(node, $0) }, [try output(node)], options)
    }

    /// Writes a node whose operator wants one quantization throughout: the result is requantized where the model has another.
    mutating func writeSame(_ node: Node, _ code: TFLiteOperatorCode, _ options: Options = .none) throws {
        let inputs = try node.inputs.indices.map { try input(node, $0) }
        try addSame(code, inputs, to: output(node), options)
    }

    mutating func addSame(_ code: TFLiteOperatorCode, _ inputs: [Int], to output: Int, _ options: Options = .none)
        throws
    {
        guard let first = inputs.first, tensors[output].quantization != nil,
            tensors[first].quantization != tensors[output].quantization,
            tensors[first].quantization != nil
        else { return add(code, inputs, [output], options) }
        let inner = intermediate(
            tensors[output].name + "/same", tensors[output].shape, tensors[first].dtype, tensors[first].quantization)
        add(code, inputs, [inner], options)
        add(.quantize, [inner], [output], Options(kind: 89, fields: [:]))
    }

    /// Writes a node whose operator computes on floats only: integers are dequantized before and quantized behind.
    mutating func writeReal(_ node: Node, _ code: TFLiteOperatorCode, _ options: Options = .none) throws {
        var inputs: [Int] = []
        for position in node.inputs.indices { inputs.append(try realInput(node, position)) }
        let (result, finish) = try realOutput(node)
        add(code, inputs, [result], options)
        if let finish { add(.quantize, [result], [finish], Options(kind: 89, fields: [:])) }
    }

    mutating func realInput(_ node: Node, _ position: Int) throws -> Int {
        let id = try input(node, position)
        guard tensors[id].quantization != nil else { return id }
        let real = intermediate(tensors[id].name + "/real", tensors[id].shape, .f32, nil)
        add(.dequantize, [id], [real], Options(kind: 38, fields: [:]))
        return real
    }

    /// Where floats go, and the tensor they are to be quantized into behind.
    mutating func realOutput(_ node: Node) throws -> (result: Int, finish: Int?) {
        let id = try output(node)
        guard tensors[id].quantization != nil else { return (id, nil) }
        return (intermediate(tensors[id].name + "/real", tensors[id].shape, .f32, nil), id)
    }

    /// Operators whose integer results have one scale that the schema prescribes.
    func fixedQuantization(_ code: TFLiteOperatorCode, _ dtype: DType) -> Quantization? {
        switch (code, dtype) {
        case (.softmax, .i8), (.logistic, .i8): Quantization(scale: 1 / 256, zeroPoint: -128)
        case (.softmax, .u8), (.logistic, .u8): Quantization(scale: 1 / 256, zeroPoint: 0)
        case (.tanh, .i8): Quantization(scale: 1 / 128, zeroPoint: 0)
        case (.tanh, .u8): Quantization(scale: 1 / 128, zeroPoint: 128)
        case (.logSoftmax, .i8): Quantization(scale: 16 / 256, zeroPoint: 127)
        case (.logSoftmax, .u8): Quantization(scale: 16 / 256, zeroPoint: 255)
        case (_, .i16): Quantization(scale: 1 / 32768, zeroPoint: 0)
        default: nil
        }
    }

    mutating func writeFixed(_ node: Node, _ code: TFLiteOperatorCode) throws {
        try addFixed(code, input(node, 0), to: output(node), .none)
    }

    mutating func addFixed(_ code: TFLiteOperatorCode, _ input: Int, to output: Int, _ options: Options) throws {
        let entry = tensors[output]
        guard entry.quantization != nil, let wanted = fixedQuantization(code, entry.dtype), entry.quantization != wanted
        else {
            return add(code, [input], [output], options)
        }
        let inner = intermediate(entry.name + "/fixed", entry.shape, entry.dtype, wanted)
        add(code, [input], [inner], options)
        add(.quantize, [inner], [output], Options(kind: 89, fields: [:]))
    }

    /// Softmax and its kind, which TFLite computes along the last axis.
    private mutating func writeRow(_ node: Node, _ code: TFLiteOperatorCode, _ options: Options) throws {
        let source = try input(node, 0)
        let result = try output(node)
        let rank = tensors[source].shape.count
        let axis = node.int("axis") ?? -1
        let target = axis < 0 ? axis + rank : axis
        guard target != rank - 1 else { return try addFixed(code, source, to: result, options) }
        var order = Array(0..<rank)
        order.swapAt(target, rank - 1)
        let turned = order.map { tensors[source].shape[$0] }
        let before = intermediate(tensors[source].name + "/turned", like: source, shape: turned)
        add(.transpose, [source, try list(order)], [before], Options(kind: 26, fields: [:]))
        let after = intermediate(tensors[result].name + "/turned", like: result, shape: turned)
        try addFixed(code, before, to: after, options)
        add(.transpose, [after, try list(order)], [result], Options(kind: 26, fields: [:]))
    }

    // MARK: Arithmetic

    private mutating func writeArithmetic(_ node: Node, at position: Int) throws {
        let isQuantized = node.outputs.first.flatMap { graph.type(of: $0)?.quantization } != nil
        if node.op == .div && isQuantized { return try writeReal(node, .div, Options(kind: 29, fields: [0: .int8(0)])) }
        let code: TFLiteOperatorCode = node.op == .add ? .add : node.op == .sub ? .sub : node.op == .mul ? .mul : .div
        let kind: UInt8 = node.op == .add ? 11 : node.op == .sub ? 28 : node.op == .mul ? 21 : 29
        let together = fused(node)
        let result = try together.map { try tensor($0.output) } ?? output(node)
        add(
            code, [try input(node, 0), try input(node, 1)], [result],
            Options(kind: kind, fields: [0: .int8(together?.activation ?? 0)]))
    }

    private mutating func writeExtremes(_ node: Node) throws {
        let code: TFLiteOperatorCode = node.op == .maximum ? .maximum : .minimum
        let result = try output(node)
        guard node.inputs.count > 1 else { return try writeReshape(node) }
        if quantization(node) != nil,
            Set(node.inputs.indices.map { quantization(node, $0) } + [tensors[result].quantization]).count > 1
        {
            guard node.inputs.count == 2 else { throw refuse("of several scales") }
            return try writeReal(node, code, Options(kind: 39, fields: [:]))
        }
        var total = try input(node, 0)
        for position in 1..<node.inputs.count {
            let last = position == node.inputs.count - 1
            let next = try input(node, position)
            let shape = zip(tensors[total].shape.reversed(), tensors[next].shape.reversed()).map { max($0, $1) }
            let target =
                last
                ? result : intermediate(tensors[result].name + "/\(position)", like: result, shape: shape.reversed())
            add(code, [total, next], [target], Options(kind: 39, fields: [:]))
            total = target
        }
    }

    private mutating func writePRelu(_ node: Node) throws {
        // The slope loses its leading axis, which stands for the batch.
        guard let id = node.input(1), let slope = graph.constants[id], quantization(node) == nil else {
            return try writePlain(node, .prelu)
        }
        let rank = try shape(node.input(0)).count
        var extents = slope.shape
        while extents.count > rank - 1, extents.first == 1 { extents.removeFirst() }
        while extents.count < rank - 1 { extents.insert(1, at: 0) }
        add(.prelu, [try input(node, 0), try constant(graph[id].name, slope.reshaped(extents))], [try output(node)])
    }

    private mutating func writeReciprocal(_ node: Node) throws {
        let source = try realInput(node, 0)
        let (result, finish) = try realOutput(node)
        add(.div, [try scalar(1), source], [result], Options(kind: 29, fields: [0: .int8(0)]))
        if let finish { add(.quantize, [result], [finish], Options(kind: 89, fields: [:])) }
    }

    private mutating func writeHardSigmoid(_ node: Node) throws {
        let source = try realInput(node, 0)
        let (result, finish) = try realOutput(node)
        let scaled = intermediate(tensors[result].name + "/scaled", like: result)
        add(.mul, [source, try scalar(node.float("alpha") ?? 0.2)], [scaled], Options(kind: 21, fields: [0: .int8(0)]))
        let shifted = intermediate(tensors[result].name + "/shifted", like: result)
        add(.add, [scaled, try scalar(node.float("beta") ?? 0.5)], [shifted], Options(kind: 11, fields: [0: .int8(1)]))
        add(.minimum, [shifted, try scalar(1)], [result], Options(kind: 39, fields: [:]))
        if let finish { add(.quantize, [result], [finish], Options(kind: 89, fields: [:])) }
    }

    private mutating func writeClip(_ node: Node) throws {
        guard let (low, high) = clipBounds(node) else { throw refuse("with computed bounds") }
        let source = try input(node, 0)
        let result = try output(node)
        switch (low, high) {
        case (0, .infinity): return add(.relu, [source], [result])
        case (0, 6): return add(.relu6, [source], [result])
        case (-1, 1): return add(.reluN1To1, [source], [result])
        default: break
        }
        func bound(_ value: Float) throws -> Int {
            let entry = tensors[source]
            guard let quantization = entry.quantization else { return try scalar(value) }
            let stored = (value / quantization.scales[0]).rounded() + Float(quantization.zeroPoints[0])
            guard !stored.isNaN else { throw refuse("with a bound at a scale of zero") }
            let range: ClosedRange<Float> =
                entry.dtype == .u8 ? 0...255 : entry.dtype == .i16 ? -32768...32767 : -128...127
            let number = Int(min(max(stored, range.lowerBound), range.upperBound))
            return try constant(
                "bound_\(tensors.count)", Tensor.integers([number], shape: [], dtype: entry.dtype),
                quantization: quantization)
        }
        let finite = [(TFLiteOperatorCode.maximum, low), (.minimum, high)].filter { $0.1.isFinite }
        guard !finite.isEmpty else { return try writeReshape(node) }
        var current = source
        for (position, stage) in finite.enumerated() {
            let last = position == finite.count - 1
            let limit = try bound(stage.1)
            if last {
                try addSame(stage.0, [current, limit], to: result, Options(kind: 39, fields: [:]))
            } else {
                let next = intermediate(tensors[result].name + "/bound", like: source)
                add(stage.0, [current, limit], [next], Options(kind: 39, fields: [:]))
                current = next
            }
        }
    }
}
