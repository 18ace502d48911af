/// How `quantize` turns a float model into an integer one. `docs/quantization.md` explains each choice.
public struct QuantizationOptions: Sendable, Hashable {
    /// The bits of a weight: 8, 4 or 2.
    public var bits: Int
    /// The bits of single layers, by name, where they differ: 2, 4, 8, or 32 for a layer that stays float.
    public var layerBits: [String: Int] = [:]
    /// How the range of an activation is chosen from calibration data.
    public var method: CalibrationMethod
    /// The share of values, in percent, that `percentile` keeps.
    public var percentile: Double
    /// Activations with a zero point of 0. By default their zero point moves, so that a one-sided range uses all 256 steps.
    public var symmetric: Bool
    /// Neighbouring weights along the input axis of dense and pointwise layers that share a scale; nil: one scale an output channel.
    public var group: Int?
    /// One scale for a whole weight tensor in place of one for each output channel.
    public var perTensor: Bool
    /// Names of layers, or of operators (`Conv`), that stay float.
    public var skip: [String]
    /// The type of the model's inputs and outputs.
    public var boundary: Boundary
    /// How weights are rounded.
    public var rounding: Rounding

    /// The type of the model's inputs and outputs.
    public enum Boundary: String, Sendable, Hashable, CaseIterable {
        /// As before; Quantize and Dequantize stand at the border.
        case float
        /// 8-bit integers, for devices that have no floating point.
        case int8
    }

    /// How weights are rounded.
    public enum Rounding: String, Sendable, Hashable, CaseIterable {
        /// `compensated` for less than 8 bits with calibration data, else `nearest`.
        case automatic
        /// To the nearest step, with scales of the smallest squared error for less than 8 bits.
        case nearest
        /// So that the error of each layer's output on the calibration data is smallest, the error of the layers before
        /// it included.
        case compensated
    }

    public init(
        bits: Int = 8, method: CalibrationMethod = .minMax, percentile: Double = 99.99, symmetric: Bool = false,
        group: Int? = nil, perTensor: Bool = false, skip: [String] = [], boundary: Boundary = .float,
        rounding: Rounding = .automatic
    ) {
        self.bits = bits
        self.method = method
        self.percentile = percentile
        self.symmetric = symmetric
        self.group = group
        self.perTensor = perTensor
        self.skip = skip
        self.boundary = boundary
        self.rounding = rounding
    }

    /// The bits of a layer's weights.
    func bits(of layer: String) -> Int { layerBits[layer] ?? bits }

    /// Whether some weights get fewer than 8 bits, which takes care to round.
    var hasNarrowWeights: Bool { bits < 8 || layerBits.values.contains { $0 < 8 } }

    /// Checks what can be checked without a model.
    func validate() throws(CompressionError) {
        guard [2, 4, 8].contains(bits) else {
            throw .option("weights of \(bits) bits are not supported", hint: "8, 4 and 2 are")
        }
        if let wrong = layerBits.sorted(by: { $0.key < $1.key }).first(where: { ![2, 4, 8, 32].contains($0.value) }) {
            throw .option(
                "layer \(wrong.key): weights of \(wrong.value) bits are not supported", hint: "2, 4, 8 and 32 are")
        }
        guard percentile > 50, percentile <= 100 else {
            throw .option("`percentile` must lie above 50 and not above 100, found \(percentile)")
        }
        if let group {
            guard hasNarrowWeights else { throw .option("`group` needs 4-bit or 2-bit weights", hint: "use bits: 4") }
            guard !perTensor else { throw .option("`group` and one scale a tensor exclude each other") }
            guard (8...1024).contains(group), group.nonzeroBitCount == 1 else {
                throw .option("`group` must be a power of two from 8 to 1024, found \(group)")
            }
        }
    }
}
