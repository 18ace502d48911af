import EdgeTensors

/// The memory of one step: the addresses of its operands (an absent one has an address that must not be read), of its results, and
/// of its scratch and state blocks. All were sized when the step was made; a body trusts them.
struct StepMemory {
    let inputs: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let scratch: UnsafeMutablePointer<UnsafeMutableRawPointer>

    @inline(__always) func input<T>(_ position: Int, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        inputs[position].assumingMemoryBound(to: T.self)
    }

    @inline(__always) func output<T>(_ position: Int = 0, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        outputs[position].assumingMemoryBound(to: T.self)
    }

    @inline(__always) func scratch<T>(_ position: Int, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        scratch[position].assumingMemoryBound(to: T.self)
    }
}

/// The work of one step. Everything that can be wrong with shapes and types was refused when it was made; only what depends
/// on the data (an index out of range) is an error here.
typealias StepBody = (StepMemory) throws(ModelError) -> Void

/// A node made ready for concrete shapes.
struct Lowered {
    /// A block that outlives the run: its bytes, and the byte it is filled with when the state is reset.
    struct State {
        var byteCount: Int
        var initialByte: UInt8
        /// What it holds when the state is reset, where that is no repeated byte; as long as the block.
        var initial: Tensor?
    }

    var outputs: [ConcreteType]
    /// Bytes of each scratch block, alive during the step alone.
    var scratch: [Int] = []
    /// Blocks that the session keeps between runs; they follow the scratch blocks in `StepMemory.scratch`.
    var states: [State] = []
    /// The name of the states where nodes share them; else they are the node's own.
    var stateName: String?
    /// Inputs whose memory the first output may take over when nothing reads them later.
    var inPlace: [Int] = []
    /// The first output is the first input under another shape: no work at all.
    var isView = false
    /// The results themselves, where they are known now (`Shape`, a node of constants).
    var results: [Tensor]?
    var body: StepBody

    init(
        _ outputs: [ConcreteType], scratch: [Int] = [], states: [State] = [], inPlace: [Int] = [],
        body: @escaping StepBody
    ) {
        self.outputs = outputs
        self.scratch = scratch
        self.states = states
        self.inPlace = inPlace
        self.body = body
    }

    /// The first operand under another type of the same size.
    static func view(as type: ConcreteType) -> Lowered {
        let bytes = type.byteCount
        var lowered = Lowered([type]) { memory throws(ModelError) in
            memory.outputs[0].copyMemory(from: memory.inputs[0], byteCount: bytes)
        }
        lowered.isView = true
        return lowered
    }

    /// Results that are known before the run.
    static func known(_ results: [Tensor]) -> Lowered {
        var lowered = Lowered(results.map { ConcreteType($0.dtype, $0.shape) }) { _ throws(ModelError) in }
        lowered.results = results
        return lowered
    }
}
