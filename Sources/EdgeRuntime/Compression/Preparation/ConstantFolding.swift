import EdgeModels
import EdgeTensors

/// Computes what does not depend on the model's inputs.
enum ConstantFolding {
    /// Results larger than this many elements stay nodes: folding is to save work, not to make files grow.
    private static let largestResult = 1 << 24

    static func run(_ graph: inout Graph) throws {
        var removed: Set<Int> = []
        for (position, node) in graph.nodes.enumerated() {
            guard node.outputs.count == 1, let output = node.outputs.first, !graph.outputs.contains(output),
                !node.inputs.isEmpty, node.inputs.allSatisfy({ $0.map { graph.constants[$0] != nil } ?? true }),
                !node.attributes.values.contains(where: { if case .graph = $0 { true } else { false } }),
                graph.type(of: output)?.quantization == nil
            else { continue }
            if let extents = graph.type(of: output)?.fixedShape,
                (Tensor.elementCount(of: extents) ?? .max) > largestResult
            {
                continue
            }
            // A node that cannot be computed alone simply stays.
            guard let result = try? SingleNode(node, in: graph).run([:]).first, result.count <= largestResult else {
                continue
            }
            graph.constants[output] = result
            graph[output].type = TensorType(dtype: result.dtype, shape: result.shape.map(Dimension.fixed))
            removed.insert(position)
        }
        graph.removeNodes(removed)
    }
}
