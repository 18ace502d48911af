/// What a network must fit on one device, and what it costs there.
///
/// Every figure carries its source: a profile is only worth what its figures are. `docs/devices.md` explains the cost model.
public struct DeviceProfile: Sendable, Hashable {
    /// As users name it: `cortex-m4`.
    public var name: String
    /// The part and the conditions that the figures hold for.
    public var title: String
    /// The processor's clock in hertz.
    public var clock: Figure
    /// Bytes of memory for activations and variables.
    public var ram: Figure
    /// Bytes of memory for weights and code.
    public var flash: Figure
    /// Cycles of a multiplication with its addition, by kind of layer.
    public var multiplication: [LayerClass: Cost]
    /// Cycles for each byte that a layer without multiplications reads or writes.
    public var movedByte: Figure
    /// Cycles that every layer takes besides its work.
    public var layer: Figure

    /// A number and where it comes from.
    public struct Figure: Sendable, Hashable {
        public var value: Double
        /// Empty where the profile does not say.
        public var source: String

        public init(_ value: Double, source: String) {
            self.value = value
            self.source = source
        }
    }

    /// Cycles of one multiplication in each precision.
    public struct Cost: Sendable, Hashable {
        public var int8: Double
        public var f32: Double
        /// Weights of 4 bits; they are unpacked on the way. As 8 bits where the profile does not say.
        public var int4: Double
        public var source: String

        public init(int8: Double, f32: Double, int4: Double? = nil, source: String) {
            self.int8 = int8
            self.f32 = f32
            self.int4 = int4 ?? int8
            self.source = source
        }

        func cycles(_ precision: Precision) -> Double {
            switch precision {
            case .int4: int4
            case .int8: int8
            case .f32: f32
            }
        }
    }
}

/// Layers whose multiplications cost alike.
public enum LayerClass: String, Sendable, Hashable, CaseIterable {
    /// With a kernel of more than one position.
    case convolution
    /// 1×1, a matrix product at each position.
    case pointwise
    /// Each channel for itself: little work for each byte.
    case depthwise
    /// A product with a matrix whose weights are used once, recurrent layers included.
    case dense
}

/// In what a layer multiplies.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    case int4, int8, f32

    /// The precision for the bits of a weight.
    public init(weightBits: Int) {
        self = weightBits <= 4 ? .int4 : weightBits <= 8 ? .int8 : .f32
    }
}
