/// What a network takes on a device, as far as a profile can tell.
public struct CostEstimate: Sendable, Hashable {
    /// One layer.
    public struct Layer: Sendable, Hashable {
        public var name: String
        public var op: String
        /// How its work counts; nil for layers that only move or compare values.
        public var kind: LayerClass?
        public var precision: Precision?
        public var multiplications: Int
        /// In seconds.
        public var latency: Double
        /// Bytes of activations that must be held while it runs.
        public var ram: Int
        /// Bytes of weights, biases and scales that it is the first to use.
        public var flash: Int
    }

    public let device: String
    public let layers: [Layer]
    /// In seconds, of one sample.
    public let latency: Double
    /// Bytes of activations at the fullest moment, laid out without overlap.
    public let ram: Int
    /// Bytes of weights; the program that runs them is not counted.
    public let flash: Int
    /// Whether activations and weights fit the device.
    public let fits: Bool
}
