import EdgeTensors

/// The operators of the schema in the graph's vocabulary.
extension TFLiteGraphReader {
    mutating func convert(_ operation: TFLiteOperation) throws {
        if operation.number == 32, operation.custom == Self.detection { return try readDetection(operation) }
        if operation.number == 32, operation.custom == Self.biasedTransposedConvolution {
            return try readBiasedTransposedConvolution(operation)
        }
        guard let code = operation.code else { return try skip(operation) }
        if isComplex(operation) { return try readSpectrum(operation, code) }
        switch code {
        case .conv3d: try readVolumes(operation)
        case .conv3dTranspose: try readTransposedVolumes(operation)
        case .conv2d, .depthwiseConv2d: try readConvolution(operation, depthwise: code == .depthwiseConv2d)
        case .transposeConv: try readTransposedConvolution(operation)
        case .averagePool2d, .maxPool2d: try readPool(operation, code == .maxPool2d ? .maxPool : .averagePool)
        case .fullyConnected: try readFullyConnected(operation)
        case .batchMatmul: try readBatchMatMul(operation)
        case .add, .sub, .mul, .div:
            let op: Operator = code == .add ? .add : code == .sub ? .sub : code == .mul ? .mul : .div
            try emitActivated(
                op, operation, [required(operation, 0), required(operation, 1)], to: output(operation),
                activation: operation.byte(0))
        case .stablehloAdd: try binary(.add, operation)
        case .stablehloMultiply: try binary(.mul, operation)
        case .stablehloAnd: try binary(isTruth(operation) ? .and : .bitwiseAnd, operation)
        case .stablehloShiftLeft: try shift("LEFT", operation)
        case .stablehloPad: try readStablehloPad(operation)
        case .stablehloComposite: try readDecomposition(operation)
        case .maximum, .stablehloMaximum: try binary(.maximum, operation)
        case .minimum, .stablehloMinimum: try binary(.minimum, operation)
        case .pow: try binary(.pow, operation)
        case .equal: try binary(.equal, operation)
        case .less: try binary(.less, operation)
        case .greater: try binary(.greater, operation)
        case .logicalAnd: try binary(.and, operation)
        case .logicalOr: try binary(.or, operation)
        case .prelu: try binary(.pRelu, operation)
        case .notEqual: try negated(.equal, operation)
        case .greaterEqual: try binary(.greaterOrEqual, operation)
        case .lessEqual: try binary(.lessOrEqual, operation)
        case .bitwiseXor: try binary(.bitwiseXor, operation)
        case .rightShift: try shift("RIGHT", operation)
        case .relu: try unary(.relu, operation)
        case .relu6: try emitClip(operation, required(operation, 0), to: output(operation), 0, 6)
        case .reluN1To1: try emitClip(operation, required(operation, 0), to: output(operation), -1, 1)
        case .relu0To1: try emitClip(operation, required(operation, 0), to: output(operation), 0, 1)
        case .leakyRelu: try unary(.leakyRelu, operation, ["alpha": .float(operation.float(0, 0))])
        case .elu: try unary(.elu, operation)
        case .hardSwish: try unary(.hardSwish, operation)
        case .logistic: try unary(.sigmoid, operation)
        case .tanh: try unary(.tanh, operation)
        case .sqrt: try unary(.sqrt, operation)
        case .exp: try unary(.exp, operation)
        case .log: try unary(.log, operation)
        case .neg: try unary(.neg, operation)
        case .abs: try unary(.abs, operation)
        case .floor: try unary(.floor, operation)
        case .ceil: try unary(.ceil, operation)
        case .round: try unary(.round, operation)
        case .logicalNot: try unary(.not, operation)
        case .sin: try unary(.sin, operation)
        case .cos: try unary(.cos, operation)
        case .sign: try unary(.sign, operation)
        case .gelu: try unary(.gelu, operation, ["approximate": .string(operation.bool(0) ? "tanh" : "none")])
        case .bitcast: try readBitcast(operation)
        case .cast: try readCast(operation)
        case .rsqrt, .square, .squaredDifference: try readComposite(operation, code)
        case .softmax: try readSoftmax(operation)
        case .logSoftmax: try unary(.logSoftmax, operation, ["axis": .int(-1)])
        case .mean: try readReduction(.reduceMean, operation)
        case .sum: try readReduction(.reduceSum, operation)
        case .reduceMax: try readReduction(.reduceMax, operation)
        case .reduceMin: try readReduction(.reduceMin, operation)
        case .reduceProd: try readReduction(.reduceProduct, operation)
        case .argMax: try readArgMax(.argMax, operation)
        case .argMin: try readArgMax(.argMin, operation)
        case .gatherNd, .scatterNd, .topkV2, .oneHot, .whereTrue, .unique, .sparseToDense, .segmentSum,
            .unsortedSegmentSum, .unsortedSegmentProd, .unsortedSegmentMax, .unsortedSegmentMin, .dynamicUpdateSlice,
            .cumsum, .reverseSequence:
            try convertChoice(operation, code)
        case .select, .selectV2:
            emit(
                .selectWhere, operation,
                [try required(operation, 0), try required(operation, 1), try required(operation, 2)],
                to: [try output(operation)])
        case .quantize: emit(.quantizeLinear, operation, [try required(operation, 0)], to: [try output(operation)])
        case .dequantize: try readDequantize(operation)
        case .addN, .floorDiv, .l2Normalization, .l2Pool2d, .floorMod, .atan2, .localResponseNormalization, .fakeQuant,
            .reduceAny, .reduceAll, .bucketize,
            .matrixDiag, .matrixSetDiag, .broadcastArgs:
            try convertComposite(operation, code)
        case .rnn, .unidirectionalSequenceRnn: try readRNN(operation, sequence: code == .unidirectionalSequenceRnn)
        case .svdf: try readSVDF(operation)
        case .bidirectionalSequenceRnn: try readBidirectionalRNN(operation)
        case .bidirectionalSequenceLstm: try readBidirectionalLSTM(operation)
        case .nonMaxSuppressionV4, .nonMaxSuppressionV5:
            try readSuppression(operation, isSoft: code == .nonMaxSuppressionV5)
        case .densify: try readDensify(operation)
        case .rfft2d, .real, .imaginary, .complexAbs: try readSpectrum(operation, code)
        case .conditional: try readIf(operation)
        case .loop: try readWhile(operation)
        // Read ahead of everything else.
        case .callOnce: break
        case .varHandle: try readHandle(operation)
        case .readVariable: try readVariable(operation)
        case .assignVariable: try assignVariable(operation)
        case .lstm, .unidirectionalSequenceLstm: try readLSTM(operation, sequence: code == .unidirectionalSequenceLstm)
        case .concatenation, .depthToSpace, .spaceToDepth, .reshape, .resizeBilinear, .resizeNearestNeighbor, .pad,
            .padv2,
            .mirrorPad, .gather, .batchToSpaceNd, .spaceToBatchNd, .transpose, .squeeze, .expandDims, .stridedSlice,
            .slice,
            .split, .splitV, .tile, .shape, .pack, .unpack, .zerosLike, .fill, .range, .broadcastTo,
            .reverseV2, .rank, .embeddingLookup:
            try convertMovement(operation, code)
        }
    }

    mutating func skip(_ operation: TFLiteOperation) throws {
        reportUnsupported(operation)
        try skipOutputs(operation)
    }

    /// Keeps the graph whole behind an operator that cannot be read.
    mutating func skipOutputs(_ operation: TFLiteOperation) throws {
        for index in operation.outputs { _ = try value(index) }
    }

    private mutating func isTruth(_ operation: TFLiteOperation) throws -> Bool {
        try typeOfInput(operation, 0)?.dtype == .bool
    }

    private mutating func shift(_ direction: String, _ operation: TFLiteOperation) throws {
        emit(
            .bitShift, operation, [try required(operation, 0), try required(operation, 1)],
            to: [try output(operation)], ["direction": .string(direction)])
    }

    /// `DENSIFY`: the reader has filled sparse weights up with their zeros.
    private mutating func readDensify(_ operation: TFLiteOperation) throws {
        let id = try required(operation, 0)
        guard graph.constants[id] != nil, let result = operation.outputs.first else {
            return try computed(operation, "content")
        }
        alias(result, to: id)
    }

    /// `STABLEHLO_PAD`: amounts ahead of and behind each axis, none between elements.
    private mutating func readStablehloPad(_ operation: TFLiteOperation) throws {
        func amounts(_ field: Int) throws -> [Int] {
            try (operation.options?.integers(field, of: Int64.self) ?? []).map { Int($0) }
        }
        guard try amounts(2).allSatisfy({ $0 == 0 }) else {
            reportUnsupported(operation, "between elements")
            return try skipOutputs(operation)
        }
        let pads = try int64s(operation, "/pads", try amounts(0) + amounts(1))
        emit(
            .pad, operation, [try required(operation, 0), pads, try required(operation, 1)],
            to: [try output(operation)])
    }

    mutating func unary(_ op: Operator, _ operation: TFLiteOperation, _ attributes: [String: Attribute] = [:]) throws {
        emit(op, operation, [try required(operation, 0)], to: [try output(operation)], attributes)
    }

    private mutating func binary(_ op: Operator, _ operation: TFLiteOperation) throws {
        emit(op, operation, [try required(operation, 0), try required(operation, 1)], to: [try output(operation)])
    }

    private mutating func negated(_ op: Operator, _ operation: TFLiteOperation) throws {
        let result = try output(operation)
        let inner = intermediate(operation, "/negated", graph.type(of: result))
        emit(
            op, operation, [try required(operation, 0), try required(operation, 1)], to: [inner],
            suffix: "/\(op.rawValue)")
        emit(.not, operation, [inner], to: [result])
    }

    private mutating func readCast(_ operation: TFLiteOperation) throws {
        let result = try output(operation)
        try unary(.cast, operation, ["to": .string((graph.type(of: result)?.dtype ?? .f32).rawValue)])
    }

    /// The same bytes as elements of another type of the same width.
    private mutating func readBitcast(_ operation: TFLiteOperation) throws {
        let result = try output(operation)
        guard let from = try typeOfInput(operation, 0)?.dtype, let to = graph.type(of: result)?.dtype,
            from.bits == to.bits
        else { return reportUnsupported(operation, "between types of different width") }
        try unary(.bitCast, operation, ["to": .string(to.rawValue)])
    }

    private mutating func readComposite(_ operation: TFLiteOperation, _ code: TFLiteOperatorCode) throws {
        let result = try realOutput(operation)
        let first = try real(operation, 0)
        let type = graph.type(of: result)
        switch code {
        case .rsqrt:
            let root = intermediate(operation, "/sqrt", type)
            emit(.sqrt, operation, [first], to: [root], suffix: "/sqrt")
            emit(.reciprocal, operation, [root], to: [result])
        case .squaredDifference:
            let difference = intermediate(operation, "/difference", type)
            emit(.sub, operation, [first, try real(operation, 1)], to: [difference], suffix: "/sub")
            emit(.mul, operation, [difference, difference], to: [result])
        default: emit(.mul, operation, [first, first], to: [result])
        }
        try store(operation, result)
    }

    private mutating func readSoftmax(_ operation: TFLiteOperation) throws {
        let beta = try operation.float(0, 1)
        guard beta != 1 else { return try unary(.softmax, operation, ["axis": .int(-1)]) }
        let data = try real(operation, 0)
        let scaled = intermediate(operation, "/scaled", graph.type(of: data))
        let factor = constant(operation, "/beta", try Tensor(scalar: beta))
        emit(.mul, operation, [data, factor], to: [scaled], suffix: "/mul")
        let result = try realOutput(operation)
        emit(.softmax, operation, [scaled], to: [result], ["axis": .int(-1)])
        try store(operation, result)
    }

    private mutating func readReduction(_ op: Operator, _ operation: TFLiteOperation) throws {
        let axes = try int64Input(operation, 1, suffix: "/axes")
        emit(
            op, operation, [try required(operation, 0), axes], to: [try output(operation)],
            ["keepdims": .int(try operation.bool(0) ? 1 : 0)])
    }

    private mutating func readArgMax(_ op: Operator, _ operation: TFLiteOperation) throws {
        guard let axis = try integers(operation, 1)?.first else { return try computed(operation, "axis") }
        let result = try output(operation)
        let attributes: [String: Attribute] = ["axis": .int(axis), "keepdims": .int(0)]
        let data = try required(operation, 0)
        guard graph.type(of: result)?.dtype != .i64 else {
            return emit(op, operation, [data], to: [result], attributes)
        }
        let wide = intermediate(
            operation, "/wide", graph.type(of: result).map { TensorType(dtype: .i64, shape: $0.shape) })
        emit(op, operation, [data], to: [wide], attributes)
        emit(
            .cast, operation, [wide], to: [result], ["to": .string((graph.type(of: result)?.dtype ?? .i32).rawValue)],
            suffix: "/cast")
    }

    /// A parameter that the graph keeps as a number, but the file computes.
    mutating func computed(_ operation: TFLiteOperation, _ parameter: String) throws {
        reportUnsupported(operation, "with a computed \(parameter)")
        for index in operation.outputs { _ = try value(index) }
    }

    /// `DEQUANTIZE`: of weights, a way to store them small; of activations a node.
    private mutating func readDequantize(_ operation: TFLiteOperation) throws {
        let id = try required(operation, 0)
        guard operation.outputs.first != nil else { return _ = try output(operation) }
        guard let tensor = graph.constants[id], let type = graph.type(of: id) else {
            let floats = graph.type(of: id)?.dtype.isFloat == true
            return emit(
                floats ? .cast : .dequantizeLinear, operation, [id], to: [try output(operation)],
                floats ? ["to": .string(DType.f32.rawValue)] : [:])
        }
        if type.quantization != nil, isWeightsOnly(operation.outputs[0]) {
            exactWeights.insert(id)
            return alias(operation.outputs[0], to: id)
        }
        let values = try type.quantization.map { try $0.realValues(of: tensor) } ?? tensor.realValues() ?? []
        alias(operation.outputs[0], to: constant(operation, "/real", try Tensor(values, shape: tensor.shape)))
    }

    /// Whether a tensor is read as the weights of convolutions and dense layers alone.
    private func isWeightsOnly(_ tensor: Int) -> Bool {
        let uses = readers[tensor] ?? []
        return !uses.isEmpty
            && uses.allSatisfy { use in
                use.input == 1 && [.conv2d, .depthwiseConv2d, .fullyConnected].contains(use.operation.code)
            }
    }
}
