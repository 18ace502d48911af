import EdgeModels

/// The memory of one step: everything was sized when the plan was made, and a body trusts it.
struct StepAddresses {
    let inputs: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let outputGradients: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// Only those that are wanted may be touched.
    let inputGradients: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// Blocks that live from the forward pass to the backward pass.
    let saved: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let scratch: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// For each input, whether its gradient is added to what is there.
    let additions: UnsafeMutablePointer<Bool>

    @inline(__always) func input(_ position: Int) -> UnsafeMutablePointer<Float> {
        inputs[position].assumingMemoryBound(to: Float.self)
    }

    @inline(__always) func output(_ position: Int = 0) -> UnsafeMutablePointer<Float> {
        outputs[position].assumingMemoryBound(to: Float.self)
    }

    /// The gradient of the loss by an output.
    @inline(__always) func gradient(_ position: Int = 0) -> UnsafeMutablePointer<Float> {
        outputGradients[position].assumingMemoryBound(to: Float.self)
    }

    /// Where the gradient by an input goes.
    @inline(__always) func inputGradient(_ position: Int) -> UnsafeMutablePointer<Float> {
        inputGradients[position].assumingMemoryBound(to: Float.self)
    }

    @inline(__always) func adds(_ position: Int) -> Bool { additions[position] }

    @inline(__always) func saved(_ position: Int) -> UnsafeMutablePointer<Float> {
        saved[position].assumingMemoryBound(to: Float.self)
    }

    @inline(__always) func scratch(_ position: Int) -> UnsafeMutablePointer<Float> {
        scratch[position].assumingMemoryBound(to: Float.self)
    }
}

/// What a forward pass is told.
struct ForwardPass {
    /// Dropout drops, batch normalisation looks at the batch.
    var training: Bool
    var seed: UInt64
    /// Whether running means and variances are updated.
    var updatesStatistics: Bool
}

/// The work of a forward step; what depends on the data (an index out of range) is an error.
typealias ForwardBody = (StepAddresses, ForwardPass) throws(ModelError) -> Void

/// The work of a backward step.
typealias BackwardBody = (StepAddresses) -> Void
