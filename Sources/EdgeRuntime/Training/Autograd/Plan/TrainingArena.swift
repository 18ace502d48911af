import EdgeModels
import EdgeTensors

/// The second half of planning: lifetimes, blocks, addresses.
struct TrainingArena {
    private let builder: TrainingPlanBuilder
    private let count: Int
    private var planner = MemoryPlanner()
    /// The block of each value, and of each value's gradient, by origin.
    private var valueBlocks: [ValueID: Int] = [:]
    private var gradientBlocks: [ValueID: Int] = [:]
    /// The last time that a value is read.
    private var lastRead: [ValueID: Int] = [:]
    /// Origins whose gradient exists, and when it is first written.
    private var firstWrite: [ValueID: Int] = [:]
    /// The blocks of each step that live until its way back.
    private var savedBlocks: [[Int]] = []

    /// What a backward step does, before addresses are known.
    private struct BackwardLayout {
        var step: Int
        /// Blocks of gradients that nobody wrote, cleared before.
        var missing: [Int: Int] = [:]
        /// Positions whose gradient is cleared before.
        var clears: [Int] = []
        var adds: [Bool]
        /// Blocks that stand in for a gradient that is added to behind the step.
        var detours: [Int: Int] = [:]
        var scratch: [Int] = []
    }

    init(_ builder: TrainingPlanBuilder) {
        self.builder = builder
        count = builder.steps.count
    }

    private func backwardTime(_ step: Int) -> Int { 2 * count - step }
    private func origin(of id: ValueID) -> ValueID { builder.origin(of: id) }
    private func byteCount(_ id: ValueID) -> Int { builder.types[id]?.byteCount ?? 0 }
    private func elementCount(_ id: ValueID) -> Int { builder.types[id]?.count ?? 0 }

    /// Values in the arena: neither constants nor parameters.
    private func isPlaced(_ id: ValueID) -> Bool {
        builder.constants[id] == nil && builder.parameters[id] == nil && builder.statistics[id] == nil
    }

    mutating func assemble() throws -> TrainingPlan {
        findReads()
        let inputBlocks = builder.graph.inputs.map { id in
            let block = planner.addBlock(byteCount: byteCount(id), first: 0, last: 2 * count + 1)
            valueBlocks[id] = block
            return block
        }
        let forwardScratch = placeValues()
        let outputSources = placeOutputGradients()
        let layouts = placeGradients()
        guard let (offsets, byteCount) = planner.place(limit: builder.options.activationLimit) else {
            throw ModelError(
                code: "M0305",
                message:
                    "one training step takes more than the \(builder.options.activationLimit) bytes that activations"
                    + " may take", hint: "make the batch smaller, or raise `activationLimit`")
        }
        let arena = try TensorStorage(byteCount: byteCount + MemoryPlanner.cacheLine)
        return try finish(
            arena, offsets, inputBlocks: inputBlocks, forwardScratch: forwardScratch, layouts: layouts,
            outputSources: outputSources)
    }

    // MARK: Lifetimes

    private mutating func findReads() {
        func read(_ id: ValueID?, at time: Int) {
            guard let id else { return }
            let source = origin(of: id)
            lastRead[source] = max(lastRead[source] ?? 0, time)
        }
        for (time, step) in builder.steps.enumerated() {
            for input in step.inputs { read(input, at: time) }
            guard step.needs.contains(true) else { continue }
            for position in step.differentiated.readsInputs where position < step.inputs.count {
                read(step.inputs[position], at: backwardTime(time))
            }
            for position in step.differentiated.readsOutputs { read(step.outputs[position], at: backwardTime(time)) }
        }
        for output in builder.graph.outputs { read(output, at: count) }
    }

    /// Blocks of results, saved blocks and scratch, in time order so that a block can be taken over.
    private mutating func placeValues() -> [[Int]] {
        var scratch: [[Int]] = []
        for (time, step) in builder.steps.enumerated() {
            for (position, output) in step.outputs.enumerated() {
                let end = max(lastRead[output] ?? time, time)
                if position == 0, let block = reusable(step, at: time) {
                    planner.extend(block, to: end)
                    valueBlocks[output] = block
                } else {
                    valueBlocks[output] = planner.addBlock(byteCount: byteCount(output), first: time, last: end)
                }
            }
            savedBlocks.append(
                step.differentiated.saved.map {
                    planner.addBlock(byteCount: $0, first: time, last: backwardTime(time))
                })
            scratch.append(
                step.differentiated.forwardScratch.map { planner.addBlock(byteCount: $0, first: time, last: time) })
        }
        return scratch
    }

    /// The block of an input that the first result may take over.
    private func reusable(_ step: TrainingPlanBuilder.Step, at time: Int) -> Int? {
        for position in step.differentiated.forwardInPlace {
            guard let input = step.inputs[position] else { continue }
            let source = origin(of: input)
            let isTwice = step.inputs.enumerated().contains { $0 != position && $1.map(origin) == source }
            guard !isTwice, isPlaced(source), !builder.graph.inputs.contains(source), lastRead[source] == time,
                byteCount(source) == byteCount(step.outputs[0])
            else { continue }
            return valueBlocks[source]
        }
        return nil
    }

    // MARK: Gradients

    /// Where the gradient of an output of the graph goes: the gradient of its origin, or a block that is added to it.
    private enum OutputGradient {
        case none
        case own(ValueID)
        case extra(Int, ValueID)
    }

    private mutating func placeOutputGradients() -> [OutputGradient] {
        builder.graph.outputs.map { output in
            let source = origin(of: output)
            guard builder.active.contains(output), builder.types[output]?.dtype == .f32 else { return .none }
            if firstWrite[source] == nil, builder.parameters[source] == nil {
                firstWrite[source] = count
                gradientBlocks[source] = planner.addBlock(
                    byteCount: byteCount(source), first: count, last: lastUse(ofGradient: source))
                return .own(source)
            }
            firstWrite[source] = firstWrite[source] ?? count
            return .extra(planner.addBlock(byteCount: byteCount(source), first: count, last: count), source)
        }
    }

    private func lastUse(ofGradient id: ValueID) -> Int {
        if builder.graph.inputs.contains(id) { return 2 * count + 1 }
        let maker = builder.steps.firstIndex { $0.outputs.contains(id) }
        return maker.map(backwardTime) ?? 2 * count + 1
    }

    private mutating func placeGradients() -> [BackwardLayout] {
        var makers: [ValueID: Int] = [:]
        for (time, step) in builder.steps.enumerated() { for output in step.outputs { makers[output] = time } }
        var layouts: [BackwardLayout] = []
        for index in (0..<count).reversed() {
            let step = builder.steps[index]
            guard step.needs.contains(true), step.outputs.contains(where: { firstWrite[$0] != nil }) else { continue }
            let time = backwardTime(index)
            var layout = BackwardLayout(step: index, adds: step.inputs.map { _ in false })
            for (position, output) in step.outputs.enumerated() where firstWrite[output] == nil {
                layout.missing[position] = planner.addBlock(byteCount: byteCount(output), first: time, last: time)
            }
            var sources: [ValueID: Int] = [:]
            for (position, input) in step.inputs.enumerated() where step.needs[position] {
                if let input { sources[origin(of: input), default: 0] += 1 }
            }
            var takesOver = false
            for (position, input) in step.inputs.enumerated() where step.needs[position] {
                guard let input else { continue }
                let source = origin(of: input)
                let isParameter = builder.parameters[source] != nil
                let isFirst = firstWrite[source] == nil && !isParameter
                if isFirst {
                    firstWrite[source] = time
                    let end = makers[source].map(backwardTime) ?? 2 * count + 1
                    if !takesOver, sources[source] == 1, let block = reusableGradient(step, position, source) {
                        takesOver = true
                        planner.extend(block, to: end)
                        gradientBlocks[source] = block
                    } else {
                        gradientBlocks[source] = planner.addBlock(byteCount: byteCount(source), first: time, last: end)
                    }
                }
                let isShared = sources[source, default: 0] > 1
                switch step.differentiated.writing(position) {
                case .addsOnly:
                    if isFirst { layout.clears.append(position) }
                    layout.adds[position] = true
                case .either:
                    if isFirst, isShared { layout.clears.append(position) }
                    layout.adds[position] = !isFirst || isShared
                case .storesOnly:
                    if isFirst, isShared { layout.clears.append(position) }
                    if !isFirst || isShared {
                        layout.detours[position] = planner.addBlock(
                            byteCount: byteCount(source), first: time, last: time)
                    }
                }
            }
            layout.scratch = step.differentiated.backwardScratch.map {
                planner.addBlock(byteCount: $0, first: time, last: time)
            }
            layouts.append(layout)
        }
        return layouts
    }

    /// The block of the gradient of the step's one result, where the gradient by an input may take it over.
    private func reusableGradient(
        _ step: TrainingPlanBuilder.Step, _ position: Int, _ source: ValueID
    ) -> Int? {
        guard step.outputs.count == 1, step.differentiated.backwardInPlace.contains(position),
            let block = gradientBlocks[step.outputs[0]], byteCount(source) == byteCount(step.outputs[0])
        else { return nil }
        return block
    }

    // MARK: Addresses

    private func finish(
        _ arena: TensorStorage, _ offsets: [Int], inputBlocks: [Int], forwardScratch: [[Int]],
        layouts: [BackwardLayout], outputSources: [OutputGradient]
    ) throws -> TrainingPlan {
        let place = { (block: Int) in arena.base + offsets[block] }
        var held: [Tensor] = []
        func address(_ id: ValueID?) -> UnsafeMutableRawPointer {
            guard let id else { return arena.base }
            let source = origin(of: id)
            if let constant = builder.constants[source] {
                held.append(constant)
                return constant.storage.base
            }
            if let offset = builder.parameters[source], let base = builder.parameterVector.values.baseAddress {
                return UnsafeMutableRawPointer(base + offset)
            }
            if let offset = builder.statistics[source], let base = builder.statisticVector.values.baseAddress {
                return UnsafeMutableRawPointer(base + offset)
            }
            return valueBlocks[source].map(place) ?? arena.base
        }
        func gradient(_ id: ValueID?) -> UnsafeMutableRawPointer {
            guard let id else { return arena.base }
            let source = origin(of: id)
            if let offset = builder.parameters[source], let base = builder.parameterVector.gradients.baseAddress {
                return UnsafeMutableRawPointer(base + offset)
            }
            return gradientBlocks[source].map(place) ?? arena.base
        }
        func slot(_ id: ValueID, at address: UnsafeMutableRawPointer) -> TrainingPlan.Slot {
            let type = builder.types[id]
            return TrainingPlan.Slot(
                shape: type?.shape ?? [], dtype: type?.dtype ?? .f32,
                bytes: UnsafeMutableRawBufferPointer(start: address, count: byteCount(id)))
        }

        var table = AddressTable()
        let backwardByStep = Dictionary(uniqueKeysWithValues: layouts.map { ($0.step, $0) })
        for (index, step) in builder.steps.enumerated() {
            table.begin()
            table.add(step.inputs.map(address))
            table.add(step.outputs.map { valueBlocks[$0].map(place) ?? arena.base })
            let layout = backwardByStep[index]
            table.add(
                step.outputs.enumerated().map { position, output in
                    layout?.missing[position].map(place) ?? gradient(output)
                })
            table.add(
                step.inputs.enumerated().map { position, input in
                    layout?.detours[position].map(place)
                        ?? (step.needs[position] && layout != nil ? gradient(input) : arena.base)
                })
            table.add(savedBlocks[index].map(place))
            table.add(forwardScratch[index].map(place))
            table.add((layout?.scratch ?? []).map(place))
            table.addFlags(layout?.adds ?? step.inputs.map { _ in false })
        }
        let (pointers, flags) = table.allocated()
        var forward: [TrainingPlan.ForwardStep] = []
        var backward: [TrainingPlan.BackwardStep] = []
        for (index, step) in builder.steps.enumerated() {
            if let body = step.differentiated.forward {
                forward.append(.init(body: body, addresses: table.addresses(index, pointers, flags, backward: false)))
            }
        }
        for layout in layouts {
            let step = builder.steps[layout.step]
            var clears = layout.clears.compactMap { position in
                step.inputs[position].map {
                    UnsafeMutableRawBufferPointer(start: gradient($0), count: byteCount(origin(of: $0)))
                }
            }
            for (position, block) in layout.missing.sorted(by: { $0.key < $1.key }) {
                clears.append(
                    UnsafeMutableRawBufferPointer(start: place(block), count: byteCount(step.outputs[position])))
            }
            let additions = layout.detours.sorted { $0.key < $1.key }.map { position, block in
                TrainingPlan.Addition(
                    source: place(block).assumingMemoryBound(to: Float.self),
                    target: gradient(step.inputs[position]).assumingMemoryBound(to: Float.self),
                    count: step.inputs[position].map(elementCount) ?? 0)
            }
            backward.append(
                .init(
                    body: step.differentiated.backward,
                    addresses: table.addresses(layout.step, pointers, flags, backward: true), clears: clears,
                    additions: additions))
        }
        var outputAdditions: [TrainingPlan.Addition] = []
        let outputGradients = zip(builder.graph.outputs, outputSources).map { output, source -> TrainingPlan.Slot? in
            switch source {
            case .none: return nil
            case .own(let id): return slot(output, at: gradient(id))
            case .extra(let block, let id):
                outputAdditions.append(
                    .init(
                        source: place(block).assumingMemoryBound(to: Float.self),
                        target: gradient(id).assumingMemoryBound(to: Float.self), count: elementCount(id)))
                return slot(output, at: place(block))
            }
        }
        let inputGradients = builder.graph.inputs.map { id -> TrainingPlan.Slot? in
            gradientBlocks[id].map { slot(id, at: place($0)) }
        }
        return TrainingPlan(
            inputs: zip(builder.graph.inputs, inputBlocks).map { slot($0, at: place($1)) },
            outputs: builder.graph.outputs.map { slot($0, at: address($0)) }, outputGradients: outputGradients,
            inputGradients: inputGradients, forward: forward, backward: backward, outputAdditions: outputAdditions,
            arena: arena, constants: held, table: pointers, flags: flags,
            names: builder.steps.map { builder.graph.nodes[$0.node].name }, options: builder.options)
    }
}
