import EdgeModels
import EdgeTensors

/// Writes products with a constant matrix as `Gemm` with weights `[out, in]` and without factors.
enum DenseLayers {
    static func run(_ graph: inout Graph) throws {
        for position in graph.nodes.indices {
            switch graph.nodes[position].op {
            case .matMul: try fromProduct(&graph, position)
            case .gemm: try normalise(&graph, position)
            default: break
            }
        }
    }

    private static func fromProduct(_ graph: inout Graph, _ position: Int) throws {
        let node = graph.nodes[position]
        guard let data = node.input(0), let weights = node.input(1), let matrix = graph.constants[weights],
            matrix.rank == 2, matrix.dtype == .f32, graph.type(of: weights)?.quantization == nil,
            graph.constants[data] == nil, graph.type(of: data)?.shape?.count == 2
        else { return }
        let turned = graph.addConstant(
            name: graph.uniqueValueName(graph[weights].name + "/turned"), try matrix.permuted([1, 0]))
        graph.nodes[position].op = .gemm
        graph.nodes[position].inputs = [data, turned]
        graph.nodes[position].attributes = ["transB": .int(1)]
    }

    private static func normalise(_ graph: inout Graph, _ position: Int) throws {
        let node = graph.nodes[position]
        guard let weights = node.input(1), let matrix = graph.constants[weights], matrix.rank == 2,
            matrix.dtype == .f32,
            graph.type(of: weights)?.quantization == nil, (node.int("transA") ?? 0) == 0
        else { return }
        let alpha = node.float("alpha") ?? 1
        let beta = node.float("beta") ?? 1
        let isTurned = (node.int("transB") ?? 0) != 0
        var bias: Tensor?
        if let id = node.input(2) {
            // A bias that is computed, or that differs from row to row, cannot go into the layer.
            let outputs = matrix.shape[isTurned ? 0 : 1]
            guard let constant = graph.constants[id], constant.dtype == .f32,
                constant.count == 1 || (constant.count == outputs && constant.shape.last == outputs)
            else { return }
            let values = try constant.elements(as: Float.self)
            bias = try Tensor((0..<outputs).map { beta * values[values.count == 1 ? 0 : $0] }, shape: [outputs])
        }
        guard
            !isTurned || alpha != 1
                || (bias != nil && (beta != 1 || graph.type(of: node.inputs[2] ?? weights)?.shape?.count != 1))
        else { return }
        var scaled = isTurned ? matrix : try matrix.permuted([1, 0])
        if alpha != 1 {
            let shape = scaled.shape
            scaled = try Tensor(scaled.elements(as: Float.self).map { alpha * $0 }, shape: shape)
        }
        let newWeights = graph.addConstant(name: graph.uniqueValueName(graph[weights].name + "/turned"), scaled)
        var inputs: [ValueID?] = [node.input(0), newWeights]
        if let bias { inputs.append(graph.addConstant(name: graph.uniqueValueName(node.name + "/bias"), bias)) }
        graph.nodes[position].inputs = inputs
        graph.nodes[position].attributes = ["transB": .int(1)]
    }
}
