import EdgeModels
import EdgeTensors

/// What an operator asks of the quantization of its operands and result when it runs on integers.
///
/// The rules are those of TFLite's 8-bit kernels ("TensorFlow Lite 8-bit quantization specification"), so that the network can be
/// written for any runtime.
enum IntegerRole: Sendable, Hashable {
    /// A convolution or dense layer with weights of its own; any scales.
    case layer
    /// Any scales: the kernel rescales. The positions of the operands that are quantized.
    case rescaling([Int])
    /// Elements are moved or chosen, not changed: operands and result share one quantization.
    case sameScale([Int])
    /// The result always has this quantization.
    case fixed(Quantization, [Int])
    /// A clamp at constants, which the layer before it can take over.
    case clamp

    /// The operands that are quantized activations.
    func dataPositions(_ node: Node) -> [Int] {
        switch self {
        case .layer, .clamp: [0]
        case .rescaling(let positions), .sameScale(let positions), .fixed(_, let positions): positions
        }
    }

    /// The role of a node; nil for one that stays float.
    static func of(_ node: Node, position: Int, in graph: Graph) -> IntegerRole? {
        guard let role = candidate(node, position: position, in: graph) else { return nil }
        // Integers stand for real numbers only where real numbers were.
        for operand in role.dataPositions(node) {
            guard let id = node.input(operand), graph.type(of: id)?.dtype == .f32 else { return nil }
        }
        guard node.outputs.allSatisfy({ graph.type(of: $0)?.dtype == .f32 }) else { return nil }
        return role
    }

    private static func candidate(_ node: Node, position: Int, in graph: Graph) -> IntegerRole? {
        switch node.op {
        case .conv, .gemm: return WeightLayer(node, position: position, in: graph) == nil ? nil : .layer
        case .add, .sub, .mul: return node.inputs.count == 2 ? .rescaling([0, 1]) : nil
        case .globalAveragePool, .reduceMean, .leakyRelu, .hardSwish: return .rescaling([0])
        case .relu: return .clamp
        case .clip: return bounds(node, graph) == nil ? nil : .clamp
        case .softmax: return .fixed(Quantization(scale: 1 / 256, zeroPoint: -128), [0])
        case .sigmoid: return .fixed(Quantization(scale: 1 / 256, zeroPoint: -128), [0])
        case .tanh: return .fixed(Quantization(scale: 1 / 128, zeroPoint: 0), [0])
        case .maxPool: return node.outputs.count == 1 ? .sameScale([0]) : nil
        case .averagePool, .globalMaxPool, .reshape, .flatten, .squeeze, .unsqueeze, .transpose, .slice, .split,
            .expand,
            .tile, .spaceToDepth, .depthToSpace, .spaceToBatch, .batchToSpace, .reduceMax, .reduceMin:
            return .sameScale([0])
        case .gather: return node.input(1).flatMap { graph.constants[$0] } == nil ? nil : .sameScale([0])
        case .pad: return padsWithZero(node, graph) ? .sameScale([0]) : nil
        case .resize: return ["nearest", "linear", nil].contains(node.string("mode")) ? .sameScale([0]) : nil
        case .concat: return .sameScale(Array(node.inputs.indices))
        case .maximum, .minimum: return node.inputs.count == 2 ? .sameScale([0, 1]) : nil
        default: return nil
        }
    }

    /// The constant bounds of a clamp.
    static func bounds(_ node: Node, _ graph: Graph) -> (low: Float, high: Float)? {
        if node.op == .relu { return (0, .infinity) }
        var bounds: (low: Float, high: Float) = (-.infinity, .infinity)
        if let id = node.input(1) {
            guard let value = (try? graph.constants[id]?.floats())?.first else { return nil }
            bounds.low = value
        }
        if let id = node.input(2) {
            guard let value = (try? graph.constants[id]?.floats())?.first else { return nil }
            bounds.high = value
        }
        return bounds
    }

    private static func padsWithZero(_ node: Node, _ graph: Graph) -> Bool {
        guard (node.string("mode") ?? "constant") == "constant" else { return true }
        guard let id = node.input(2) else { return true }
        return (try? graph.constants[id]?.floats()) == [0]
    }
}
