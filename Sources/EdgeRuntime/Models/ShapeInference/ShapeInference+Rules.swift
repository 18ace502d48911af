import EdgeTensors

/// The rule of each operator: from a node to the types of its outputs.
extension ShapeInference {
    mutating func infer(_ node: inout Node) throws -> [TensorType?] {
        let first = type(node, 0)
        switch node.op {
        case .conv, .averagePool, .convTranspose: return [try inferWindow(&node)]
        case .maxPool:
            let pooled = try inferWindow(&node)
            return [pooled, TensorType(dtype: .i64, shape: pooled?.shape)]
        case .globalAveragePool, .globalMaxPool, .globalLpPool: return [try inferGlobalPool(node)]
        case .lpPool: return [try inferWindow(&node)]
        case .resize: return [try inferResize(node)]
        case .gemm, .matMul: return [try node.op == .gemm ? inferGemm(node) : inferMatMul(node)]
        case .add, .sub, .mul, .div, .pow, .maximum, .minimum, .pRelu, .mod, .bitShift, .bitwiseAnd, .bitwiseOr,
            .bitwiseXor:
            return [try inferBroadcast(node, dtype: first?.dtype)]
        case .equal, .less, .greater, .and, .or, .xor, .greaterOrEqual, .lessOrEqual:
            return [try inferBroadcast(node, dtype: .bool)]
        case .selectWhere: return [try inferBroadcast(node, dtype: type(node, 1)?.dtype)]
        case .relu, .leakyRelu, .elu, .hardSigmoid, .hardSwish, .clip, .sigmoid, .tanh, .sqrt, .exp, .log, .neg, .abs,
            .floor,
            .ceil, .round, .reciprocal, .erf, .not, .identity, .batchNormalization, .bitwiseNot, .sin, .cos, .tan,
            .asin,
            .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .sign, .gelu, .mish, .swish, .selu, .celu, .softplus,
            .softsign, .shrink, .thresholdedRelu, .cumulativeSum, .cumulativeProduct, .rmsNormalization,
            .instanceNormalization, .groupNormalization, .lpNormalization, .localResponseNormalization, .triangle,
            .reverseSequence, .tensorScatter, .scatterElements, .scatterND:
            return [first.map { TensorType(dtype: $0.dtype, shape: $0.shape) }]
        case .dropout:
            return [
                first.map { TensorType(dtype: $0.dtype, shape: $0.shape) },
                TensorType(dtype: .bool, shape: first?.shape),
            ]
        case .isNaN, .isInfinite: return [TensorType(dtype: .bool, shape: first?.shape)]
        case .hardmax:
            if let rank = first?.shape?.count { _ = try axis(node.int("axis") ?? -1, rank: rank, of: node) }
            return [first.map { TensorType(dtype: $0.dtype, shape: $0.shape) }]
        case .size: return [TensorType(dtype: .i64, shape: [])]
        case .layerNormalization: return try inferLayerNormalization(node)
        case .gatherElements: return [first.map { TensorType(dtype: $0.dtype, shape: shape(node, 1)) }]
        case .topK: return inferByLowering(node, dtypes: [first?.dtype, .i64])
        case .nonZero:
            return [TensorType(dtype: .i64, shape: first?.shape.map { [.fixed($0.count), unknown(node, 1)] })]
        case .unique: return inferByLowering(node, dtypes: [first?.dtype, .i64, .i64, .i64])
        case .oneHot: return inferByLowering(node, dtypes: [type(node, 2)?.dtype])
        case .eyeLike:
            let dtype = node.string("dtype").flatMap(DType.init(rawValue:)) ?? first?.dtype
            return [dtype.map { TensorType(dtype: $0, shape: first?.shape) }]
        case .rotaryEmbedding, .bernoulli, .randomNormalLike, .randomUniformLike:
            let dtype = node.string("dtype").flatMap(DType.init(rawValue:)) ?? first?.dtype
            return [dtype.map { TensorType(dtype: $0, shape: first?.shape) }]
        case .randomNormal, .randomUniform, .multinomial:
            let standard: DType = node.op == .multinomial ? .i32 : .f32
            let dtype = node.string("dtype").flatMap(DType.init(rawValue:)) ?? standard
            return inferByLowering(node, dtypes: [dtype])
        case .hannWindow, .hammingWindow, .blackmanWindow, .melWeightMatrix:
            return inferByLowering(
                node, dtypes: [node.string("output_datatype").flatMap(DType.init(rawValue:)) ?? .f32])
        case .convInteger: return inferByLowering(node, dtypes: [.i32])
        case .tfIdfVectorizer: return inferByLowering(node, dtypes: [.f32])
        case .nonMaxSuppression: return [TensorType(dtype: .i64, shape: [unknown(node, 0), .fixed(3)])]
        case .boundedNonMaxSuppression: return inferByLowering(node, dtypes: [.i32, .f32, .i32])
        case .detectionPostprocess: return inferByLowering(node, dtypes: [.f32, .f32, .f32, .f32])
        case .attention:
            return inferByLowering(
                node, dtypes: [first?.dtype, type(node, 1)?.dtype, type(node, 2)?.dtype, first?.dtype])
        case .softmaxCrossEntropyLoss: return inferByLowering(node, dtypes: [first?.dtype, first?.dtype])
        case .gatherND, .compress, .maxUnpool, .columnsToImage, .deformableConvolution, .einsum, .determinant,
            .gridSample, .affineGrid, .roiAlign, .fourierTransform, .shortTimeFourierTransform,
            .negativeLogLikelihoodLoss, .centerCropPad:
            return inferByLowering(node, dtypes: [first?.dtype])
        case .softmax, .logSoftmax:
            if let rank = first?.shape?.count { _ = try axis(node.int("axis") ?? -1, rank: rank, of: node) }
            return [first.map { TensorType(dtype: $0.dtype, shape: $0.shape) }]
        case .cast, .bitCast: return [try inferCast(&node)]
        case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .reduceProduct, .reduceL1, .reduceL2, .reduceLogSum,
            .reduceLogSumExp, .reduceSumSquare:
            return [try inferReduction(node)]
        case .argMax, .argMin: return [try inferArgMax(node)]
        case .reshape: return [try inferReshape(node)]
        case .flatten: return [try inferFlatten(node)]
        case .transpose: return [try inferTranspose(node)]
        case .squeeze: return [try inferSqueeze(node)]
        case .unsqueeze: return [try inferUnsqueeze(node)]
        case .concat: return [try inferConcat(node)]
        case .split: return try inferSplit(node)
        case .slice: return [try inferSlice(node)]
        case .gather: return [try inferGather(node)]
        case .pad: return [try inferPad(node)]
        case .expand: return [try inferExpand(node)]
        case .tile: return [try inferTile(node)]
        case .shape:
            let count = try first?.shape.map { try shapeRange(node, rank: $0.count).count }
            return [TensorType(dtype: .i64, shape: [count.map(Dimension.fixed) ?? unknown(node, 0)])]
        case .constant: throw ModelError.shape(node, "a constant is no node of the graph")
        case .constantOfShape:
            var dtype = DType.f32
            if case .tensor(let value)? = node.attributes["value"] {
                guard value.count == 1 else {
                    throw ModelError.shape(node, "the value has \(value.count) elements, not 1")
                }
                dtype = value.dtype
            }
            return [TensorType(dtype: dtype, shape: try targetShape(node, 0))]
        case .range: return [inferRange(node)]
        case .spaceToDepth, .depthToSpace: return [try inferBlocks(node)]
        case .spaceToBatch, .batchToSpace: return [try inferBatchBlocks(node)]
        case .quantizeLinear:
            let known = node.outputs.first.flatMap { graph.type(of: $0) }
            return [TensorType(dtype: known?.dtype ?? type(node, 2)?.dtype ?? .u8, shape: first?.shape)]
        case .dequantizeLinear:
            let dtype = type(node, 1)?.dtype ?? .f32
            return [TensorType(dtype: dtype, shape: first?.shape)]
        case .lstm, .gru, .rnn: return try inferRecurrence(node)
        case .sequenceLSTM: return [try inferSequenceLSTM(node)]
        case .readVariable: return [node.outputs.first.flatMap { graph.type(of: $0) }]
        case .assignVariable: return [first]
        case .scan, .loop, .conditional: return try inferControl(&node)
        case .treeEnsembleClassifier, .treeEnsembleRegressor, .treeEnsemble, .linearClassifier, .linearRegressor,
            .svmClassifier, .svmRegressor, .scaler, .normalizer, .imputer, .binarizer, .arrayFeatureExtractor,
            .featureVectorizer, .labelEncoder, .categoryMapper, .oneHotEncoder, .dictVectorizer, .zipMap:
            return try inferClassical(node)
        case .stringConcat: return [try inferBroadcast(node, dtype: .text)]
        case .stringNormalizer, .stringSplit, .regexFullMatch, .tokenizer: return inferText(node)
        }
    }

    // MARK: Dense

    private func inferMatMul(_ node: Node) throws -> TensorType? {
        guard let dtype = type(node, 0)?.dtype, let left = shape(node, 0), let right = shape(node, 1) else {
            return type(node, 0).map { TensorType(dtype: $0.dtype, shape: nil) }
        }
        guard !left.isEmpty, !right.isEmpty else {
            throw ModelError.shape(node, "a scalar cannot be multiplied as a matrix")
        }
        let a = left.count == 1 ? [.fixed(1)] + left : left
        let b = right.count == 1 ? right + [.fixed(1)] : right
        try agree(a[a.count - 1], b[b.count - 2], node, "inner extents")
        var result = try broadcast(Array(a.dropLast(2)), Array(b.dropLast(2)), node)
        if left.count > 1 { result.append(a[a.count - 2]) }
        if right.count > 1 { result.append(b[b.count - 1]) }
        return TensorType(dtype: dtype, shape: result)
    }

    private func inferGemm(_ node: Node) throws -> TensorType? {
        guard let dtype = type(node, 0)?.dtype, let left = shape(node, 0), let right = shape(node, 1) else {
            return type(node, 0).map { TensorType(dtype: $0.dtype, shape: nil) }
        }
        guard left.count == 2, right.count == 2 else { throw ModelError.shape(node, "it multiplies two matrices") }
        let (rows, inner) = node.int("transA") == 1 ? (left[1], left[0]) : (left[0], left[1])
        let (otherInner, columns) = node.int("transB") == 1 ? (right[1], right[0]) : (right[0], right[1])
        try agree(inner, otherInner, node, "inner extents")
        if let bias = shape(node, 2) {
            let result = try broadcast([rows, columns], bias, node)
            guard result.count == 2 else { throw ModelError.shape(node, "the bias has \(bias.count) axes") }
            try agree(result[0], rows, node, "rows of the bias")
            try agree(result[1], columns, node, "columns of the bias")
        }
        return TensorType(dtype: dtype, shape: [rows, columns])
    }

    // MARK: Element by element

    private func inferBroadcast(_ node: Node, dtype: DType?) throws -> TensorType? {
        guard let dtype else { return nil }
        var result: [Dimension] = []
        for position in node.inputs.indices {
            guard let next = shape(node, position) else { return TensorType(dtype: dtype, shape: nil) }
            result = try broadcast(result, next, node)
        }
        if node.op == .pRelu, let data = shape(node, 0), result.count != data.count {
            throw ModelError.shape(node, "the slope has more axes than the data")
        }
        return TensorType(dtype: dtype, shape: result)
    }

    func broadcast(_ left: [Dimension], _ right: [Dimension], _ node: Node) throws -> [Dimension] {
        let rank = max(left.count, right.count)
        return try (0..<rank).map { axis in
            let l = axis - (rank - left.count)
            let r = axis - (rank - right.count)
            let a = l >= 0 ? left[l] : .fixed(1)
            let b = r >= 0 ? right[r] : .fixed(1)
            if a == b || b == .fixed(1) { return a }
            if a == .fixed(1) { return b }
            switch (a, b) {
            case (.fixed, .symbol): return a
            case (.symbol, .fixed): return b
            case (.symbol, .symbol): return unknown(node, axis)
            case (.fixed(let x), .fixed(let y)):
                throw ModelError.shape(node, "extents \(x) and \(y) cannot be broadcast against each other")
            }
        }
    }

    func agree(_ left: Dimension, _ right: Dimension, _ node: Node, _ what: String) throws {
        if let a = left.fixedValue, let b = right.fixedValue, a != b {
            throw ModelError.shape(node, "\(what) are \(a) and \(b)")
        }
    }

    // MARK: Reductions

    private func inferReduction(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        let keeps = (node.int("keepdims") ?? 1) != 0
        guard let shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        guard let reduced = try reducedAxes(node, rank: shape.count) else {
            return TensorType(dtype: source.dtype, shape: keeps ? shape.indices.map { unknown(node, $0) } : nil)
        }
        return TensorType(dtype: source.dtype, shape: reduce(shape, over: reduced, keeping: keeps))
    }

    /// The axes that a reduction runs over; nil where they are computed.
    func reducedAxes(_ node: Node, rank: Int) throws -> Set<Int>? {
        if node.input(1) == nil { return node.int("noop_with_empty_axes") == 1 ? [] : Set(0..<rank) }
        guard let values = integers(node, 1) else { return nil }
        if values.isEmpty { return node.int("noop_with_empty_axes") == 1 ? [] : Set(0..<rank) }
        return Set(try axes(values, rank: rank, of: node))
    }

    private func reduce(_ shape: [Dimension], over axes: Set<Int>, keeping: Bool) -> [Dimension] {
        shape.enumerated().compactMap { axis, extent in
            axes.contains(axis) ? (keeping ? .fixed(1) : nil) : extent
        }
    }

    private func inferArgMax(_ node: Node) throws -> TensorType? {
        guard let shape = shape(node, 0) else { return TensorType(dtype: .i64, shape: nil) }
        let over = try axis(node.int("axis") ?? 0, rank: shape.count, of: node)
        return TensorType(dtype: .i64, shape: reduce(shape, over: [over], keeping: (node.int("keepdims") ?? 1) != 0))
    }

    private func inferRange(_ node: Node) -> TensorType? {
        guard let dtype = type(node, 0)?.dtype else { return nil }
        var extent = unknown(node, 0)
        if let start = integers(node, 0)?.first, let limit = integers(node, 1)?.first,
            let delta = integers(node, 2)?.first,
            delta != 0, abs(start) <= Int(Int32.max), abs(limit) <= Int(Int32.max), abs(delta) <= Int(Int32.max)
        {
            let span = limit - start
            extent = .fixed(max(0, delta > 0 ? (span + delta - 1) / delta : (-span - delta - 1) / -delta))
        }
        return TensorType(dtype: dtype, shape: [extent])
    }
}
