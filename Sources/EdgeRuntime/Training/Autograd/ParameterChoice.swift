import EdgeModels
import EdgeTensors

/// Which constants of a graph are learned, and whether gradients reach them.
struct ParameterChoice {
    struct Part {
        var id: ValueID
        var name: String
        var shape: [Int]
        var role: ParameterVector.Role
    }

    private(set) var parameters: [Part] = []
    private(set) var statistics: [Part] = []

    /// - Throws: `TrainingError` naming every node that stands in the way.
    init(_ original: Graph, frozen: (String) -> Bool) throws {
        // Bodies of loops once, so that what they read is seen.
        let graph = try ScanComposition.flattened(TrainingGraph.withoutUnread(original))
        var problems: [String] = []
        if let value = graph.values.first(where: { $0.type?.quantization != nil }) {
            throw TrainingError.untrainable(
                "the model is quantized (`\(value.name)`): integers cannot be trained",
                hint: "train the float model, then quantize it")
        }
        let useful = Self.useful(graph)
        var chosen: [ValueID: ParameterVector.Role] = [:]
        var kept: Set<ValueID> = []
        for node in graph.nodes where node.outputs.contains(where: useful.contains) {
            for position in Self.learnedInputs(node) {
                guard let id = node.input(position), let tensor = graph.constants[id], chosen[id] == nil,
                    !kept.contains(id), tensor.dtype == .f32, tensor.count > 0, try Self.isLearned(tensor, node)
                else { continue }
                if frozen(graph[id].name) { kept.insert(id) } else { chosen[id] = Self.role(position, of: node) }
            }
            guard node.op == .batchNormalization else { continue }
            for position in [3, 4] {
                guard let id = node.input(position), let tensor = graph.constants[id], tensor.dtype == .f32 else {
                    continue
                }
                guard !statistics.contains(where: { $0.id == id }) else { continue }
                statistics.append(Part(id: id, name: graph[id].name, shape: tensor.shape, role: .normalization))
            }
        }
        for id in statistics.map(\.id) { chosen[id] = nil }
        parameters = chosen.sorted { $0.key < $1.key }.compactMap { id, role in
            graph.constants[id].map { Part(id: id, name: graph[id].name, shape: $0.shape, role: role) }
        }
        problems += Self.obstacles(graph, from: Set(chosen.keys), useful: useful)
        guard problems.isEmpty else {
            throw TrainingError.untrainable(
                "the model cannot be trained: \(problems.joined(separator: "; "))",
                hint: "freeze what lies before these nodes, or train a model without them")
        }
    }

    /// Values that a floating-point output depends on smoothly.
    private static func useful(_ graph: Graph) -> Set<ValueID> {
        func isSmooth(_ id: ValueID) -> Bool { graph.type(of: id)?.dtype.isFloat ?? true }
        var useful = Set(graph.outputs.filter(isSmooth))
        for node in graph.nodes.reversed() where GradientRules.passesGradients(node.op) {
            guard node.outputs.contains(where: useful.contains) else { continue }
            for position in GradientRules.differentiableInputs(node) {
                if let input = node.input(position), isSmooth(input) { useful.insert(input) }
            }
        }
        return useful
    }

    /// The positions of inputs whose constants are learned.
    private static func learnedInputs(_ node: Node) -> [Int] {
        guard let kind = GradientRules.kind(node.op) else { return [] }
        switch kind {
        // The exponent of a power, initial states: how a formula is written.
        case .arithmetic where node.op == .pow: return [0]
        case .recurrence: return [1, 2, 3, 7]
        case .composed: return Composition.learnedInputs(node)
        // What is replaced or sampled, not how a tensor is begun.
        case .scatter, .gridSample: return []
        case .function, .stop: return []
        case .arithmetic, .choice, .convolution, .transposedConvolution, .maxPool, .averagePool, .batchNormalization,
            .rowNormalization, .gemm, .matMul, .softmax, .reduction, .gather, .movement, .concat, .split, .view,
            .dropout, .resize, .cumulativeSum, .cumulativeProduct, .einsum:
            return GradientRules.differentiableInputs(node)
        }
    }

    private static func isLearned(_ tensor: Tensor, _ node: Node) throws -> Bool {
        if tensor.count == 1, node.op != .pRelu {
            switch GradientRules.kind(node.op) {
            case .arithmetic, .choice, .concat, .movement, .view, .function: return false
            default: break
            }
        }
        return try tensor.withElements(of: Float.self) { elements in elements.allSatisfy { abs($0) <= 10_000 } }
    }

    private static func role(_ position: Int, of node: Node) -> ParameterVector.Role {
        switch GradientRules.kind(node.op) {
        case .convolution, .transposedConvolution, .gemm: position == 2 ? .bias : .weight
        case .recurrence: position == 3 ? .bias : .weight
        case .batchNormalization, .rowNormalization: .normalization
        case .gather: .embedding
        case .arithmetic: node.op == .add || node.op == .sub ? .bias : .weight
        default: .weight
        }
    }

    /// Nodes between a parameter and an output that have no gradient.
    private static func obstacles(_ graph: Graph, from parameters: Set<ValueID>, useful: Set<ValueID>) -> [String] {
        var active = parameters
        var problems: [String] = []
        for node in graph.nodes {
            let name = "node `\(node.name)` (\(node.op.rawValue))"
            switch node.op {
            case .loop, .conditional:
                // What its bodies read counts as its input.
                let read = graph.capturedValues(of: node).union(node.inputs.compactMap(\.self))
                if node.outputs.contains(where: useful.contains), !read.isDisjoint(with: active) {
                    problems.append("\(name): it has no gradient yet")
                }
                continue
            case .scan:
                if let objection = ScanComposition.objection(to: node) { problems.append("\(name): \(objection)") }
                continue
            default: break
            }
            guard node.outputs.contains(where: useful.contains), GradientRules.passesGradients(node.op) else {
                continue
            }
            let reached = GradientRules.differentiableInputs(node).contains { position in
                node.input(position).map(active.contains) ?? false
            }
            guard reached else { continue }
            active.formUnion(node.outputs)
            if let objection = GradientRules.objection(to: node, in: graph) { problems.append("\(name): \(objection)") }
            for output in node.outputs {
                guard let dtype = graph.type(of: output)?.dtype, dtype.isFloat, dtype != .f32 else { continue }
                problems.append("\(name): it computes in \(dtype.rawValue), and training in f32")
            }
        }
        return problems
    }
}
