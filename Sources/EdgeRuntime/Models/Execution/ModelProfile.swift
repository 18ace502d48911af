/// Where the time of a model goes: its layers as they run, nodes that were fused into one counted as one.
public struct ModelProfile: Sendable, Hashable {
    /// One step of a run.
    public struct Layer: Sendable, Hashable {
        /// The name of the node.
        public var name: String
        /// Its operator, in ONNX's words.
        public var op: String
        public var outputShape: [Int]
        /// The median over the runs.
        public var time: Duration
        /// Multiplications, each with its addition.
        public var macs: Int
        /// The bytes of operands, weights included, and results, each counted once.
        public var bytesMoved: Int
        /// The part of the sum of all layers' times, from 0 to 1.
        public var share: Double

        /// Multiplications for each byte that is moved: low where memory is the limit, high where arithmetic is.
        public var intensity: Double { bytesMoved == 0 ? 0 : Double(macs) / Double(bytesMoved) }
    }

    /// In the order in which they run.
    public var layers: [Layer]
    /// The median time of a whole run.
    public var total: Duration
    /// How many runs were measured.
    public var runs: Int
    /// The memory of activations.
    public var memory: ActivationMap
}
