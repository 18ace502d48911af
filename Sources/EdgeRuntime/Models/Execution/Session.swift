public import EdgeTensors

/// Runs one model.
///
/// The first run on inputs of some shapes makes a plan for them: nodes are fused, kernels chosen, weights packed, activations
/// placed in one block of memory. Later runs on the same shapes only compute. A session is used by one thread at a time;
/// recurrent models keep their state in it from run to run.
public final class Session {
    /// The model as it was given.
    public let model: Model
    private let options: ExecutionOptions
    private let states = StateStore()
    /// The graph as it was given, captures of bodies made visible.
    private let original: Graph
    /// How many texts the graph itself has.
    private let baseTexts: Int
    /// The graph after fusion, which plans are made of.
    private let optimized: Graph
    private var plans: [(shapes: [[Int]], plan: Plan)] = []
    /// Shapes depend on the data: the graph runs node by node.
    private var isEager = false

    /// Texts that plans may bring besides those of the graph.
    private static let textLimit = 1 << 16

    /// The texts of the session.
    var texts: TextStore { states.texts }

    /// How many plans this session made so far: one for each new combination of input shapes, and one more where a plan had to leave.
    public private(set) var plansBuilt = 0

    /// Checks the model's graph and prepares it.
    ///
    /// - Throws: `ModelError` when the graph is not well formed.
    public init(_ model: Model, options: ExecutionOptions = ExecutionOptions()) throws {
        try GraphCheck.check(model.graph)
        self.model = model
        self.options = options
        self.original = try states.texts.adopted(try Captures.resolve(model.graph))
        self.optimized = try ExecutionGraph.optimize(original, options: options, texts: states.texts)
        states.texts.keepAll()
        baseTexts = states.texts.count
    }

    /// Runs the model once.
    ///
    /// - Parameter inputs: one tensor for each input of the graph, of its type; the extents that the graph leaves open may be any.
    /// - Returns: the outputs in the graph's order.
    /// - Throws: `ModelError` when an input does not fit, or a node cannot run on what it is given.
    public func run(_ inputs: [Tensor]) throws -> [Tensor] {
        // What the last plan was made for has been checked.
        if !isEager, let plan = plans.last?.plan, plan.fits(inputs) { return try run(plan, inputs) }
        try check(inputs)
        if isEager {
            defer { texts.endRun() }
            return try EagerEvaluator(options: options, states: states)
                .run(original, inputs: try texts.adopted(inputs)).map(texts.released)
        }
        let plan: Plan
        do {
            plan = try self.plan(for: inputs)
        } catch let error as ModelError where error.code == ModelError.dependsOnDataCode {
            isEager = true
            return try run(inputs)
        }
        return try run(plan, inputs)
    }

    /// Few models know texts: the others are spared the way across their border.
    private func run(_ plan: Plan, _ inputs: [Tensor]) throws -> [Tensor] {
        defer { texts.endRun() }
        guard plan.outputTypes.contains(where: { $0.dtype == .text }) || inputs.contains(where: { $0.dtype == .text })
        else { return try plan.run(inputs) }
        return try plan.run(texts.adopted(inputs)).map(texts.released)
    }

    /// Runs the model once, node by node, and reports every value of the graph as the model's author wrote it (nothing fused).
    ///
    /// - Parameter observer: told the value's name in `model.graph` and its elements; inputs come first, constants are left out.
    public func run(
        _ inputs: [Tensor], observing observer: (ValueID, Tensor) throws -> Void
    ) throws -> [Tensor] {
        try check(inputs)
        defer { texts.endRun() }
        return try withoutActuallyEscaping(observer) { observer in
            try EagerEvaluator(options: options, states: states).run(original, inputs: try texts.adopted(inputs)) {
                try observer($0, try self.texts.released($1))
            }.map(texts.released)
        }
    }

    /// Runs the model over a data set: tensors whose first axis counts samples, in batches.
    ///
    /// - Parameters:
    ///   - samples: one tensor for each input of the graph, all with the same number of samples.
    ///   - batch: the most samples of one run, where the model leaves its first extent open; else the model's own.
    /// - Returns: the outputs of all samples, joined along their first axis.
    public func run(samples: [Tensor], batch: Int = 32) throws -> [Tensor] {
        let graph = model.graph
        guard samples.count == graph.inputs.count, let total = samples.first?.shape.first,
            samples.allSatisfy({ $0.shape.first == total })
        else {
            throw ModelError.wrongInputCount(expected: graph.inputs.map { graph.name(of: $0) }, found: samples.count)
        }
        guard total > 0 else { return try run(samples) }
        var batch = max(batch, 1)
        for input in graph.inputs {
            if case .fixed(let extent)?? = graph.type(of: input)?.shape?.first { batch = max(extent, 1) }
        }
        guard total > batch else { return try run(samples) }
        guard total % batch == 0 || graph.inputs.allSatisfy(hasOpenBatch) else {
            throw ModelError(
                code: "M0309",
                message: "\(total) samples cannot be split into runs of \(batch), which the model asks for")
        }
        var collected: [[Tensor]] = []
        for start in stride(from: 0, to: total, by: batch) {
            let count = min(batch, total - start)
            collected.append(try run(samples.map { $0.firstAxis(from: start, count: count) }))
        }
        return try collected[0].indices.map { output in
            let parts = collected.map { $0[output] }
            return try Tensor.joined(parts[0].dtype == .text ? Tensor.sharingTexts(parts) : parts)
        }
    }

    /// Forgets what recurrent nodes and variables remember of earlier runs.
    public func resetState() { states.reset() }

    /// The bytes of activations that the plan for these inputs needs, nil where the model runs without a plan.
    public func activationBytes(for inputs: [Tensor]) throws -> Int? { try plannedRun(of: inputs)?.arenaByteCount }

    /// The plan for these inputs, nil where shapes depend on the data.
    func plannedRun(of inputs: [Tensor]) throws -> Plan? {
        try check(inputs)
        if isEager { return nil }
        do {
            return try plan(for: inputs)
        } catch let error as ModelError where error.code == ModelError.dependsOnDataCode {
            isEager = true
            return nil
        }
    }

    private func hasOpenBatch(_ input: ValueID) -> Bool {
        guard let shape = model.graph.type(of: input)?.shape else { return true }
        return shape.first?.fixedValue == nil
    }

    private func plan(for inputs: [Tensor]) throws -> Plan {
        if let plan = plans.last?.plan, plan.fits(inputs) { return plan }
        let shapes = inputs.map(\.shape)
        if let position = plans.firstIndex(where: { $0.shapes == shapes }) {
            plans.append(plans.remove(at: position))
        } else {
            let types = zip(optimized.inputs, inputs).map {
                ConcreteType(of: $1, quantization: optimized.type(of: $0)?.quantization)
            }
            // What plans found out about texts stays as long as they do; where that grows, all leave.
            if texts.count > baseTexts + Self.textLimit {
                plans = []
                texts.keep(first: baseTexts)
            }
            let plan = try PlanBuilder.plan(optimized, inputTypes: types, options: options, states: states)
            texts.keepAll()
            plansBuilt += 1
            while plans.count >= max(options.planLimit, 1) { plans.removeFirst() }
            plans.append((shapes, plan))
        }
        return plans[plans.count - 1].plan
    }

    private func check(_ inputs: [Tensor]) throws {
        let graph = model.graph
        guard inputs.count == graph.inputs.count else {
            throw ModelError.wrongInputCount(expected: graph.inputs.map { graph.name(of: $0) }, found: inputs.count)
        }
        for (id, tensor) in zip(graph.inputs, inputs) {
            guard let type = graph.type(of: id) else { continue }
            guard tensor.dtype == type.dtype else {
                throw ModelError.wrongInputType(
                    name: graph.name(of: id), expected: type.dtype.rawValue, found: tensor.dtype.rawValue)
            }
            guard let shape = type.shape else { continue }
            let fits = shape.count == tensor.rank && zip(shape, tensor.shape).allSatisfy { ($0.fixedValue ?? $1) == $1 }
            guard fits else {
                throw ModelError.wrongInputShape(
                    name: graph.name(of: id), expected: "\(shape)", found: tensor.shape)
            }
        }
    }
}
