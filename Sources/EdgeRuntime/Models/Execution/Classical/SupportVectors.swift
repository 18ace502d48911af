#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The vectors of a support vector machine and the kernel that compares rows with them.
struct SupportVectors: Sendable {
    private enum Kernel: String {
        case linear = "LINEAR"
        case polynomial = "POLY"
        case radial = "RBF"
        case sigmoid = "SIGMOID"
    }

    let count: Int
    let columns: Int
    private let kernel: Kernel
    private let vectors: [Float]
    private let gamma: Float
    private let offset: Float
    private let degree: Float

    /// - Parameters:
    ///   - vectors: `[count, columns]`.
    ///   - isLinear: whether the kernel is the product whatever the node says.
    init(_ node: Node, vectors: [Float], count: Int, isLinear: Bool = false) throws(ModelError) {
        let name = isLinear ? "LINEAR" : node.string("kernel_type") ?? "LINEAR"
        guard let kernel = Kernel(rawValue: name) else { throw node.bad("it has the kernel `\(name)`") }
        guard count >= 1, vectors.count % count == 0 else {
            throw node.bad("its \(vectors.count) numbers are not \(count) vectors")
        }
        var parameters: [Float] = []
        if case .floats(let given)? = node.attributes["kernel_params"] { parameters = given }
        guard parameters.isEmpty || parameters.count == 3 else {
            throw node.bad("its kernel has \(parameters.count) parameters, not 3")
        }
        if parameters.isEmpty { parameters = [0, 0, 0] }
        (gamma, offset, degree) = (parameters[0], parameters[1], parameters[2])
        self.kernel = kernel
        self.vectors = vectors
        self.count = count
        columns = vectors.count / count
    }

    /// Compares a row with every vector.
    func compare(_ row: UnsafePointer<Float>, _ body: (Int, Float) -> Void) {
        vectors.withUnsafeBufferPointer { all in
            for position in 0..<count {
                guard let base = all.baseAddress else { return }
                let vector = base + position * columns
                switch kernel {
                case .linear: body(position, DotProduct.of(row, vector, count: columns))
                case .polynomial:
                    body(position, powf(gamma * DotProduct.of(row, vector, count: columns) + offset, degree))
                case .sigmoid:
                    body(position, tanhf(gamma * DotProduct.of(row, vector, count: columns) + offset))
                case .radial:
                    var sum: Float = 0
                    for column in 0..<columns {
                        let difference = row[column] - vector[column]
                        sum += difference * difference
                    }
                    body(position, expf(-gamma * sum))
                }
            }
        }
    }
}
