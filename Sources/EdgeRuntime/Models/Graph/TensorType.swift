public import EdgeTensors

/// The extent of one axis: known, or a name that stands for it until the model runs (`batch`).
public enum Dimension: Sendable, Hashable, CustomStringConvertible {
    case fixed(Int)
    case symbol(String)

    /// The extent where it is known.
    public var fixedValue: Int? {
        switch self {
        case .fixed(let extent): extent
        case .symbol: nil
        }
    }

    public var description: String {
        switch self {
        case .fixed(let extent): String(extent)
        case .symbol(let name): name
        }
    }
}

/// How stored integers stand for real numbers: `real = scale * (stored - zeroPoint)`.
public struct Quantization: Sendable, Hashable {
    /// One scale for the whole tensor, one for each channel of `axis`, or, with `groupSize`, one for each group:
    /// in C order of the tensor's shape with `axis` divided by the group size.
    public var scales: [Float]
    /// As many as scales. All zero when symmetric.
    public var zeroPoints: [Int32]
    /// The axis that channels or groups run along; nil for one scale in all.
    public var axis: Int?
    /// The number of neighbours on `axis` that share a scale; nil for one scale a channel.
    public var groupSize: Int?

    public init(scales: [Float], zeroPoints: [Int32], axis: Int? = nil, groupSize: Int? = nil) {
        self.scales = scales
        self.zeroPoints = zeroPoints
        self.axis = axis
        self.groupSize = groupSize
    }

    /// One scale and zero point for the whole tensor.
    public init(scale: Float, zeroPoint: Int32) { self.init(scales: [scale], zeroPoints: [zeroPoint]) }
}

/// What is known of a value before the model runs.
public struct TensorType: Sendable, Hashable {
    public var dtype: DType
    /// The extents, outermost first; nil where not even the number of axes is known.
    public var shape: [Dimension]?
    /// Present when the integers of the value stand for real numbers.
    public var quantization: Quantization?

    public init(dtype: DType, shape: [Dimension]?, quantization: Quantization? = nil) {
        self.dtype = dtype
        self.shape = shape
        self.quantization = quantization
    }

    /// The extents where all are known.
    public var fixedShape: [Int]? {
        guard let shape else { return nil }
        var extents: [Int] = []
        for dimension in shape {
            guard let extent = dimension.fixedValue else { return nil }
            extents.append(extent)
        }
        return extents
    }
}
