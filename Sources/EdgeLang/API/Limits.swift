/// What a script may use up.
public struct Limits: Sendable {
    /// Calls under way at the same time.
    public var callDepth: Int
    /// Bytes of values, garbage that was not collected yet included.
    public var memory: Int
    /// Loop turns and calls; nil for no limit.
    public var steps: Int?
    /// Seconds of wall time for one run; nil for no limit.
    public var seconds: Double?

    public init(callDepth: Int = 20_000, memory: Int = 4 << 30, steps: Int? = nil, seconds: Double? = nil) {
        self.callDepth = callDepth
        self.memory = memory
        self.steps = steps
        self.seconds = seconds
    }
}
