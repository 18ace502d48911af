#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a classical model does with its scores at the end (`post_transform`).
enum ScoreTransform: String, Sendable {
    case none = "NONE"
    case logistic = "LOGISTIC"
    case softmax = "SOFTMAX"
    /// Softmax that leaves zeros out.
    case softmaxZero = "SOFTMAX_ZERO"
    case probit = "PROBIT"

    /// The attribute of a node.
    init(_ node: Node) throws(ModelError) {
        guard let transform = ScoreTransform(rawValue: node.string("post_transform") ?? "NONE") else {
            throw node.bad("it has the post transform `\(node.string("post_transform") ?? "")`")
        }
        self = transform
    }

    /// Transforms the scores of one row. A single score, which stands for no choice, is changed by `probit` alone, as ONNX Runtime does.
    func apply(_ scores: UnsafeMutableBufferPointer<Double>) {
        guard scores.count > 1 || self == .probit else { return }
        switch self {
        case .none: break
        case .logistic: for position in scores.indices { scores[position] = Self.logistic(scores[position]) }
        case .probit: for position in scores.indices { scores[position] = Self.probit(scores[position]) }
        case .softmax: Self.softmax(scores) { _ in true }
        case .softmaxZero: Self.softmax(scores) { $0 > 1e-7 || $0 < -1e-7 }
        }
    }

    /// - Parameter takes: the scores that take part; others keep next to nothing.
    private static func softmax(_ scores: UnsafeMutableBufferPointer<Double>, takes: (Double) -> Bool) {
        let largest = scores.reduce(-Double.greatestFiniteMagnitude) { max($0, $1) }
        var sum = 0.0
        for position in scores.indices {
            if takes(scores[position]) {
                scores[position] = exp(scores[position] - largest)
                sum += scores[position]
            } else {
                scores[position] *= exp(-largest)
            }
        }
        for position in scores.indices { scores[position] /= sum }
    }

    /// The lone score of the second of two classes as scores of both: what is left of one, or the logistic function of both signs. Under
    /// `probit` ONNX Runtime writes the first alone.
    func ofBoth(_ score: Double) -> (Double, Double) {
        switch self {
        case .logistic: (Self.logistic(-score), Self.logistic(score))
        case .probit: (Self.probit(score), 0)
        case .none, .softmax, .softmaxZero: (Double(1 - Float(score)), score)
        }
    }

    static func logistic(_ value: Double) -> Double {
        let positive = 1 / (1 + exp(-abs(value)))
        return value < 0 ? 1 - positive : positive
    }

    /// The quantile function of the normal distribution by Winitzki's approximation of the inverse error function, a = 0.147, which
    /// ONNX Runtime uses, too.
    static func probit(_ value: Double) -> Double {
        let x = 2 * value - 1
        let logarithm = log((1 - x) * (1 + x))
        let half = 2 / (3.14159 * 0.147) + 0.5 * logarithm
        let root = (-half + (half * half - logarithm / 0.147).squareRoot()).squareRoot()
        return 1.41421356 * (x < 0 ? -root : root)
    }
}
