/// Which implementations of the operators a session may choose from.
public enum KernelSelection: String, Sendable, Hashable, CaseIterable {
    /// The fastest that this processor has.
    case automatic
    /// The portable C kernels, whatever the processor has.
    case scalar
    /// The plain Swift implementation of every operator, written to be read; slow.
    case reference
}

/// How a session runs its model.
public struct ExecutionOptions: Sendable {
    /// Compute threads.
    public var threads: Int
    /// Which kernels may be chosen.
    public var kernels: KernelSelection
    /// The most bytes that the activations of one run may take together; a model that asks for more is refused.
    public var activationLimit: Int
    /// The most plans that a session keeps, one for each combination of input shapes; the least recently used leaves first.
    public var planLimit: Int
    /// Asked between the steps of a run; true ends the run with an error.
    public var isCancelled: (@Sendable () -> Bool)?

    public init(
        threads: Int = 1, kernels: KernelSelection = .automatic, activationLimit: Int = 4 << 30,
        planLimit: Int = 8,
        isCancelled: (@Sendable () -> Bool)? = nil
    ) {
        self.threads = threads
        self.kernels = kernels
        self.activationLimit = activationLimit
        self.planLimit = planLimit
        self.isCancelled = isCancelled
    }
}
