import EdgeModels
import EdgeTensors

/// Which operators have a way back, and where it is made.
///
/// To give an operator a gradient: a case in `kind`, the positions of its differentiable inputs if they are not the first alone, a rule that makes
/// a `Differentiated` of a `GradientContext`; a case in `Tests/Peers/make_gradient_golden.py` as its test.
enum GradientRules {
    /// The families of operators; each has a rule of its own.
    enum Kind {
        case function, arithmetic, choice, convolution, transposedConvolution, maxPool, averagePool, batchNormalization
        case rowNormalization, gemm, matMul, softmax, reduction, gather, movement, concat, split, view, dropout
        case recurrence, resize, cumulativeSum, cumulativeProduct, einsum, scatter, gridSample
        /// Others stand for it: see `Composition`.
        case composed
        /// Its results do not change with its operands, or in steps only: no gradient passes, and none is missed.
        case stop
    }

    /// By ONNX's name, so that an operator without a gradient is refused and not forgotten.
    static func kind(_ op: Operator) -> Kind? {
        if FunctionRule.functions[op.rawValue] != nil { return .function }
        switch op.rawValue {
        case "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "PRelu", "Sum", "Mean": return .arithmetic
        case "Where": return .choice
        case "Conv": return .convolution
        case "ConvTranspose": return .transposedConvolution
        case "MaxPool", "GlobalMaxPool": return .maxPool
        case "AveragePool", "GlobalAveragePool": return .averagePool
        case "BatchNormalization": return .batchNormalization
        case "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization", "InstanceNormalization",
            "GroupNormalization":
            return .rowNormalization
        case "Gemm": return .gemm
        case "MatMul": return .matMul
        case "Softmax", "LogSoftmax": return .softmax
        case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
            "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare":
            return .reduction
        case "Gather", "GatherElements", "GatherND": return .gather
        case "Transpose", "Slice", "Pad", "Expand", "Tile", "SpaceToDepth", "DepthToSpace", "SpaceToBatch",
            "BatchToSpace", "CenterCropPad", "Trilu", "ReverseSequence", "Col2Im":
            return .movement
        case "Concat": return .concat
        case "Split": return .split
        case "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast": return .view
        case "Dropout": return .dropout
        case "LSTM", "GRU", "RNN": return .recurrence
        case "Resize", "Upsample": return .resize
        case "CumSum": return .cumulativeSum
        case "CumProd": return .cumulativeProduct
        case "ScatterElements", "ScatterND": return .scatter
        case "GridSample": return .gridSample
        case "Attention", "RotaryEmbedding", "LpNormalization", "LRN", "LpPool", "GlobalLpPool",
            "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss", "DFT", "STFT", "AffineGrid", "TopK", "Compress",
            "MaxUnpool", "Mod", "UnidirectionalSequenceLSTM", "ReadVariable", "AssignVariable", "Scan":
            return .composed
        case "Einsum": return .einsum
        case "Floor", "Ceil", "Round", "Sign", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or",
            "Not", "Xor", "IsNaN", "IsInf", "ArgMax", "ArgMin", "Shape", "Size", "ConstantOfShape", "Constant", "Range",
            "OneHot", "NonZero", "EyeLike", "RandomNormal", "RandomUniform", "RandomNormalLike",
            "RandomUniformLike", "Bernoulli", "Multinomial", "Hardmax", "NonMaxSuppression", "BitCast", "HannWindow",
            "HammingWindow", "BlackmanWindow", "MelWeightMatrix":
            return .stop
        default: return nil
        }
    }

    /// Whether gradients go through a node of this operator, so far as is known; false where they end there.
    static func passesGradients(_ op: Operator) -> Bool {
        if case .stop? = kind(op) { return false }
        return true
    }

    /// The positions of inputs whose elements the results follow smoothly.
    static func differentiableInputs(_ node: Node) -> [Int] {
        switch kind(node.op) {
        case .arithmetic, .concat, .einsum: return Array(node.inputs.indices)
        case .choice: return [1, 2]
        case .convolution, .transposedConvolution, .gemm, .batchNormalization, .rowNormalization: return [0, 1, 2]
        case .matMul, .gridSample: return [0, 1]
        case .scatter: return [0, 2]
        case .recurrence: return [0, 1, 2, 3, 5, 6, 7]
        case .composed: return Composition.differentiableInputs(node)
        case .stop: return []
        case .function, .maxPool, .averagePool, .softmax, .reduction, .gather, .movement, .split, .view, .dropout,
            .resize, .cumulativeSum, .cumulativeProduct:
            return [0]
        case nil: return Array(node.inputs.indices)
        }
    }

    /// What speaks against a gradient of this node, whatever its shapes; nil where nothing does.
    static func objection(to node: Node, in graph: Graph) -> String? {
        if let composition = Composition(node, in: graph) { return composition.objection(to: node) }
        guard let kind = kind(node.op) else { return "it has no gradient yet" }
        switch kind {
        case .recurrence: return RecurrentRule.objection(to: node)
        case .rowNormalization:
            return node.outputs.count > 1 ? "the gradients of its mean and deviation are not made" : nil
        case .batchNormalization:
            return node.outputs.count > 1 ? "the gradients of its statistics are not made" : nil
        default: return nil
        }
    }

    /// Makes a node with its way back.
    ///
    /// - Parameters:
    ///   - statistics: of a batch normalisation, where they are kept.
    ///   - fusesRelu: whether the result of a batch normalisation is cut off at zero.
    static func differentiate(
        _ context: GradientContext, statistics: RunningStatistics?, fusesRelu: Bool
    ) throws -> Differentiated? {
        guard let kind = kind(context.node.op) else { return nil }
        switch kind {
        case .function: return try FunctionRule.differentiate(context)
        case .arithmetic: return try ArithmeticRule.differentiate(context)
        case .choice: return try ArithmeticRule.choice(context)
        case .convolution: return try ConvolutionRule.differentiate(context)
        case .transposedConvolution: return try ConvolutionRule.transposed(context)
        case .maxPool: return try PoolingRule.maximum(context)
        case .averagePool: return try PoolingRule.average(context)
        case .batchNormalization:
            return try BatchNormalizationRule.differentiate(context, statistics: statistics, fusesRelu: fusesRelu)
        case .rowNormalization: return try RowNormalizationRule.differentiate(context)
        case .gemm: return try DenseRule.gemm(context)
        case .matMul: return try DenseRule.matMul(context)
        case .softmax: return try ReductionRule.softmax(context)
        case .reduction: return try ReductionRule.differentiate(context)
        case .gather: return try GatherRule.differentiate(context)
        case .movement: return try MovementRule.differentiate(context)
        case .concat: return try MovementRule.concat(context)
        case .split: return try MovementRule.split(context)
        case .view: return try MovementRule.view(context)
        case .dropout: return try DropoutRule.differentiate(context)
        case .recurrence: return try RecurrentRule.differentiate(context)
        case .resize: return try ResizeRule.differentiate(context)
        case .cumulativeSum: return try CumulativeSumRule.differentiate(context)
        case .cumulativeProduct: return try CumulativeProductRule.differentiate(context)
        case .einsum: return try EinsumRule.differentiate(context)
        case .scatter: return try ScatterRule.differentiate(context)
        case .gridSample: return try GridSampleRule.differentiate(context)
        case .composed, .stop: return nil
        }
    }
}
