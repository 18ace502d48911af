import EdgeTensors

/// What a value is once the shapes of a run are known.
struct ConcreteType: Sendable, Hashable {
    var dtype: DType
    var shape: [Int]
    var quantization: Quantization?

    init(_ dtype: DType, _ shape: [Int], _ quantization: Quantization? = nil) {
        self.dtype = dtype
        self.shape = shape
        self.quantization = quantization
    }

    /// The type of a tensor with a quantization that the graph knows.
    init(of tensor: Tensor, quantization: Quantization?) {
        self.init(tensor.dtype, tensor.shape, quantization)
    }

    var count: Int { shape.reduce(1, *) }
    var rank: Int { shape.count }
    var byteCount: Int { dtype.byteCount(of: count) ?? 0 }

    /// Per-tensor quantization as a scale and a zero point, nil where there is none or it is per channel.
    var scale: (scale: Float, zeroPoint: Int32)? {
        guard let quantization, quantization.axis == nil, quantization.scales.count == 1,
            quantization.zeroPoints.count == 1
        else { return nil }
        return (quantization.scales[0], quantization.zeroPoints[0])
    }

    /// The position of an axis that may count from the end, nil where there is no such axis.
    func axis(_ axis: Int) -> Int? {
        let position = axis < 0 ? axis + rank : axis
        return shape.indices.contains(position) ? position : nil
    }
}

/// An operand of a node: its type, and its elements where they are known before the step runs.
struct Operand {
    var type: ConcreteType
    var constant: Tensor?

    var shape: [Int] { type.shape }
    var dtype: DType { type.dtype }
    var isConstant: Bool { constant != nil }

    /// An operand of texts as the numbers that it stores.
    var asNumbers: Operand {
        var result = self
        result.type.dtype = .u32
        result.constant = constant.map {
            Tensor(dtype: .u32, shape: $0.shape, strides: $0.strides, offset: $0.offset, storage: $0.storage)
        }
        return result
    }
}
