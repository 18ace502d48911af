import Glibc

/// The functions that recurrent layers put on their gates.
enum RecurrentActivation: Sendable {
    case sigmoid, tanh, relu
    case leakyRelu(Float)
    case hardSigmoid(Float, Float)
    case affine(Float, Float)
    case softsign, softplus

    /// By ONNX's name, with its parameters where it takes some.
    init?(name: String, alpha: Float?, beta: Float?) {
        switch name.lowercased() {
        case "sigmoid": self = .sigmoid
        case "tanh": self = .tanh
        case "relu": self = .relu
        case "leakyrelu": self = .leakyRelu(alpha ?? 0.01)
        case "hardsigmoid": self = .hardSigmoid(alpha ?? 0.2, beta ?? 0.5)
        case "affine": self = .affine(alpha ?? 1, beta ?? 0)
        case "softsign": self = .softsign
        case "softplus": self = .softplus
        default: return nil
        }
    }

    func callAsFunction(_ x: Float) -> Float {
        switch self {
        case .sigmoid: 1 / (1 + expf(-x))
        case .tanh: tanhf(x)
        case .relu: max(x, 0)
        case .leakyRelu(let alpha): x < 0 ? alpha * x : x
        case .hardSigmoid(let alpha, let beta): max(0, min(1, alpha * x + beta))
        case .affine(let alpha, let beta): alpha * x + beta
        case .softsign: x / (1 + abs(x))
        case .softplus: logf(1 + expf(x))
        }
    }

    /// The activations of all directions of a layer, in order.
    static func list(_ context: LoweringContext, defaults: [RecurrentActivation], directions: Int) throws(ModelError)
        -> [RecurrentActivation]
    {
        var result: [RecurrentActivation] = []
        for _ in 0..<directions { result += defaults }
        guard case .strings(let names)? = context.node.attributes["activations"] else { return result }
        guard names.count == result.count else {
            throw context.fail("it needs \(result.count) activations, found \(names.count)")
        }
        var alphas: [Float] = []
        var betas: [Float] = []
        if case .floats(let values)? = context.node.attributes["activation_alpha"] { alphas = values }
        if case .floats(let values)? = context.node.attributes["activation_beta"] { betas = values }
        for (position, name) in names.enumerated() {
            let alpha = position < alphas.count ? alphas[position] : nil
            let beta = position < betas.count ? betas[position] : nil
            guard let activation = RecurrentActivation(name: name, alpha: alpha, beta: beta) else {
                throw context.fail("activation `\(name)` is not known")
            }
            result[position] = activation
        }
        return result
    }
}
