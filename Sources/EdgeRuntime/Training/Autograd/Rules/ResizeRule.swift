import CEdgeKernels
import EdgeModels
import EdgeTensors

/// `Resize`: along each axis the results are weighted sums of the operand's elements, whatever the mode. The weights are asked of the
/// executor's own kernel, one element at a time.
enum ResizeRule {
    private struct Pass {
        let outer: Int
        let extent: Int
        let count: Int
        let inner: Int
        /// For each result: the elements it is made of.
        let parts: [[(source: Int, weight: Float)]]
    }

    /// Axes longer than this would take too many questions.
    private static let largestExtent = 4096

    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let source = try context.operand(0).shape
        let target = context.results[0].shape
        let policy = context.node.string("keep_aspect_ratio_policy") ?? "stretch"
        guard policy == "stretch", context.node.string("coordinate_transformation_mode") != "tf_crop_and_resize",
            context.node.ints("axes") == nil
        else { throw context.refused("with these attributes it has no gradient yet") }
        var passes: [Pass] = []
        // Backwards: from the result's extents to the operand's, the last axis first.
        var current = target
        for axis in source.indices.reversed() {
            let parts = try parts(context, axis: axis, extent: source[axis], count: target[axis])
            let isIdentity =
                source[axis] == target[axis]
                && parts.enumerated().allSatisfy { $1.count == 1 && $1[0].source == $0 && $1[0].weight == 1 }
            if isIdentity { continue }
            passes.append(
                Pass(
                    outer: current[..<axis].reduce(1, *), extent: source[axis], count: target[axis],
                    inner: current[(axis + 1)...].reduce(1, *), parts: parts))
            current[axis] = source[axis]
        }
        let isa = context.isa
        let total = source.reduce(1, *)
        var result = Differentiated()
        result.writing = .addsOnly
        result.backwardScratch = passes.dropLast().map {
            $0.outer * $0.extent * $0.inner * MemoryLayout<Float>.stride
        }
        result.backward = { [passes] memory in
            guard !passes.isEmpty else {
                return edge_accumulate_f32(isa, total, memory.gradient(), memory.inputGradient(0))
            }
            var from = memory.gradient()
            for (position, pass) in passes.enumerated() {
                let isLast = position == passes.count - 1
                let to = isLast ? memory.inputGradient(0) : memory.scratch(position)
                if !isLast { to.update(repeating: 0, count: pass.outer * pass.extent * pass.inner) }
                for row in 0..<pass.outer {
                    for (place, parts) in pass.parts.enumerated() {
                        let gradient = from + (row * pass.count + place) * pass.inner
                        for part in parts {
                            edge_scale_f32(
                                isa, pass.inner, part.weight, gradient, true,
                                to + (row * pass.extent + part.source) * pass.inner)
                        }
                    }
                }
                from = to
            }
        }
        return result
    }

    /// What each result along one axis is made of.
    private static func parts(
        _ context: GradientContext, axis: Int, extent: Int, count: Int
    ) throws -> [[(source: Int, weight: Float)]] {
        guard extent <= largestExtent, count <= largestExtent else {
            throw context.refused("an axis longer than \(largestExtent) has no gradient yet")
        }
        var shape = try context.operand(0).shape.map { _ in 1 }
        shape[axis] = extent
        var tensors: [Tensor?] = context.operands.map { $0?.constant }
        for position in tensors.indices.dropFirst() {
            guard let tensor = tensors[position] else { continue }
            guard tensor.count == shape.count else { continue }
            if var sizes = tensor.integerValues() {
                for other in sizes.indices where other != axis { sizes[other] = 1 }
                tensors[position] = try Tensor.integers(sizes, shape: tensor.shape, dtype: tensor.dtype)
            } else if var scales = tensor.realValues() {
                for other in scales.indices where other != axis { scales[other] = 1 }
                tensors[position] = try Tensor(scales, shape: tensor.shape)
            }
        }
        var parts = [[(source: Int, weight: Float)]](repeating: [], count: count)
        var basis = [Float](repeating: 0, count: extent)
        for source in 0..<extent {
            basis[source] = 1
            tensors[0] = try Tensor(basis, shape: shape)
            let inputs = tensors.map { tensor in
                tensor.map { NodeKernel.Input(dtype: $0.dtype, shape: $0.shape, constant: $0) }
            }
            let kernel = try NodeKernel(context.node, inputs: inputs, options: context.options)
            let results = try kernel.run(tensors, of: context.node).first?.elements(as: Float.self) ?? []
            guard results.count == count else { throw context.refused("its axes cannot be told apart") }
            for (place, weight) in results.enumerated() where weight != 0 { parts[place].append((source, weight)) }
            basis[source] = 0
        }
        return parts
    }
}
