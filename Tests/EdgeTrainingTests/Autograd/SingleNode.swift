import EdgeModels
import EdgeTensors
import EdgeTraining

/// One operator as a model: its operands are inputs, parameters or settings.
struct SingleNode {
    enum Operand {
        case input(Tensor), parameter(Tensor), setting(Tensor), absent
    }

    struct Gradients {
        var outputs: [[Float]]
        /// By the position of the operand.
        var byOperand: [Int: [Float]]
    }

    var op: String
    var attributes: [String: Attribute] = [:]
    var operands: [Operand]
    var outputs = 1

    func model() throws -> Model {
        guard let op = Operator(rawValue: op) else { throw TestFailure("there is no operator \(op)") }
        var graph = Graph()
        var inputs: [ValueID?] = []
        for (position, operand) in operands.enumerated() {
            switch operand {
            case .absent: inputs.append(nil)
            case .input(let tensor):
                let type = TensorType(dtype: tensor.dtype, shape: tensor.shape.map(Dimension.fixed))
                let id = graph.addValue(name: "operand\(position)", type: type)
                graph.inputs.append(id)
                inputs.append(id)
            case .parameter(let tensor), .setting(let tensor):
                inputs.append(graph.addConstant(name: "operand\(position)", tensor))
            }
        }
        let results = (0..<outputs).map { graph.addValue(name: "result\($0)") }
        graph.nodes = [Node(name: "node", op: op, inputs: inputs, outputs: results, attributes: attributes)]
        graph.outputs = results
        try graph.inferShapes()
        return Model(name: op.rawValue, graph: graph, origin: "a test")
    }

    /// Outputs and gradients for given gradients by the outputs.
    func run(
        _ gradients: [[Float]]?, training: Bool = true, options: ExecutionOptions = ExecutionOptions()
    ) throws -> Gradients {
        let model = try model()
        let trainable = try TrainableModel(model, options: options)
        var tensors: [Tensor] = []
        var places: [Int] = []
        for (position, operand) in operands.enumerated() {
            if case .input(let tensor) = operand {
                tensors.append(tensor)
                places.append(position)
            }
        }
        let results = try trainable.forward(tensors, training: training, seed: 1)
        var found: [Int: [Float]] = [:]
        if let gradients {
            let given = try zip(gradients, results).map { try Tensor($0, shape: $1.shape) }
            let byInputs = try trainable.backward(given, inputGradients: !tensors.isEmpty)
            for (place, gradient) in zip(places, byInputs) {
                if let gradient { found[place] = try gradient.elements() }
            }
            for entry in trainable.parameters.entries {
                guard let position = Int(entry.name.dropFirst("operand".count)) else { continue }
                found[position] = Array(trainable.parameters.gradients[entry.range])
            }
        }
        return Gradients(outputs: try results.map { try $0.elements() }, byOperand: found)
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// How far two lists of numbers are apart, measured by the largest of the first.
func relativeDifference(_ expected: [Double], _ found: [Float]) -> Double {
    guard expected.count == found.count else { return .infinity }
    let scale = expected.reduce(1e-3) { max($0, abs($1)) }
    return zip(expected, found).reduce(0) { largest, pair in
        let difference = abs(pair.0 - Double(pair.1))
        return difference.isNaN ? .infinity : max(largest, difference / scale)
    }
}
