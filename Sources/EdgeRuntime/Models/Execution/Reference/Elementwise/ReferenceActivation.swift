import EdgeTensors

/// Activations and the functions of trigonometry: what a floating-point element becomes.
enum ReferenceActivation {
    /// The function of a node, nil where its operator is none of these.
    static func function<T: BinaryFloatingPoint & MathFunctions>(
        _ node: Node, _: T.Type
    ) throws(ModelError) -> ((T) -> T)? {
        func attribute(_ name: String, _ fallback: Float) -> T { T(node.float(name) ?? fallback) }
        switch node.op {
        case .sin: return { T.sin($0) }
        case .cos: return { T.cos($0) }
        case .tan: return { T.tan($0) }
        case .asin: return { T.asin($0) }
        case .acos: return { T.acos($0) }
        case .atan: return { T.atan($0) }
        case .sinh: return { T.sinh($0) }
        case .cosh: return { T.cosh($0) }
        case .asinh: return { T.asinh($0) }
        case .acosh: return { T.acosh($0) }
        case .atanh: return { T.atanh($0) }
        case .sign: return { $0.isNaN ? $0 : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
        case .gelu:
            switch node.string("approximate") ?? "none" {
            case "none": return { $0 * (1 + T.erf($0 * T(0.5).squareRoot())) / 2 }
            case "tanh":
                let scale = T((2 / Double.pi).squareRoot())
                return { $0 * (1 + T.tanh(scale * ($0 + T(0.044715) * $0 * $0 * $0))) / 2 }
            case let other: throw .node(node, "the approximation `\(other)` is not known")
            }
        case .softplus: return { softplus($0) }
        case .mish: return { $0 * T.tanh(softplus($0)) }
        case .swish:
            let alpha = attribute("alpha", 1)
            return { $0 / (1 + T.exp(-alpha * $0)) }
        case .softsign: return { $0 / (1 + $0.magnitude) }
        case .selu:
            let alpha = attribute("alpha", 1.673_263_2)
            let gamma = attribute("gamma", 1.050_701)
            return { gamma * ($0 > 0 ? $0 : alpha * T.expm1($0)) }
        case .celu:
            let alpha = attribute("alpha", 1)
            return { $0 > 0 ? $0 : alpha * T.expm1($0 / alpha) }
        case .shrink:
            let bias = attribute("bias", 0)
            let bound = attribute("lambd", 0.5)
            return { $0 < -bound ? $0 + bias : $0 > bound ? $0 - bias : 0 }
        case .thresholdedRelu:
            let alpha = attribute("alpha", 1)
            return { $0 > alpha ? $0 : 0 }
        default: return nil
        }
    }

    /// `log(1 + exp(x))` without overflow.
    @inline(__always) private static func softplus<T: BinaryFloatingPoint & MathFunctions>(_ x: T) -> T {
        max(x, 0) + T.log1p(T.exp(-x.magnitude))
    }
}
