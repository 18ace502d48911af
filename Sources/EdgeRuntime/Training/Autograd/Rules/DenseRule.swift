import CEdgeKernels
import EdgeModels
import EdgeTensors

/// `Gemm` and `MatMul`.
enum DenseRule {
    static func gemm(_ context: GradientContext) throws -> Differentiated {
        let node = context.node
        let a = try context.operand(0)
        let b = try context.operand(1)
        guard a.shape.count == 2, b.shape.count == 2 else { throw context.refused("it multiplies two matrices") }
        let transposesA = (node.int("transA") ?? 0) != 0
        let transposesB = (node.int("transB") ?? 0) != 0
        let alpha = node.float("alpha") ?? 1
        let beta = node.float("beta") ?? 1
        let (rows, columns) = (context.results[0].shape[0], context.results[0].shape[1])
        let depth = transposesA ? a.shape[0] : a.shape[1]
        let isa = context.isa
        func product(_ m: Int, _ n: Int, _ k: Int, _ ta: Bool, _ tb: Bool) -> TrainingProduct {
            var product = TrainingProduct(
                rows: m, columns: n, depth: k, aTransposed: ta, bTransposed: tb, isa: isa, backend: context.backend)
            product.alpha = alpha
            return product
        }
        let forward = product(rows, columns, depth, transposesA, transposesB)
        let bias = try Bias(context, rows: rows, columns: columns)
        // With C = op(A) op(B): the gradient of op(A) is G op(B)^T, that of op(B) is op(A)^T G; a transposed operand swaps its factors.
        let byA =
            transposesA
            ? product(depth, rows, columns, transposesB, true) : product(rows, depth, columns, false, !transposesB)
        let byB =
            transposesB
            ? product(columns, depth, rows, true, transposesA) : product(depth, columns, rows, !transposesA, false)
        let wants = (context.wants(0), context.wants(1), context.wants(2))
        var result = Differentiated()
        result.forwardScratch = [forward.scratchByteCount]
        result.backwardScratch = [max(byA.scratchByteCount, byB.scratchByteCount)]
        result.readsInputs = (wants.0 ? [1] : []) + (wants.1 ? [0] : [])
        result.forward = { memory, _ throws(ModelError) in
            forward(
                memory.input(0), memory.input(1), adds: false, to: memory.output(), scratch: memory.scratch[0])
            bias.add(memory.input(2), scale: beta, to: memory.output(), isa: isa)
        }
        result.backward = { memory in
            if wants.1 {
                if transposesB {
                    byB(
                        memory.gradient(), memory.input(0), adds: memory.adds(1), to: memory.inputGradient(1),
                        scratch: memory.scratch[0])
                } else {
                    byB(
                        memory.input(0), memory.gradient(), adds: memory.adds(1), to: memory.inputGradient(1),
                        scratch: memory.scratch[0])
                }
            }
            if wants.2 {
                bias.gradient(
                    memory.gradient(), scale: beta, adds: memory.adds(2), to: memory.inputGradient(2), isa: isa)
            }
            if wants.0 {
                if transposesA {
                    byA(
                        memory.input(1), memory.gradient(), adds: memory.adds(0), to: memory.inputGradient(0),
                        scratch: memory.scratch[0])
                } else {
                    byA(
                        memory.gradient(), memory.input(1), adds: memory.adds(0), to: memory.inputGradient(0),
                        scratch: memory.scratch[0])
                }
            }
        }
        return result
    }

    /// What a `Gemm` adds, repeated along rows or columns or both.
    private struct Bias {
        let rows: Int
        let columns: Int
        /// 0 where it is repeated.
        let rowStep: Int
        let columnStep: Int
        let isPresent: Bool

        init(_ context: GradientContext, rows: Int, columns: Int) throws {
            (self.rows, self.columns) = (rows, columns)
            guard let operand = context.optional(2) else {
                (rowStep, columnStep, isPresent) = (0, 0, false)
                return
            }
            let shape = [Int](repeating: 1, count: max(2 - operand.shape.count, 0)) + operand.shape
            guard shape.count == 2, shape[0] == 1 || shape[0] == rows, shape[1] == 1 || shape[1] == columns else {
                throw context.refused("a bias of shape \(operand.shape) does not fit")
            }
            columnStep = shape[1] == 1 ? 0 : 1
            rowStep = shape[0] == 1 ? 0 : shape[1]
            isPresent = true
        }

        func add(_ bias: UnsafePointer<Float>, scale: Float, to out: UnsafeMutablePointer<Float>, isa: edge_isa) {
            guard isPresent else { return }
            if rowStep == 0, columnStep == 1, scale == 1 { return edge_add_row_f32(isa, rows, columns, bias, out) }
            for row in 0..<rows {
                for column in 0..<columns {
                    out[row * columns + column] += scale * bias[row * rowStep + column * columnStep]
                }
            }
        }

        func gradient(
            _ gradient: UnsafePointer<Float>, scale: Float, adds: Bool, to target: UnsafeMutablePointer<Float>,
            isa: edge_isa
        ) {
            if rowStep == 0, columnStep == 1 || columns == 1 {
                return edge_sum_rows_f32(isa, rows, columns, scale, gradient, adds, target)
            }
            if !adds { target.update(repeating: 0, count: rowStep == 0 ? 1 : rows * max(rowStep, 1)) }
            for row in 0..<rows {
                for column in 0..<columns {
                    target[row * rowStep + column * columnStep] += scale * gradient[row * columns + column]
                }
            }
        }
    }

    static func matMul(_ context: GradientContext) throws -> Differentiated {
        let left = try context.operand(0).shape
        let right = try context.operand(1).shape
        guard !left.isEmpty, !right.isEmpty else { throw context.refused("a scalar is no matrix") }
        let a = left.count == 1 ? [1] + left : left
        let b = right.count == 1 ? right + [1] : right
        let (m, k, n) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
        let batch = Batches(a.dropLast(2), b.dropLast(2))
        let isa = context.isa
        // Matrices that share the right operand are one tall matrix.
        let rows = batch.isTall ? m * batch.count : m
        let count = batch.isTall ? 1 : batch.count
        let forward = TrainingProduct(rows: rows, columns: n, depth: k, isa: isa, backend: context.backend)
        let byA = TrainingProduct(
            rows: rows, columns: k, depth: n, bTransposed: true, isa: isa, backend: context.backend)
        let byB = TrainingProduct(
            rows: k, columns: n, depth: rows, aTransposed: true, isa: isa, backend: context.backend)
        let wants = (context.wants(0), context.wants(1))
        var result = Differentiated()
        result.forwardScratch = [forward.scratchByteCount]
        result.backwardScratch = [max(byA.scratchByteCount, byB.scratchByteCount)]
        result.readsInputs = (wants.0 ? [1] : []) + (wants.1 ? [0] : [])
        if !batch.isTall, batch.repeatsA { result.exceptions[0] = .addsOnly }
        if !batch.isTall, batch.repeatsB { result.exceptions[1] = .addsOnly }
        result.forward = { memory, _ throws(ModelError) in
            for index in 0..<count {
                let (x, y) = batch.places(index)
                forward(
                    memory.input(0) + x * m * k, memory.input(1) + y * k * n, adds: false,
                    to: memory.output() + index * m * n, scratch: memory.scratch[0])
            }
        }
        result.backward = { memory in
            for index in 0..<count {
                let (x, y) = batch.places(index)
                let gradient = memory.gradient() + index * m * n
                if wants.1 {
                    byB(
                        memory.input(0) + x * m * k, gradient, adds: memory.adds(1),
                        to: memory.inputGradient(1) + y * k * n, scratch: memory.scratch[0])
                }
                if wants.0 {
                    byA(
                        gradient, memory.input(1) + y * k * n, adds: memory.adds(0),
                        to: memory.inputGradient(0) + x * m * k, scratch: memory.scratch[0])
                }
            }
        }
        return result
    }

    /// The matrices of two operands that are multiplied pair by pair.
    private struct Batches {
        let count: Int
        let isTall: Bool
        let repeatsA: Bool
        let repeatsB: Bool
        private let pairs: [(Int, Int)]

        init(_ a: ArraySlice<Int>, _ b: ArraySlice<Int>) {
            let rank = max(a.count, b.count)
            let left = [Int](repeating: 1, count: rank - a.count) + a
            let right = [Int](repeating: 1, count: rank - b.count) + b
            let shape = zip(left, right).map { $0 == 1 ? $1 : $0 }
            count = shape.reduce(1, *)
            isTall = right.allSatisfy { $0 == 1 } && left == shape
            repeatsA = left.reduce(1, *) != count
            repeatsB = right.reduce(1, *) != count
            pairs = (0..<count).map { index in
                var rest = index
                var places = (0, 0)
                var steps = (1, 1)
                for axis in shape.indices.reversed() {
                    let position = rest % shape[axis]
                    rest /= shape[axis]
                    places.0 += left[axis] == 1 ? 0 : position * steps.0
                    places.1 += right[axis] == 1 ? 0 : position * steps.1
                    steps.0 *= left[axis]
                    steps.1 *= right[axis]
                }
                return places
            }
        }

        /// The positions of the operands of a pair.
        @inline(__always) func places(_ index: Int) -> (Int, Int) { pairs[index] }
    }
}
