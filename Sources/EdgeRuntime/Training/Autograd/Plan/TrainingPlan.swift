import CEdgeKernels
public import EdgeModels
public import EdgeTensors

/// Forward and backward pass of a graph for one set of input shapes: flat lists of steps over one arena, all addresses worked out.
///
/// A pass allocates nothing. Inputs, outputs and the gradients of both lie in buffers of the plan, so that a training loop over small
/// networks need not make tensors: fill `inputs`, `forward`, read `outputs`, fill `outputGradients`, `backward`.
/// What lies in `outputs` is valid until the backward pass begins. The parameters' vectors must outlive the plan, which
/// `TrainableModel` sees to.
public final class TrainingPlan {
    struct ForwardStep {
        let body: ForwardBody
        let addresses: StepAddresses
    }

    struct BackwardStep {
        let body: BackwardBody
        let addresses: StepAddresses
        /// What is set to zero before.
        let clears: [UnsafeMutableRawBufferPointer]
        /// What is added to gradients behind it.
        let additions: [Addition]
    }

    struct Addition {
        let source: UnsafeMutablePointer<Float>
        let target: UnsafeMutablePointer<Float>
        let count: Int
    }

    /// One of the plan's inputs or outputs, or its gradient.
    public struct Slot {
        public let shape: [Int]
        public let dtype: DType
        /// The elements in C order.
        public let bytes: UnsafeMutableRawBufferPointer

        /// The elements of an f32 slot.
        public var floats: UnsafeMutableBufferPointer<Float> { bytes.assumingMemoryBound(to: Float.self) }
    }

    /// Where the inputs are put before a forward pass.
    public let inputs: [Slot]
    /// Where the outputs are found after a forward pass.
    public let outputs: [Slot]
    /// Where the gradients by the outputs are put before a backward pass; nil for outputs that depend on no parameter.
    public let outputGradients: [Slot?]
    /// Where the gradients by the inputs are found after a backward pass; nil where none was planned.
    public let inputGradients: [Slot?]
    /// The bytes of the arena: activations, gradients of activations, scratch.
    public var arenaByteCount: Int { arena.byteCount }

    private let forwardSteps: [ForwardStep]
    private let backwardSteps: [BackwardStep]
    /// Gradients of outputs that share a gradient with another.
    private let outputAdditions: [Addition]
    private let arena: TensorStorage
    private let constants: [Tensor]
    private let table: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private let flags: UnsafeMutablePointer<Bool>
    private let isa: edge_isa
    private let isCancelled: (@Sendable () -> Bool)?
    /// The names of the steps, for profiles.
    let names: [String]

    init(
        inputs: [Slot], outputs: [Slot], outputGradients: [Slot?], inputGradients: [Slot?], forward: [ForwardStep],
        backward: [BackwardStep], outputAdditions: [Addition], arena: TensorStorage, constants: [Tensor],
        table: UnsafeMutablePointer<UnsafeMutableRawPointer>, flags: UnsafeMutablePointer<Bool>, names: [String],
        options: ExecutionOptions
    ) {
        (self.inputs, self.outputs, self.outputGradients) = (inputs, outputs, outputGradients)
        self.inputGradients = inputGradients
        (forwardSteps, backwardSteps, self.outputAdditions) = (forward, backward, outputAdditions)
        (self.arena, self.constants, self.table, self.flags) = (arena, constants, table, flags)
        self.names = names
        isa = options.kernels == .automatic ? edge_isa_detected() : EDGE_ISA_SCALAR
        isCancelled = options.isCancelled
    }

    deinit {
        table.deallocate()
        flags.deallocate()
    }

    /// Computes `outputs` from `inputs`.
    ///
    /// - Throws: `ModelError` for data that a node cannot run on (an index out of range), or where the run was cancelled.
    public func forward(training: Bool, seed: UInt64) throws(ModelError) {
        try forward(ForwardPass(training: training, seed: seed, updatesStatistics: training))
    }

    func forward(_ pass: ForwardPass) throws(ModelError) {
        for step in forwardSteps {
            if let isCancelled, isCancelled() { throw ModelError(code: "M0306", message: "the run was cancelled") }
            try step.body(step.addresses, pass)
        }
    }

    /// Adds the gradients that follow from `outputGradients` to those of the parameters, and computes `inputGradients`.
    public func backward() {
        for addition in outputAdditions { edge_accumulate_f32(isa, addition.count, addition.source, addition.target) }
        for step in backwardSteps {
            for block in step.clears { block.initializeMemory(as: UInt8.self, repeating: 0) }
            step.body(step.addresses)
            for addition in step.additions {
                edge_accumulate_f32(isa, addition.count, addition.source, addition.target)
            }
        }
    }
}
