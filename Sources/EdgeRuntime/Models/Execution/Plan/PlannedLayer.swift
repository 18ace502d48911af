/// What a step of a plan computes, known from the shapes alone.
struct PlannedLayer {
    /// The node's name; nodes that were fused into it have no step of their own.
    var name: String
    var op: String
    var outputShape: [Int]
    /// Multiplications with their additions, as `ModelSummary` counts them.
    var macs: Int
    /// The bytes of all operands, weights included, and of all results.
    var bytesMoved: Int
}
