import CEdgeKernels
import EdgeModels
import EdgeTensors

/// `ScatterElements` and `ScatterND`: data with elements or blocks replaced by updates, or with updates added.
///
/// A gradient goes to the update that was written last at its place, and to the data where nothing was written; where updates are
/// added, to all of them and to the data.
enum ScatterRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let data = try context.operand(0)
        let indices = try context.operand(1)
        guard indices.dtype == .i64 || indices.dtype == .i32 else {
            throw context.refused("its indices are no integers")
        }
        let reduction = context.node.string("reduction") ?? "none"
        guard reduction == "none" || reduction == "add" else {
            throw context.refused("the reduction `\(reduction)` has no gradient yet")
        }
        let read = GatherRule.IndexReader(isWide: indices.dtype == .i64)
        let (block, count, place) =
            context.node.op == .scatterND
            ? try tuples(context, data, indices, read) : try elements(context, data, indices, read)
        let replaces = reduction == "none"
        let wants = (context.wants(0), context.wants(2))
        let isa = context.isa
        let total = data.count
        var result = Differentiated()
        result.readsInputs = [1]
        result.writing = .addsOnly
        result.backwardScratch = replaces ? [data.byteCount] : []
        result.backward = { memory in
            guard replaces else {
                if wants.0 { edge_accumulate_f32(isa, total, memory.gradient(), memory.inputGradient(0)) }
                guard wants.1 else { return }
                for position in 0..<count {
                    guard let start = place(memory.inputs[1], position) else { continue }
                    edge_accumulate_f32(
                        isa, block, memory.gradient() + start, memory.inputGradient(2) + position * block)
                }
                return
            }
            // From the last update to the first: what one has taken is no longer there for those before it.
            let rest = memory.scratch(0)
            rest.update(from: memory.gradient(), count: total)
            for position in (0..<count).reversed() {
                guard let start = place(memory.inputs[1], position) else { continue }
                if wants.1 {
                    edge_accumulate_f32(isa, block, rest + start, memory.inputGradient(2) + position * block)
                }
                (rest + start).update(repeating: 0, count: block)
            }
            if wants.0 { edge_accumulate_f32(isa, total, rest, memory.inputGradient(0)) }
        }
        return result
    }

    /// How large a block is, how many there are, and where one of them begins.
    private typealias Places = (block: Int, count: Int, place: (UnsafeMutableRawPointer, Int) -> Int?)

    private static func elements(
        _ context: GradientContext, _ data: GradientContext.Operand, _ indices: GradientContext.Operand,
        _ read: GatherRule.IndexReader
    ) throws -> Places {
        let axis = try context.axis(context.node.int("axis") ?? 0, rank: data.shape.count)
        let shape = indices.shape
        guard shape.count == data.shape.count else {
            throw context.refused("its indices have other axes than its data")
        }
        let strides = Tensor.contiguousStrides(of: data.shape)
        let steps = Tensor.contiguousStrides(of: shape)
        let extent = data.shape[axis]
        return (
            1, indices.count,
            { memory, position in
                guard let index = read(memory, position, extent: extent) else { return nil }
                var target = index * strides[axis]
                for other in shape.indices where other != axis {
                    target += position / steps[other] % shape[other] * strides[other]
                }
                return target
            }
        )
    }

    private static func tuples(
        _ context: GradientContext, _ data: GradientContext.Operand, _ indices: GradientContext.Operand,
        _ read: GatherRule.IndexReader
    ) throws -> Places {
        guard let depth = indices.shape.last, depth > 0, depth <= data.shape.count else {
            throw context.refused("its indices do not fit its data")
        }
        let extents = Array(data.shape[..<depth])
        let block = data.shape[depth...].reduce(1, *)
        return (
            block, indices.count / depth,
            { memory, tuple in
                var target = 0
                for (axis, extent) in extents.enumerated() {
                    guard let index = read(memory, tuple * depth + axis, extent: extent) else { return nil }
                    target = target * extent + index
                }
                return target * block
            }
        )
    }
}
