import EdgeTensors

/// A graph made ready for one set of input shapes: a flat list of steps over one arena.
///
/// Every address is worked out when the plan is made; a run binds the addresses of its inputs and outputs and calls one body after
/// the other. The plan owns its arena and keeps the constants it points into alive; state blocks belong to whoever made it.
final class Plan {
    /// One step: its body, and where its addresses start in the table.
    struct Step {
        let body: StepBody
        let inputs: Int
        let outputs: Int
        let scratch: Int
        /// The node it came from, in the graph that was planned.
        let node: Int
    }

    /// Where an output of the graph is found after a run.
    enum OutputSource {
        case address(UnsafeMutableRawPointer)
        case input(Int)
        case constant(Tensor)
    }

    let inputTypes: [ConcreteType]
    let outputTypes: [ConcreteType]
    private let outputStrides: [[Int]]
    private let steps: [Step]
    private let table: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private let tableCount: Int
    /// For each input, the slots of the table that hold its address.
    private let inputSlots: [[Int]]
    private let outputSources: [OutputSource]
    private let arena: TensorStorage
    private let constants: [Tensor]
    private let isCancelled: (@Sendable () -> Bool)?
    /// What each step is, for people.
    let layers: [PlannedLayer]
    /// Where the values lie in the arena, in the order in which they come alive.
    let memory: ActivationMap

    init(
        inputTypes: [ConcreteType], outputTypes: [ConcreteType], steps: [Step], table: [UnsafeMutableRawPointer],
        inputSlots: [[Int]], outputSources: [OutputSource], arena: TensorStorage, constants: [Tensor],
        isCancelled: (@Sendable () -> Bool)?, layers: [PlannedLayer], memory: ActivationMap
    ) {
        self.inputTypes = inputTypes
        self.outputTypes = outputTypes
        self.outputStrides = outputTypes.map { Tensor.contiguousStrides(of: $0.shape) }
        self.steps = steps
        self.tableCount = table.count
        self.table = .allocate(capacity: max(table.count, 1))
        self.table.initialize(from: table, count: table.count)
        self.inputSlots = inputSlots
        self.outputSources = outputSources
        self.arena = arena
        self.constants = constants
        self.isCancelled = isCancelled
        self.layers = layers
        self.memory = memory
    }

    deinit { table.deallocate() }

    /// The bytes of the arena.
    var arenaByteCount: Int { arena.byteCount }
    /// The number of steps a run takes.
    var stepCount: Int { steps.count }

    /// Whether these are inputs of the types and shapes that the plan was made for.
    func fits(_ inputs: [Tensor]) -> Bool {
        guard inputs.count == inputTypes.count else { return false }
        for position in inputs.indices {
            guard inputs[position].dtype == inputTypes[position].dtype,
                inputs[position].shape == inputTypes[position].shape
            else { return false }
        }
        return true
    }

    /// Runs on inputs that fit.
    func run(_ inputs: [Tensor]) throws -> [Tensor] {
        let held = try inputs.allSatisfy(\.isAtStart) ? inputs : inputs.map { try $0.atStart() }
        var outputs: [Tensor] = []
        outputs.reserveCapacity(outputTypes.count)
        for (type, strides) in zip(outputTypes, outputStrides) {
            outputs.append(
                Tensor(
                    dtype: type.dtype, shape: type.shape, strides: strides, offset: 0,
                    storage: try TensorStorage(byteCount: type.byteCount)))
        }
        try execute(inputs: held.map(\.storage.base), outputs: outputs.map(\.storage.base))
        withExtendedLifetime(held) {}
        return outputs
    }

    /// Runs on inputs whose elements lie in C order at the addresses given, and copies the outputs to theirs.
    func execute(
        inputs: [UnsafeMutableRawPointer], outputs: [UnsafeMutableRawPointer]
    ) throws(ModelError) {
        for (address, slots) in zip(inputs, inputSlots) { for slot in slots { table[slot] = address } }
        try runSteps()
        for (position, source) in outputSources.enumerated() {
            let byteCount = outputTypes[position].byteCount
            switch source {
            case .address(let address): outputs[position].copyMemory(from: address, byteCount: byteCount)
            case .input(let input): outputs[position].copyMemory(from: inputs[input], byteCount: byteCount)
            case .constant(let tensor):
                outputs[position].copyMemory(from: tensor.storage.base, byteCount: byteCount)
            }
        }
    }

    /// Runs once as `execute` does and measures each step.
    ///
    /// - Parameter durations: receives the time of each step, one element each.
    func measure(inputs: [UnsafeMutableRawPointer], durations: inout [Duration]) throws(ModelError) {
        for (address, slots) in zip(inputs, inputSlots) { for slot in slots { table[slot] = address } }
        let clock = ContinuousClock()
        for (position, step) in steps.enumerated() {
            if isCancelled?() == true { throw .cancelled }
            let start = clock.now
            try step.body(step.memory(in: table))
            durations[position] = clock.now - start
        }
    }

    private func runSteps() throws(ModelError) {
        let table = table
        if let isCancelled {
            for step in steps {
                if isCancelled() { throw .cancelled }
                try step.body(step.memory(in: table))
            }
        } else {
            for step in steps { try step.body(step.memory(in: table)) }
        }
    }
}

extension Plan.Step {
    @inline(__always) fileprivate func memory(
        in table: UnsafeMutablePointer<UnsafeMutableRawPointer>
    ) -> StepMemory {
        StepMemory(inputs: table + inputs, outputs: table + outputs, scratch: table + scratch)
    }
}
