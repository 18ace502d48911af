import EdgeTensors

/// Makes a `Plan` of a graph for concrete input types: lowers every node, evaluates what is known already, drops what nobody reads,
/// and places all activations in one arena.
struct PlanBuilder {
    /// A value while the plan is built.
    private enum Location {
        case constant(Tensor)
        case input(Int)
        /// A block of the memory planner.
        case block(Int)
        case absent
    }

    private struct PendingStep {
        var lowered: Lowered
        var node: Int
        var inputs: [ValueID?]
    }

    private let graph: Graph
    private let options: ExecutionOptions
    private let states: StateStore
    private let scope: String
    private var types: [ValueID: ConcreteType] = [:]
    private var constants: [ValueID: Tensor] = [:]
    /// Views: the value whose bytes they are.
    private var origins: [ValueID: ValueID] = [:]

    private init(graph: Graph, options: ExecutionOptions, states: StateStore, scope: String) {
        self.graph = graph
        self.options = options
        self.states = states
        self.scope = scope
    }

    /// Plans a graph.
    ///
    /// - Parameter scope: prefixed to the names of nodes where their state is kept (subgraphs have scopes of their own).
    static func plan(
        _ graph: Graph, inputTypes: [ConcreteType], options: ExecutionOptions, states: StateStore, scope: String = ""
    ) throws(ModelError) -> Plan {
        var builder = PlanBuilder(graph: graph, options: options, states: states, scope: scope)
        return try builder.build(inputTypes: inputTypes)
    }

    private mutating func build(inputTypes: [ConcreteType]) throws(ModelError) -> Plan {
        for (id, type) in zip(graph.inputs, inputTypes) { types[id] = type }
        for (id, tensor) in graph.constants {
            constants[id] = try contiguousCopy(tensor)
            types[id] = ConcreteType(of: tensor, quantization: graph.type(of: id)?.quantization)
        }
        var pending: [PendingStep] = []
        for (position, node) in graph.nodes.enumerated() {
            if let step = try lower(node, at: position) { pending.append(step) }
        }
        pending = dropUnread(pending)
        return try assemble(pending, inputTypes: inputTypes)
    }

    /// Lowers one node; nil where its results are known now or are views.
    private mutating func lower(_ node: Node, at position: Int) throws(ModelError) -> PendingStep? {
        var operands: [Operand?] = []
        for input in node.inputs {
            guard let input else {
                operands.append(nil)
                continue
            }
            guard let type = types[input] else {
                // A variable of the session (`sequenceLSTM`): declared, made by nobody.
                if node.op == .sequenceLSTM {
                    operands.append(nil)
                    continue
                }
                throw .malformedGraph("value `\(graph.name(of: input))` is read before it is made")
            }
            operands.append(Operand(type: type, constant: constants[input]))
        }
        let context = LoweringContext(
            node: node, operands: operands, declared: node.outputs.map { graph.declaredType(of: $0) }, options: options,
            texts: states.texts)
        let lowered = try Lowering.lower(context, states: states)
        guard lowered.outputs.count >= node.outputs.count else {
            throw .node(node, "it has \(node.outputs.count) outputs, expected at most \(lowered.outputs.count)")
        }
        for (output, type) in zip(node.outputs, lowered.outputs) { types[output] = type }
        if let results = lowered.results {
            for (output, result) in zip(node.outputs, results) { constants[output] = try contiguousCopy(result) }
            return nil
        }
        if lowered.states.isEmpty, operands.allSatisfy({ $0?.isConstant ?? true }) {
            let results = try EagerEvaluator.evaluate(lowered, operands: operands, node: node, states: [])
            for (output, result) in zip(node.outputs, results) { constants[output] = result }
            return nil
        }
        if lowered.isView, let input = node.inputs[0] {
            if let constant = constants[input] {
                constants[node.outputs[0]] = try context.wrap { try constant.reshaped(lowered.outputs[0].shape) }
            } else {
                origins[node.outputs[0]] = origins[input] ?? input
            }
            return nil
        }
        return PendingStep(lowered: lowered, node: position, inputs: node.inputs)
    }

    private func contiguousCopy(_ tensor: Tensor) throws(ModelError) -> Tensor {
        if tensor.isContiguous, tensor.offset == 0 { return tensor }
        do { return try tensor.copy() } catch { throw .malformedGraph("\(error)") }
    }

    private func origin(of id: ValueID) -> ValueID { origins[id] ?? id }

    /// Steps whose results reach an output or change a state.
    private func dropUnread(_ pending: [PendingStep]) -> [PendingStep] {
        var needed = Set(graph.outputs.map(origin))
        var kept: [PendingStep] = []
        for step in pending.reversed() {
            let outputs = graph.nodes[step.node].outputs
            guard outputs.contains(where: needed.contains) || !step.lowered.states.isEmpty else { continue }
            for case let input? in step.inputs { needed.insert(origin(of: input)) }
            kept.append(step)
        }
        return kept.reversed()
    }

    private mutating func assemble(_ pending: [PendingStep], inputTypes: [ConcreteType]) throws(ModelError) -> Plan {
        var planner = MemoryPlanner()
        var lastRead: [ValueID: Int] = [:]
        for (time, step) in pending.enumerated() {
            for case let input? in step.inputs { lastRead[origin(of: input)] = time }
        }
        for output in graph.outputs { lastRead[origin(of: output)] = pending.count }

        // Locations of values, then blocks of outputs and scratch, in time order so that a block can be taken over.
        var locations: [ValueID: Location] = [:]
        for (position, input) in graph.inputs.enumerated() { locations[input] = .input(position) }
        for (id, tensor) in constants { locations[id] = .constant(tensor) }
        var scratchBlocks: [[Int]] = []
        var outputBlocks: [[Int]] = []
        var blockNames: [Int: String] = [:]
        for (time, step) in pending.enumerated() {
            var blocks: [Int] = []
            for position in step.lowered.outputs.indices {
                let byteCount = step.lowered.outputs[position].byteCount
                guard position < graph.nodes[step.node].outputs.count else {
                    blocks.append(planner.addBlock(byteCount: byteCount, first: time, last: time))
                    continue
                }
                let id = graph.nodes[step.node].outputs[position]
                let end = max(lastRead[id] ?? time, time)
                if position == 0, let block = reusable(step, at: time, locations: locations, lastRead: lastRead) {
                    planner.extend(block, to: end)
                    blocks.append(block)
                } else {
                    blocks.append(planner.addBlock(byteCount: byteCount, first: time, last: end))
                }
                locations[id] = .block(blocks[position])
                let name = graph.name(of: id)
                blockNames[blocks[position]] = blockNames[blocks[position]].map { "\($0), \(name)" } ?? name
            }
            outputBlocks.append(blocks)
            scratchBlocks.append(
                step.lowered.scratch.map { planner.addBlock(byteCount: $0, first: time, last: time) })
        }
        guard let (offsets, byteCount) = planner.place(limit: options.activationLimit) else {
            throw .tooMuchMemory("the activations of one run", limit: options.activationLimit)
        }
        let arena: TensorStorage
        do { arena = try TensorStorage(byteCount: byteCount + MemoryPlanner.cacheLine) } catch {
            throw ModelError(code: error.code, message: error.message, hint: error.hint)
        }

        var table: [UnsafeMutableRawPointer] = []
        var inputSlots = [[Int]](repeating: [], count: graph.inputs.count)
        var steps: [Plan.Step] = []
        var held: [Tensor] = []
        for (time, step) in pending.enumerated() {
            let inputs = table.count
            for input in step.inputs {
                switch input.flatMap({ locations[origin(of: $0)] ?? locations[$0] }) ?? .absent {
                case .constant(let tensor):
                    held.append(tensor)
                    table.append(tensor.storage.base)
                case .input(let position):
                    inputSlots[position].append(table.count)
                    table.append(arena.base)
                case .block(let block): table.append(arena.base + offsets[block])
                case .absent: table.append(arena.base)
                }
            }
            let outputs = table.count
            table += outputBlocks[time].map { arena.base + offsets[$0] }
            let scratch = table.count
            table += scratchBlocks[time].map { arena.base + offsets[$0] }
            for (position, state) in step.lowered.states.enumerated() {
                let name = step.lowered.stateName ?? scope + graph.nodes[step.node].name
                table.append(try states.block(scope: name, position: position, state: state))
            }
            steps.append(
                Plan.Step(
                    body: step.lowered.body, inputs: inputs, outputs: outputs, scratch: scratch, node: step.node))
        }
        var sources: [Plan.OutputSource] = []
        var outputTypes: [ConcreteType] = []
        for id in graph.outputs {
            guard let type = types[id] else {
                throw .malformedGraph("output `\(graph.name(of: id))` is made by no node")
            }
            outputTypes.append(type)
            switch locations[id] ?? locations[origin(of: id)] ?? .absent {
            case .constant(let tensor): sources.append(.constant(tensor))
            case .input(let position): sources.append(.input(position))
            case .block(let block): sources.append(.address(arena.base + offsets[block]))
            case .absent: throw .malformedGraph("output `\(graph.name(of: id))` is made by no node")
            }
        }
        return Plan(
            inputTypes: inputTypes, outputTypes: outputTypes, steps: steps, table: table, inputSlots: inputSlots,
            outputSources: sources, arena: arena, constants: held, isCancelled: options.isCancelled,
            layers: pending.map(layer),
            memory: ActivationMap(
                byteCount: byteCount, lowerBound: planner.lowerBound,
                blocks: planner.map(offsets: offsets, names: blockNames)))
    }

    private func layer(_ step: PendingStep) -> PlannedLayer {
        let node = graph.nodes[step.node]
        let read = Set(step.inputs.compactMap { $0 }).reduce(0) { sum, id in
            sum.saturatingSum(types[id]?.byteCount ?? 0)
        }
        let written = step.lowered.outputs.reduce(0) { $0.saturatingSum($1.byteCount) }
        return PlannedLayer(
            name: node.name, op: node.op.rawValue, outputShape: step.lowered.outputs.first?.shape ?? [],
            macs: MultiplicationCount.of(node) { id in id.flatMap { types[$0]?.shape } },
            bytesMoved: read.saturatingSum(written))
    }

    /// The block of an input that the first output may take over: nobody reads it later, and it holds as many bytes.
    private func reusable(
        _ step: PendingStep, at time: Int, locations: [ValueID: Location], lastRead: [ValueID: Int]
    ) -> Int? {
        for position in step.lowered.inPlace {
            guard position < step.inputs.count, let input = step.inputs[position] else { continue }
            let source = origin(of: input)
            // The same bytes under another operand that must not be overwritten.
            let isShared = step.inputs.indices.contains { other in
                other != position && !step.lowered.inPlace.contains(other)
                    && step.inputs[other].map(origin) == source
            }
            if isShared { continue }
            guard case .block(let block)? = locations[source], lastRead[source] == time,
                types[source]?.byteCount == step.lowered.outputs[0].byteCount
            else { continue }
            return block
        }
        return nil
    }
}

extension Graph {
    /// The name of a value that an untrusted node refers to.
    func name(of id: ValueID) -> String { values.indices.contains(id.index) ? values[id.index].name : "#\(id.index)" }

    /// The declared type of a value that an untrusted node refers to.
    func declaredType(of id: ValueID) -> TensorType? {
        values.indices.contains(id.index) ? values[id.index].type : nil
    }
}
