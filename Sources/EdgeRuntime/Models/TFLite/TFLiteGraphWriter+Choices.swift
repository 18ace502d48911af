import EdgeTensors

/// Comparisons, remainders, choices and counts, as far as both formats have them.
extension TFLiteGraphWriter {
    /// Writes a node of the later additions to the vocabulary.
    ///
    /// - Throws: `Refusal` for what TFLite has no operator for.
    mutating func writeChoice(_ node: Node) throws {
        switch node.op {
        case .greaterOrEqual: try writeSame(node, .greaterEqual, Options(kind: 45, fields: [:]))
        case .lessOrEqual: try writeSame(node, .lessEqual, Options(kind: 46, fields: [:]))
        case .xor: try writePlain(node, .notEqual, Options(kind: 54, fields: [:]))
        case .isNaN:
            let data = try input(node, 0)
            add(.notEqual, [data, data], [try output(node)], Options(kind: 54, fields: [:]))
        case .mod:
            guard node.int("fmod") != 1 else { throw refuse("with the sign of the dividend") }
            try writePlain(node, .floorMod, Options(kind: 72, fields: [:]))
        case .bitwiseXor: try writePlain(node, .bitwiseXor)
        case .bitShift:
            guard node.string("direction") == "RIGHT" else { throw refuse("to the left") }
            try writePlain(node, .rightShift)
        case .sin: try writeReal(node, .sin)
        case .cos: try writeReal(node, .cos, Options(kind: 84, fields: [:]))
        case .sign: try writeReal(node, .sign)
        case .gelu:
            let options = Options(kind: 116, fields: [0: .bool(node.string("approximate") == "tanh")])
            try writeReal(node, .gelu, options)
        case .swish:
            guard (node.float("alpha") ?? 1) == 1 else { throw refuse("with another factor than 1") }
            let data = try realInput(node, 0)
            let (result, finish) = try realOutput(node)
            let gate = intermediate(tensors[result].name + "/gate", like: data)
            add(.logistic, [data], [gate])
            add(.mul, [data, gate], [result], Options(kind: 21, fields: [:]))
            if let finish { add(.quantize, [result], [finish], Options(kind: 89, fields: [:])) }
        case .reduceProduct: try writeProduct(node)
        case .argMin: try writeArgMin(node)
        case .cumulativeSum: try writeCumulativeSum(node)
        case .lpNormalization:
            let rank = try shape(node.input(0)).count
            let axis = node.int("axis") ?? -1
            guard (node.int("p") ?? 2) == 2, axis == -1 || axis == rank - 1 else {
                throw refuse("of another norm or axis")
            }
            try writeReal(node, .l2Normalization, Options(kind: 12, fields: [:]))
        case .localResponseNormalization: try writeLocalResponse(node)
        case .reverseSequence:
            add(
                .reverseSequence, [try input(node, 0), try input(node, 1)], [try output(node)],
                Options(
                    kind: 87,
                    fields: [
                        0: .int32(Int32(truncatingIfNeeded: node.int("time_axis") ?? 0)),
                        1: .int32(Int32(truncatingIfNeeded: node.int("batch_axis") ?? 1)),
                    ]))
        case .gatherND:
            guard (node.int("batch_dims") ?? 0) == 0 else { throw refuse("with common axes") }
            try addSame(.gatherNd, [input(node, 0), input(node, 1)], to: output(node), Options(kind: 83, fields: [:]))
        case .scatterND: try writeScatter(node)
        case .topK: try writeTopK(node)
        case .oneHot: try writeOneHot(node)
        default: throw refuse()
        }
    }

    private func axis(_ node: Node, _ standard: Int) throws -> Int {
        let rank = try shape(node.input(0)).count
        let axis = node.int("axis") ?? standard
        return axis < 0 ? axis + rank : axis
    }

    private mutating func number(_ value: Int, _ dtype: DType = .i32) throws -> Int {
        try constant("number_\(tensors.count)", Tensor.integers([value], shape: [], dtype: dtype))
    }

    private mutating func writeProduct(_ node: Node) throws {
        let rank = try shape(node.input(0)).count
        var axes = Array(0..<rank)
        if node.input(1) != nil {
            guard let given = integers(node, 1) else { throw refuse("over computed axes") }
            if !given.isEmpty { axes = given.map { $0 < 0 ? $0 + rank : $0 } }
        }
        guard node.int("noop_with_empty_axes") != 1 else { throw refuse("that may do nothing") }
        add(
            .reduceProd, [try realInput(node, 0), try list(axes)], [try output(node)],
            Options(kind: 27, fields: [0: .bool((node.int("keepdims") ?? 1) != 0)]))
    }

    private mutating func writeArgMin(_ node: Node) throws {
        guard node.int("keepdims") == 0, node.int("select_last_index") != 1 else { throw refuse("that keeps its axis") }
        let result = try output(node)
        add(
            .argMin, [try input(node, 0), try number(try axis(node, 0))], [result],
            try Options(kind: 57, fields: [0: .int8(tensors[result].dtype.tfliteCode)]))
    }

    private mutating func writeCumulativeSum(_ node: Node) throws {
        guard let over = integers(node, 1)?.first else { throw refuse("over a computed axis") }
        add(
            .cumsum, [try input(node, 0), try number(over)], [try output(node)],
            Options(
                kind: 102, fields: [0: .bool(node.int("exclusive") == 1), 1: .bool(node.int("reverse") == 1)]))
    }

    /// The channels are brought behind everything else for the operator, and back.
    private mutating func writeLocalResponse(_ node: Node) throws {
        let data = try input(node, 0)
        let source = tensors[data].shape
        let size = node.int("size") ?? 0
        guard source.count == 4, size > 0, size % 2 == 1 else { throw refuse("over an even number of channels") }
        let last = [source[0], source[2], source[3], source[1]]
        let turned = intermediate(tensors[data].name + "/last", like: data, shape: last)
        add(.transpose, [data, try list([0, 2, 3, 1])], [turned], Options(kind: 26, fields: [:]))
        let normal = intermediate(tensors[data].name + "/normal", like: data, shape: last)
        add(
            .localResponseNormalization, [turned], [normal],
            Options(
                kind: 13,
                fields: [
                    0: .int32(Int32(truncatingIfNeeded: size / 2)), 1: .float(node.float("bias") ?? 1),
                    2: .float((node.float("alpha") ?? 1e-4) / Float(size)), 3: .float(node.float("beta") ?? 0.75),
                ]))
        add(.transpose, [normal, try list([0, 3, 1, 2])], [try output(node)], Options(kind: 26, fields: [:]))
    }

    /// TFLite scatters into zeros, and adds what meets.
    private mutating func writeScatter(_ node: Node) throws {
        guard let data = node.input(0), let tensor = graph.constants[data], let values = tensor.realValues(),
            values.allSatisfy({ $0 == 0 }), ["none", "add"].contains(node.string("reduction") ?? "none")
        else { throw refuse("into data that is not zero") }
        var indices = try input(node, 1)
        if let known = integers(node, 1) {
            indices = try constant(
                "indices_\(tensors.count)", Tensor.integers(known, shape: shape(node.input(1)), dtype: .i32))
        } else if tensors[indices].dtype != .i32 {
            let narrow = intermediate(tensors[indices].name + "/narrow", tensors[indices].shape, .i32, nil)
            add(.cast, [indices], [narrow], try castOptions(tensors[indices].dtype, .i32))
            indices = narrow
        }
        add(
            .scatterNd, [indices, try input(node, 2), try list(tensor.shape)], [try output(node)],
            Options(kind: 97, fields: [:]))
    }

    private func castOptions(_ from: DType, _ to: DType) throws(ModelError) -> Options {
        try Options(kind: 37, fields: [0: .int8(from.tfliteCode), 1: .int8(to.tfliteCode)])
    }

    private mutating func writeTopK(_ node: Node) throws {
        let rank = try shape(node.input(0)).count
        guard let count = integers(node, 1)?.first, node.int("largest") != 0, try axis(node, -1) == rank - 1,
            node.outputs.count == 2
        else { throw refuse("of the smallest, or along another axis than the last") }
        let places = try output(node, 1)
        let narrow = intermediate(tensors[places].name + "/narrow", tensors[places].shape, .i32, nil)
        add(
            .topkV2, [try input(node, 0), try number(count)], [try output(node), narrow], Options(kind: 34, fields: [:])
        )
        add(.cast, [narrow], [places], try castOptions(.i32, tensors[places].dtype))
    }

    /// Indices below zero count from the end in ONNX: they are lifted by the depth first.
    private mutating func writeOneHot(_ node: Node) throws {
        guard let depth = integers(node, 1)?.first, let pair = node.input(2).flatMap({ graph.constants[$0] }),
            pair.count == 2
        else { throw refuse("with computed values") }
        let indices = try input(node, 0)
        let dtype = tensors[indices].dtype
        guard dtype == .i32 || dtype == .i64 else { throw refuse("of indices of type \(dtype.rawValue)") }
        let negative = intermediate(tensors[indices].name + "/negative", tensors[indices].shape, .bool, nil)
        add(.less, [indices, try number(0, dtype)], [negative], Options(kind: 41, fields: [:]))
        let lifted = intermediate(tensors[indices].name + "/lifted", like: indices)
        add(.add, [indices, try number(depth, dtype)], [lifted], Options(kind: 11, fields: [:]))
        let places = intermediate(tensors[indices].name + "/places", like: indices)
        add(.selectV2, [negative, lifted, indices], [places], Options(kind: 98, fields: [:]))
        let width = pair.dtype.bits / 8
        guard !pair.dtype.isPacked else { throw refuse("of type \(pair.dtype.rawValue)") }
        let values = try pair.withBytes { bytes in
            try (0..<2).map {
                try Tensor(bytes: bytes[($0 * width)..<(($0 + 1) * width)], shape: [], dtype: pair.dtype)
            }
        }
        let off = try constant("off_\(tensors.count)", values[0])
        let on = try constant("on_\(tensors.count)", values[1])
        let axis = node.int("axis") ?? -1
        let rank = tensors[indices].shape.count + 1
        add(
            .oneHot, [places, try number(depth), on, off], [try output(node)],
            Options(kind: 61, fields: [0: .int32(Int32(truncatingIfNeeded: axis == rank - 1 ? -1 : axis))]))
    }
}
