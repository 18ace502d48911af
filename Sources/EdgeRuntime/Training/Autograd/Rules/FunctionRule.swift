import CEdgeKernels
import EdgeModels

/// Functions of one number.
enum FunctionRule {
    /// The kernel's function, and where its parameters come from: attributes with their defaults.
    struct Function: Sendable {
        var function: edge_function
        var p: (name: String, value: Float)?
        var q: (name: String, value: Float)?

        init(_ function: edge_function, p: (String, Float)? = nil, q: (String, Float)? = nil) {
            (self.function, self.p, self.q) = (function, p, q)
        }
    }

    /// By ONNX's name.
    static let functions: [String: Function] = [
        "Relu": Function(EDGE_FUNCTION_RELU), "LeakyRelu": Function(EDGE_FUNCTION_LEAKY_RELU, p: ("alpha", 0.01)),
        "Elu": Function(EDGE_FUNCTION_ELU, p: ("alpha", 1)), "Celu": Function(EDGE_FUNCTION_CELU, p: ("alpha", 1)),
        "Selu": Function(EDGE_FUNCTION_SELU, p: ("alpha", 1.67326319), q: ("gamma", 1.05070102)),
        "Gelu": Function(EDGE_FUNCTION_GELU), "Swish": Function(EDGE_FUNCTION_SWISH, p: ("alpha", 1)),
        "Silu": Function(EDGE_FUNCTION_SWISH, p: ("alpha", 1)),
        "QuickGelu": Function(EDGE_FUNCTION_SWISH, p: ("alpha", 1.702)), "Mish": Function(EDGE_FUNCTION_MISH),
        "HardSigmoid": Function(EDGE_FUNCTION_HARD_SIGMOID, p: ("alpha", 0.2), q: ("beta", 0.5)),
        "HardSwish": Function(EDGE_FUNCTION_HARD_SWISH), "Sigmoid": Function(EDGE_FUNCTION_SIGMOID),
        "Tanh": Function(EDGE_FUNCTION_TANH), "Softplus": Function(EDGE_FUNCTION_SOFTPLUS),
        "Softsign": Function(EDGE_FUNCTION_SOFTSIGN),
        "ThresholdedRelu": Function(EDGE_FUNCTION_THRESHOLDED_RELU, p: ("alpha", 1)),
        "Shrink": Function(EDGE_FUNCTION_SHRINK, p: ("lambd", 0.5), q: ("bias", 0)),
        "Clip": Function(EDGE_FUNCTION_CLIP), "Exp": Function(EDGE_FUNCTION_EXP), "Log": Function(EDGE_FUNCTION_LOG),
        "Sqrt": Function(EDGE_FUNCTION_SQRT), "Erf": Function(EDGE_FUNCTION_ERF),
        "Reciprocal": Function(EDGE_FUNCTION_RECIPROCAL), "Neg": Function(EDGE_FUNCTION_NEG),
        "Abs": Function(EDGE_FUNCTION_ABS), "Sin": Function(EDGE_FUNCTION_SIN), "Cos": Function(EDGE_FUNCTION_COS),
        "Tan": Function(EDGE_FUNCTION_TAN), "Asin": Function(EDGE_FUNCTION_ASIN), "Acos": Function(EDGE_FUNCTION_ACOS),
        "Atan": Function(EDGE_FUNCTION_ATAN), "Sinh": Function(EDGE_FUNCTION_SINH),
        "Cosh": Function(EDGE_FUNCTION_COSH), "Asinh": Function(EDGE_FUNCTION_ASINH),
        "Acosh": Function(EDGE_FUNCTION_ACOSH), "Atanh": Function(EDGE_FUNCTION_ATANH),
    ]

    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let node = context.node
        guard let entry = functions[node.op.rawValue] else { throw context.refused("it has no gradient yet") }
        var function = entry.function
        if node.op.rawValue == "Gelu", node.string("approximate") == "tanh" { function = EDGE_FUNCTION_GELU_TANH }
        var p = entry.p.map { node.float($0.name) ?? $0.value } ?? 0
        var q = entry.q.map { node.float($0.name) ?? $0.value } ?? 0
        if function == EDGE_FUNCTION_CLIP {
            p = try context.number(1) ?? -.infinity
            q = try context.number(2) ?? .infinity
        }
        let count = try context.operand(0).count
        let isa = context.isa
        var result = Differentiated()
        if edge_function_is_fast(function) {
            result.forward = { [p, q] memory, _ throws(ModelError) in
                edge_function_f32(isa, function, count, p, q, memory.input(0), memory.output())
            }
            result.forwardInPlace = [0]
        }
        if edge_function_reads_result(function) { result.readsOutputs = [0] } else { result.readsInputs = [0] }
        result.backward = { [p, q] memory in
            edge_function_gradient_f32(
                isa, function, count, p, q, memory.input(0), memory.output(), memory.gradient(), memory.adds(0),
                memory.inputGradient(0))
        }
        result.backwardInPlace = [0]
        return result
    }
}
