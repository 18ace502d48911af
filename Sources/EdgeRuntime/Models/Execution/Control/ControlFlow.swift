import EdgeTensors

/// `Loop` and `If`. What they compute may depend on data in every way, so that graphs that hold them run node by node: here all operands
/// are known, and the results are values.
enum ControlFlow {
    /// A loop without an end is stopped here.
    private static let iterationLimit = 10_000_000

    static func loop(_ context: LoweringContext, evaluator: EagerEvaluator) throws -> Lowered {
        guard let body = context.node.graph("body") else { throw context.fail("its body is missing") }
        let captures = Captures.captured(by: body)
        let given = context.operands.count - captures.count
        let carried = given - 2
        guard carried >= 0, body.inputs.count == given, body.outputs.count >= carried + 1 else {
            throw context.fail("its body takes \(body.inputs.count) values, it has \(given)")
        }
        let trips = try context.optionalIntegers(0)?.first
        var continues = try context.optionalIntegers(1)?.first.map { $0 != 0 } ?? true
        let graph = Captures.bind(body, Array(context.operands[given...])).graph
        var values = try (2..<given).map { try known(context, $0) }
        var collected: [[Tensor]] = Array(repeating: [], count: body.outputs.count - carried - 1)
        var inner = evaluator
        inner.scope += context.node.name + "/"
        var iteration = 0
        while continues, iteration < trips ?? Int.max {
            guard iteration < iterationLimit else {
                throw context.fail("it ran \(iterationLimit) times without an end")
            }
            let inputs = [try Tensor(scalar: Int64(iteration)), try Tensor(scalar: true)] + values
            let outputs = try inner.run(graph, inputs: inputs)
            guard outputs[0].count == 1, outputs[0].dtype == .bool else {
                throw context.fail("its condition is no single truth value")
            }
            continues = try outputs[0].elements(as: Bool.self)[0]
            values = Array(outputs[1...carried])
            var bytes = 0
            for position in collected.indices {
                collected[position].append(outputs[carried + 1 + position])
                bytes += outputs[carried + 1 + position].byteCount
            }
            guard bytes <= context.options.activationLimit / max(iteration + 1, 1) else {
                throw ModelError.tooMuchMemory(
                    "what node `\(context.node.name)` (Loop) collects", limit: context.options.activationLimit)
            }
            iteration += 1
        }
        for (position, slices) in collected.enumerated() {
            let type = body.type(of: body.outputs[carried + 1 + position])
            guard let first = slices.first else {
                values.append(try Tensor(zeros: [0] + (type?.fixedShape ?? []), dtype: type?.dtype ?? .f32))
                continue
            }
            values.append(try Tensor.joined(slices.map { try $0.reshaped([1] + first.shape) }))
        }
        return .known(values)
    }

    static func conditional(_ context: LoweringContext, evaluator: EagerEvaluator) throws -> Lowered {
        guard let thenBranch = context.node.graph("then_branch"), let elseBranch = context.node.graph("else_branch")
        else {
            throw context.fail("a branch is missing")
        }
        let condition = try context.integers(0)
        guard condition.count == 1 else { throw context.fail("its condition is no single truth value") }
        let thenCount = Captures.captured(by: thenBranch).count
        let operands = Array(context.operands.dropFirst())
        let isTrue = condition[0] != 0
        let bound =
            isTrue
            ? Captures.bind(thenBranch, Array(operands.prefix(thenCount)))
            : Captures.bind(elseBranch, Array(operands.dropFirst(thenCount)))
        var inner = evaluator
        inner.scope += context.node.name + (isTrue ? "/then/" : "/else/")
        return .known(try inner.run(bound.graph, inputs: []))
    }

    private static func known(_ context: LoweringContext, _ position: Int) throws(ModelError) -> Tensor {
        guard let constant = try context.operand(position).constant else { throw .dependsOnData(context.node) }
        return constant
    }
}
