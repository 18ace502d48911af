#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
import EdgeModels
import EdgeTensors

/// A model in the form in which it is trained: any number of samples at a time, and logits in place of probabilities.
///
/// A network that ends in a softmax or a sigmoid is trained on what goes in there, since the loss of both together has a gradient that neither
/// overflows nor vanishes. Afterwards the weights go back into the model as it was.
struct TrainableGraph {
    /// What comes behind the logits.
    enum Ending: Sendable {
        case none, softmax, sigmoid

        /// What it makes of logits.
        func applied(to logits: [Float], columns: Int) -> [Float] {
            switch self {
            case .none: return logits
            case .sigmoid: return logits.map { 1 / (1 + exp(-$0)) }
            case .softmax:
                var result = logits
                for start in stride(from: 0, to: logits.count, by: max(1, columns)) {
                    let row = start..<min(logits.count, start + columns)
                    let largest = logits[row].max() ?? 0
                    for index in row { result[index] = exp(logits[index] - largest) }
                    let sum = result[row].reduce(0, +)
                    for index in row { result[index] /= sum }
                }
                return result
            }
        }
    }

    let original: Model
    let model: Model
    let ending: Ending

    /// - Parameter loss: what it is trained for: only the losses of logits leave the ending away.
    init(_ given: Model, loss: Loss) throws {
        var original = given
        original.graph = ScanComposition.withOuterConstants(given.graph)
        self.original = original
        var graph = original.graph
        if let id = graph.values.indices.first(where: { graph.values[$0].type?.quantization != nil }) {
            throw TrainingError.untrainable(
                "the model is quantized (`\(graph.values[id].name)`): integers have no gradient",
                hint: "train the float model, then quantize")
        }
        guard graph.outputs.count >= 1 else { throw TrainingError.untrainable("the model has no output") }
        let last = Self.ending(of: graph)
        switch (last.ending, loss) {
        case (.softmax, .crossEntropy), (.sigmoid, .binaryCrossEntropy):
            ending = last.ending
            if let logits = last.logits { graph.outputs[0] = logits }
            graph.removeDeadNodes()
        default: ending = .none
        }
        try Self.openBatch(&graph)
        var model = original
        model.graph = graph
        self.model = model
    }

    /// The model as it was given, with the weights that another one of `model`'s form has.
    func restored(from trained: Model) throws -> Model {
        var result = original
        var names: [String: Tensor] = [:]
        for (id, tensor) in trained.graph.constants { names[trained.graph[id].name] = tensor }
        for (id, tensor) in original.graph.constants where tensor.dtype == .f32 {
            guard let found = names[original.graph[id].name], found.shape == tensor.shape, found.dtype == .f32 else {
                continue
            }
            result.graph.constants[id] = found
        }
        return result
    }

    /// What the first output of a graph ends in, and the value before it.
    static func ending(of graph: Graph) -> (ending: Ending, logits: ValueID?) {
        guard let output = graph.outputs.first,
            let node = graph.nodes.last(where: { $0.outputs.contains(output) }), let input = node.input(0),
            graph.constants[input] == nil
        else { return (.none, nil) }
        switch node.op {
        case .softmax:
            let axis = node.int("axis") ?? -1
            let rank = graph.type(of: input)?.shape?.count
            return axis == -1 || rank.map({ axis == $0 - 1 }) == true ? (.softmax, input) : (.none, nil)
        case .sigmoid: return (.sigmoid, input)
        default: return (.none, nil)
        }
    }

    /// Lets the batch be of any size where the model was written for a fixed one.
    private static func openBatch(_ graph: inout Graph) throws {
        let fixed = graph.inputs.compactMap { graph.type(of: $0)?.shape?.first?.fixedValue }
        guard let batch = fixed.first else { return }
        graph = try BatchOpening.open(graph, batch: batch)
        do {
            try graph.inferShapes()
        } catch {
            throw TrainingError.untrainable(
                "the model is written for \(batch) samples at a time and cannot be opened for others: \((error as? ModelError)?.message ?? "\(error)")",
                hint: "write it with an open batch axis")
        }
        for id in graph.outputs {
            guard graph.type(of: id)?.shape?.first?.fixedValue == nil else {
                throw TrainingError.untrainable(
                    "the model is written for \(batch) samples at a time, and its output `\(graph[id].name)` stays so",
                    hint: "write it with an open batch axis")
            }
        }
    }
}
