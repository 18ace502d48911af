import CEdgeKernels
import EdgeTensors

/// Products of two activations, as attention has them. Transpositions of operands and result that `TransposeFusion` moved in are
/// strides here: the heads of an attention layer are never copied.
enum FastMatMul {
    /// A matrix of a tensor whose axes are seen in another order.
    private struct View {
        var shape: [Int]
        var strides: [Int]

        /// - Parameter order: for each axis as it is seen, the axis of the stored tensor; nil where they are the same.
        init(stored: [Int], order: [Int]?) {
            let own = Tensor.contiguousStrides(of: stored)
            shape = order?.map { stored[$0] } ?? stored
            strides = order?.map { own[$0] } ?? own
        }

        /// Where each matrix of the last two axes begins, in C order of the other axes.
        var starts: [Int] {
            var result = [0]
            for (extent, stride) in zip(shape.dropLast(2), strides.dropLast(2)) {
                result = result.flatMap { start in (0..<extent).map { start + $0 * stride } }
            }
            return result
        }
    }

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? {
        let orders = (0..<3).map { context.node.ints(TransposeFusion.order($0)) }
        let isFused = orders.contains { $0 != nil }
        guard try context.operand(0).dtype == .f32, try context.operand(1).dtype == .f32,
            !ThroughFloat.applies(to: context)
        else {
            if isFused { throw context.fail("a fused transposition does not fit its operands") }
            return nil
        }
        var seen = context
        var views: [View] = []
        for position in 0..<2 {
            let shape = try context.operand(position).shape
            if let order = orders[position], order.sorted() != Array(shape.indices) {
                throw context.fail("a fused transposition does not fit its operands")
            }
            let view = View(stored: shape, order: orders[position])
            views.append(view)
            seen.operands[position] = Operand(type: ConcreteType(.f32, view.shape), constant: nil)
        }
        let layout = try ReferenceMatMul.layout(seen)
        let (rows, columns, depth) = (layout.rows, layout.columns, layout.depth)
        guard max(rows, max(columns, depth)) < Int(Int32.max) / 4 else {
            if isFused { throw context.fail("a product of \(rows) × \(depth) × \(columns) has no kernel") }
            return nil
        }
        var stored = layout.shape
        if let order = orders[2] {
            guard order.sorted() == Array(layout.shape.indices) else {
                throw context.fail("a fused transposition does not fit its result")
            }
            stored = order.map { layout.shape[$0] }
        }
        let result = try context.result(.f32, stored)
        guard rows > 0, columns > 0, depth > 0 else {
            return Lowered([result]) { memory throws(ModelError) in
                memory.output(0, as: Float.self).update(repeating: 0, count: result.count)
            }
        }
        // The result's axes as the product sees them: the inverse of the order.
        let out = View(
            stored: stored, order: orders[2].map { order in order.indices.map { order.firstIndex(of: $0) ?? $0 } })
        guard views.allSatisfy({ $0.shape.count >= 2 }), out.shape.count >= 2 else {
            return try plain(context, layout, result)
        }
        let starts = (views[0].starts, views[1].starts, out.starts)
        let places = layout.pairs.enumerated().map { position, pair in
            (a: starts.0[pair.a], b: starts.1[pair.b], out: starts.2[position])
        }
        let (a, b, c) = (views[0].strides.suffix(2), views[1].strides.suffix(2), out.strides.suffix(2))
        let isTransposed = b[b.endIndex - 1] != 1 && columns > 1
        guard a[a.endIndex - 1] == 1 || depth == 1, c[c.endIndex - 1] == 1 || columns == 1,
            !isTransposed || b[b.startIndex] == 1 || depth == 1
        else { throw context.fail("a fused transposition does not fit its operands") }
        let (strideA, strideB, strideC) = (
            a[a.startIndex], b[isTransposed ? b.endIndex - 1 : b.startIndex], c[c.startIndex]
        )
        let isa = context.isa
        let scratch = try context.scratchBytes(
            edge_gemm_f32_scratch(Int32(rows), Int32(columns), Int32(depth)), width: 1)
        return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
            for place in places {
                edge_gemm_f32(
                    isa, Int32(rows), Int32(columns), Int32(depth), memory.input(0, as: Float.self) + place.a, strideA,
                    memory.input(1, as: Float.self) + place.b, strideB, isTransposed,
                    memory.output(0, as: Float.self) + place.out, strideC, memory.scratch[0])
            }
        }
    }

    /// Operands of which one is a vector.
    private static func plain(
        _ context: LoweringContext, _ layout: ReferenceMatMul.Layout, _ result: ConcreteType
    ) throws(ModelError) -> Lowered {
        let (rows, columns, depth) = (layout.rows, layout.columns, layout.depth)
        let isa = context.isa
        let scratch = try context.scratchBytes(
            edge_gemm_f32_scratch(Int32(rows), Int32(columns), Int32(depth)), width: 1)
        return Lowered([result], scratch: [scratch]) { memory throws(ModelError) in
            for (position, pair) in layout.pairs.enumerated() {
                edge_gemm_f32(
                    isa, Int32(rows), Int32(columns), Int32(depth),
                    memory.input(0, as: Float.self) + pair.a * rows * depth, depth,
                    memory.input(1, as: Float.self) + pair.b * depth * columns, columns, false,
                    memory.output(0, as: Float.self) + position * rows * columns, columns, memory.scratch[0])
            }
        }
    }
}
