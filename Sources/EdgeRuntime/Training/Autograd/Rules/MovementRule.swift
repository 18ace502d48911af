import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Operators whose results are elements of their operand at other places.
///
/// Where an element comes from is asked of the executor's own kernel: it moves the numbers 1, 2, 3, … as it would move the data, and a zero is
/// padding. So every such operator, with all its modes, has the way back that fits its way there.
enum MovementRule {
    /// Runs from this length on are moved by the list that the way back needs anyway; shorter ones by the executor's kernel.
    private static let shortestRun = 4

    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let data = try context.operand(0)
        guard data.count < Int(Int32.max), context.results[0].count < Int(Int32.max) else {
            throw context.refused("it moves more elements than training can number")
        }
        let sources = try sources(context, data)
        let (run, starts) = Self.runs(sources)
        let isa = context.isa
        var result = Differentiated()
        if let inverse = inverse(of: starts, run: run, count: data.count) {
            if run >= shortestRun {
                let order = starts.map { ($0 - 1) / Int32(run) }
                result.forward = { memory, _ throws(ModelError) in
                    order.withUnsafeBufferPointer { index in
                        edge_collect_f32(
                            isa, order.count, run, index.baseAddress, memory.input(0), false, memory.output())
                    }
                }
            }
            result.backward = { memory in
                inverse.withUnsafeBufferPointer { index in
                    edge_collect_f32(
                        isa, inverse.count, run, index.baseAddress, memory.gradient(), memory.adds(0),
                        memory.inputGradient(0))
                }
            }
            return result
        }
        result.writing = .addsOnly
        result.backward = { memory in
            starts.withUnsafeBufferPointer { index in
                edge_scatter_f32(isa, starts.count, run, index.baseAddress, memory.gradient(), memory.inputGradient(0))
            }
        }
        return result
    }

    /// For each element of the result, one more than the place it comes from, or zero.
    private static func sources(_ context: GradientContext, _ data: GradientContext.Operand) throws -> [Int32] {
        var inputs = context.operands.map { operand in
            operand.map { NodeKernel.Input(dtype: $0.dtype, shape: $0.shape, constant: $0.constant) }
        }
        var tensors = context.operands.map { $0?.constant }
        let numbered = try Tensor((0..<data.count).map { Int32($0 + 1) }, shape: data.shape)
        inputs[0] = NodeKernel.Input(dtype: .i32, shape: data.shape, constant: numbered)
        tensors[0] = numbered
        if context.node.op == .pad, inputs.count > 2 {
            inputs[2] = nil
            tensors[2] = nil
        }
        for position in inputs.indices.dropFirst() where inputs[position] != nil && tensors[position] == nil {
            throw context.refused("its input \(position) must be known before the run")
        }
        let kernel = try NodeKernel(context.node, inputs: inputs, options: context.options)
        guard let moved = try kernel.run(tensors, of: context.node).first else {
            throw context.refused("it has no result")
        }
        return try moved.elements(as: Int32.self)
    }

    /// The longest runs of neighbours that all move together, and where each begins.
    private static func runs(_ sources: [Int32]) -> (run: Int, starts: [Int32]) {
        var run = 0
        var length = 0
        for position in sources.indices {
            let follows =
                position > 0
                && (sources[position] == 0
                    ? sources[position - 1] == 0
                    : sources[position - 1] != 0 && sources[position] == sources[position - 1] + 1)
            if follows {
                length += 1
            } else {
                if length > 0 { run = greatestCommonDivisor(run, length) }
                length = 1
            }
        }
        run = max(greatestCommonDivisor(run, length), 1)
        return (run, stride(from: 0, to: sources.count, by: run).map { sources[$0] })
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }

    /// Where each run of the operand went, in runs, where every one went to exactly one place.
    private static func inverse(of starts: [Int32], run: Int, count: Int) -> [Int32]? {
        guard starts.count * run == count else { return nil }
        var result = [Int32](repeating: -1, count: starts.count)
        for (place, start) in starts.enumerated() {
            guard start > 0, (Int(start) - 1) % run == 0 else { return nil }
            let source = (Int(start) - 1) / run
            guard source < result.count, result[source] < 0 else { return nil }
            result[source] = Int32(place)
        }
        return result
    }

    /// Reshapes and the like: value and gradient are those of the operand. `Cast` gets here between floats of one type only.
    static func view(_ context: GradientContext) throws -> Differentiated {
        guard context.results[0].dtype == .f32 else { throw context.refused("training computes in f32") }
        var result = Differentiated()
        result.isView = true
        return result
    }

    static func concat(_ context: GradientContext) throws -> Differentiated {
        let shape = context.results[0].shape
        let axis = try context.axis(context.node.int("axis") ?? 0, rank: shape.count)
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        let whole = shape[axis] * inner
        var parts: [(position: Int, offset: Int, width: Int)] = []
        var offset = 0
        for position in context.operands.indices {
            let width = try context.operand(position).shape[axis] * inner
            if context.wants(position) { parts.append((position, offset, width)) }
            offset += width
        }
        let isa = context.isa
        var result = Differentiated()
        result.backward = { [parts] memory in
            for part in parts {
                for row in 0..<outer {
                    edge_scale_f32(
                        isa, part.width, 1, memory.gradient() + row * whole + part.offset, memory.adds(part.position),
                        memory.inputGradient(part.position) + row * part.width)
                }
            }
        }
        return result
    }

    static func split(_ context: GradientContext) throws -> Differentiated {
        let shape = try context.operand(0).shape
        let axis = try context.axis(context.node.int("axis") ?? 0, rank: shape.count)
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        let whole = shape[axis] * inner
        let widths = context.results.map { $0.shape[axis] * inner }
        guard widths.reduce(0, +) == whole else { throw context.refused("its parts do not make the whole") }
        let isa = context.isa
        var result = Differentiated()
        result.backward = { memory in
            var offset = 0
            for (position, width) in widths.enumerated() {
                for row in 0..<outer {
                    edge_scale_f32(
                        isa, width, 1, memory.gradient(position) + row * width, memory.adds(0),
                        memory.inputGradient(0) + row * whole + offset)
                }
                offset += width
            }
        }
        return result
    }
}
