import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Elements chosen by indices that may come from the data: their gradients are added where they were taken from.
enum GatherRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let indices = try context.operand(1)
        guard indices.dtype == .i64 || indices.dtype == .i32 else {
            throw context.refused("its indices are no integers")
        }
        var result = Differentiated()
        result.readsInputs = [1]
        result.writing = .addsOnly
        let read = IndexReader(isWide: indices.dtype == .i64)
        switch context.node.op.rawValue {
        case "Gather": result.backward = try rows(context, indices, read)
        case "GatherElements": result.backward = try elements(context, indices, read)
        default: result.backward = try tuples(context, indices, read)
        }
        return result
    }

    /// Reads an index and brings it into range; the forward pass has refused those that are not.
    struct IndexReader {
        let isWide: Bool

        @inline(__always) func callAsFunction(
            _ block: UnsafeMutableRawPointer, _ position: Int, extent: Int
        ) -> Int? {
            let given =
                isWide
                ? Int(block.assumingMemoryBound(to: Int64.self)[position])
                : Int(block.assumingMemoryBound(to: Int32.self)[position])
            let index = given < 0 ? given &+ extent : given
            return index >= 0 && index < extent ? index : nil
        }
    }

    private static func rows(
        _ context: GradientContext, _ indices: GradientContext.Operand, _ read: IndexReader
    ) throws -> BackwardBody {
        let data = try context.operand(0).shape
        let axis = try context.axis(context.node.int("axis") ?? 0, rank: data.count)
        let outer = data[..<axis].reduce(1, *)
        let inner = data[(axis + 1)...].reduce(1, *)
        let extent = data[axis]
        let count = indices.count
        let isa = context.isa
        return { memory in
            for row in 0..<outer {
                for position in 0..<count {
                    guard let index = read(memory.inputs[1], position, extent: extent) else { continue }
                    edge_accumulate_f32(
                        isa, inner, memory.gradient() + (row * count + position) * inner,
                        memory.inputGradient(0) + (row * extent + index) * inner)
                }
            }
        }
    }

    private static func elements(
        _ context: GradientContext, _ indices: GradientContext.Operand, _ read: IndexReader
    ) throws -> BackwardBody {
        let data = try context.operand(0).shape
        let axis = try context.axis(context.node.int("axis") ?? 0, rank: data.count)
        guard indices.shape.count == data.count else {
            throw context.refused("its indices have other axes than its data")
        }
        let shape = indices.shape
        let strides = Tensor.contiguousStrides(of: data)
        let extent = data[axis]
        return { memory in
            var place = [Int](repeating: 0, count: shape.count)
            for position in 0..<indices.count {
                if let index = read(memory.inputs[1], position, extent: extent) {
                    var target = index * strides[axis]
                    for other in shape.indices where other != axis { target += place[other] * strides[other] }
                    memory.inputGradient(0)[target] += memory.gradient()[position]
                }
                for other in shape.indices.reversed() {
                    place[other] += 1
                    if place[other] < shape[other] { break }
                    place[other] = 0
                }
            }
        }
    }

    /// `GatherND`: the last axis of the indices holds positions along the axes behind the batch.
    private static func tuples(
        _ context: GradientContext, _ indices: GradientContext.Operand, _ read: IndexReader
    ) throws -> BackwardBody {
        let data = try context.operand(0).shape
        let batchAxes = context.node.int("batch_dims") ?? 0
        guard let width = indices.shape.last, batchAxes >= 0, batchAxes + width <= data.count, width > 0,
            batchAxes < indices.shape.count
        else { throw context.refused("its indices do not fit its data") }
        let batches = data[..<batchAxes].reduce(1, *)
        let perBatch = indices.shape[batchAxes..<(indices.shape.count - 1)].reduce(1, *)
        let extents = Array(data[batchAxes..<(batchAxes + width)])
        let inner = data[(batchAxes + width)...].reduce(1, *)
        let block = data[batchAxes...].reduce(1, *)
        let isa = context.isa
        return { memory in
            for batch in 0..<batches {
                for tuple in 0..<perBatch {
                    let row = batch * perBatch + tuple
                    var target: Int? = 0
                    for (axis, extent) in extents.enumerated() {
                        let index = read(memory.inputs[1], row * width + axis, extent: extent)
                        target = index.flatMap { index in target.map { $0 * extent + index } }
                    }
                    guard let target else { continue }
                    edge_accumulate_f32(
                        isa, inner, memory.gradient() + row * inner,
                        memory.inputGradient(0) + batch * block + target * inner)
                }
            }
        }
    }
}
