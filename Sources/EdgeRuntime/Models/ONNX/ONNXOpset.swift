import EdgeTensors

/// Which opset a graph needs.
enum ONNXOpset {
    static func needed(by graph: Graph) -> Int {
        var opset = 13
        for node in graph.nodes {
            opset = max(opset, needed(by: node, in: graph))
            for attribute in node.attributes.values {
                if case .graph(let body) = attribute { opset = max(opset, needed(by: body)) }
            }
            for id in node.inputs.compactMap({ $0 }) + node.outputs {
                opset = max(opset, needed(by: graph.type(of: id)))
            }
        }
        for id in graph.inputs { opset = max(opset, needed(by: graph.type(of: id))) }
        return opset
    }

    private static func needed(by type: TensorType?) -> Int {
        guard let type else { return 13 }
        switch type.dtype {
        case .i4, .u4: return 21
        case .i2, .u2: return 25
        case .narrow(.f8e8m0): return 24
        case .narrow(.f4e2m1): return 23
        case .narrow: return 19
        case .i16, .u16: return type.quantization == nil ? 13 : 21
        default: return type.quantization?.groupSize == nil ? 13 : 21
        }
    }

    private static func needed(by node: Node, in graph: Graph) -> Int {
        switch node.op {
        case .hardSwish: 14
        case .reshape: node.int("allowzero") == 1 ? 14 : 13
        case .shape: node.attributes.isEmpty ? 13 : 15
        case .pad: node.input(3) == nil ? 13 : 18
        case .add, .sub, .mul, .div: narrowIntegers.contains(dtype(node, in: graph)) ? 14 : 13
        case .averagePool: node.ints("dilations") == nil ? 13 : 19
        case .reduceMax where dtype(node, in: graph) == .bool, .reduceMin where dtype(node, in: graph) == .bool: 20
        case .reduceSum: 13
        case _ where node.op.isReduction:
            node.input(1).map { graph.constants[$0] == nil } == true ? 18 : 13
        case .split: node.input(1) == nil && node.outputs.count > 1 && hasUnevenParts(node, in: graph) ? 18 : 13
        case .attention:
            if node.int("left_window_size") != nil || node.int("right_window_size") != nil {
                25
            } else {
                node.input(6) != nil ? 24 : 23
            }
        case .resize: newerResize.contains { node.attributes[$0] != nil } ? 18 : 13
        case .scatterElements, .scatterND: ["max", "min"].contains(node.string("reduction")) ? 18 : 16
        case .cast: node.inputs.count > 1 ? 15 : 13
        case .batchNormalization: node.int("training_mode") == 1 ? 14 : 13
        default: max(13, introduced[node.op] ?? 13)
        }
    }

    /// Types that arithmetic took on with opset 14.
    private static let narrowIntegers: Set<DType> = [.i8, .i16, .u8, .u16]

    private static func dtype(_ node: Node, in graph: Graph) -> DType {
        let type = node.input(0).flatMap { graph.type(of: $0) }
        // Quantized values are written as the real numbers they stand for.
        return type?.quantization == nil ? type?.dtype ?? .f32 : .f32
    }

    /// Attributes of `Resize` that opset 18 brought.
    private static let newerResize = ["antialias", "axes", "keep_aspect_ratio_policy"]

    /// The opsets that brought operators, or the form of them that the graph has.
    private static let introduced: [Operator: Int] = [
        .triangle: 14, .bernoulli: 15, .roiAlign: 16, .layerNormalization: 17, .shortTimeFourierTransform: 17,
        .melWeightMatrix: 17, .hannWindow: 17, .hammingWindow: 17, .blackmanWindow: 17, .mish: 18, .bitwiseAnd: 18,
        .bitwiseOr: 18, .bitwiseXor: 18, .bitwiseNot: 18, .columnsToImage: 18, .centerCropPad: 18, .lpPool: 18,
        .deformableConvolution: 19, .gelu: 20, .gridSample: 20, .affineGrid: 20, .fourierTransform: 20,
        .groupNormalization: 21, .rmsNormalization: 23, .rotaryEmbedding: 23, .tensorScatter: 24, .swish: 24,
        .cumulativeProduct: 26, .bitCast: 26, .stringConcat: 20, .stringSplit: 20, .regexFullMatch: 20,
    ]

    /// The domain of classical models.
    static let classicalDomain = "ai.onnx.ml"

    /// Which version of the domain of classical models a graph needs; nil where it has none of its operators.
    static func classicalVersion(neededBy graph: Graph) -> Int? {
        var version: Int?
        for node in graph.nodes {
            // Version 5 has no longer the two ensembles that `TreeEnsemble` replaces.
            if node.op.isClassical { version = max(version ?? 3, classicalVersion(neededBy: node)) }
            for case .graph(let body) in node.attributes.values {
                if let inner = classicalVersion(neededBy: body) { version = max(version ?? inner, inner) }
            }
        }
        return version
    }

    private static func classicalVersion(neededBy node: Node) -> Int {
        let tensors = ["keys_tensor", "values_tensor", "default_tensor"]
        return node.op == .treeEnsemble ? 5 : tensors.contains { node.attributes[$0] != nil } ? 4 : 3
    }

    private static func hasUnevenParts(_ node: Node, in graph: Graph) -> Bool {
        Set(node.outputs.map { graph.type(of: $0)?.shape }).count > 1
    }

    static func irVersion(for opset: Int) -> Int64 { opset <= 14 ? 7 : opset <= 18 ? 8 : opset <= 20 ? 9 : 10 }
}
