import CEdgeKernels
import EdgeModels
import EdgeTensors

/// What a gradient rule sees of its node.
struct GradientContext: NodeReading {
    /// An operand: its elements are known here where they are no parameters and do not depend on the inputs.
    struct Operand {
        var dtype: DType
        var shape: [Int]
        var constant: Tensor?

        var count: Int { shape.reduce(1, *) }
        var byteCount: Int { dtype.byteCount(of: count) ?? 0 }
    }

    let node: Node
    let operands: [Operand?]
    let results: [Operand]
    /// Whether the gradient by each input is wanted.
    let needs: [Bool]
    let options: ExecutionOptions
    /// Tells the steps of a plan apart: dropout's masks follow from it.
    let position: Int

    var isa: edge_isa { options.kernels == .automatic ? edge_isa_detected() : EDGE_ISA_SCALAR }
    /// Whether oneDNN may be asked.
    var backend: FloatConvolution.Backend { options.kernels == .automatic ? .automatic : .own }

    func operand(_ position: Int) throws(TrainingError) -> Operand {
        guard operands.indices.contains(position), let operand = operands[position] else {
            throw refused("input \(position) is missing")
        }
        return operand
    }

    func optional(_ position: Int) -> Operand? { operands.indices.contains(position) ? operands[position] : nil }

    func wants(_ position: Int) -> Bool { needs.indices.contains(position) && needs[position] }

    /// The integers of a constant operand, nil where it is absent.
    func integers(_ position: Int) throws(TrainingError) -> [Int]? {
        guard let operand = optional(position) else { return nil }
        guard let values = operand.constant?.integerValues() else {
            throw refused("its input \(position) must be known before the run")
        }
        return values
    }

    /// The one number of a constant operand, nil where it is absent.
    func number(_ position: Int) throws(TrainingError) -> Float? {
        guard let operand = optional(position) else { return nil }
        guard let value = operand.constant?.realValues()?.first else {
            throw refused("its input \(position) must be known before the run")
        }
        return value
    }

    /// The executor's kernel of the node.
    func kernel() throws -> NodeKernel {
        try NodeKernel(
            node,
            inputs: operands.map { operand in
                operand.map { NodeKernel.Input(dtype: $0.dtype, shape: $0.shape, constant: $0.constant) }
            }, options: options)
    }
}

/// A node with its way back, made ready for concrete shapes.
struct Differentiated {
    /// nil: the executor's kernel runs it.
    var forward: ForwardBody?
    /// The bytes of scratch blocks of the forward step.
    var forwardScratch: [Int] = []
    /// The bytes of blocks that live from the forward step to the backward step.
    var saved: [Int] = []
    var backward: BackwardBody = { _ in }
    /// The bytes of scratch blocks of the backward step.
    var backwardScratch: [Int] = []
    /// Operands and results that the backward step reads.
    var readsInputs: [Int] = []
    var readsOutputs: [Int] = []
    /// Inputs whose memory the first result may take over.
    var forwardInPlace: [Int] = []
    /// Inputs whose gradient may take over the memory of the first result's gradient.
    var backwardInPlace: [Int] = []
    /// How the backward step writes gradients.
    var writing = GradientWriting.either
    /// Where that differs from input to input.
    var exceptions: [Int: GradientWriting] = [:]
    /// The first result is the first operand under another shape, and so are their gradients: there is no step.
    var isView = false

    func writing(_ position: Int) -> GradientWriting { exceptions[position] ?? writing }
}

/// How a backward step writes the gradients of its inputs.
enum GradientWriting {
    /// It looks at `StepAddresses.adds`.
    case either
    /// It adds always: the plan clears the memory before where nothing was written yet.
    case addsOnly
    /// It overwrites always: the plan gives it other memory and adds where something was written before.
    case storesOnly
}
