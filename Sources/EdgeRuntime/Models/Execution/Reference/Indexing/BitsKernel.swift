import EdgeTensors

/// A kernel that moves elements and never looks at them, written once for all widths.
protocol BitsKernel {
    func lower<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(ModelError) -> Lowered
}

extension LoweringContext {
    /// The kernel for elements as wide as those of a type.
    func loweredBits(_ dtype: DType, _ kernel: some BitsKernel) throws(ModelError) -> Lowered {
        switch dtype.bits {
        case 64: try kernel.lower(UInt64.self)
        case 32: try kernel.lower(UInt32.self)
        case 16: try kernel.lower(UInt16.self)
        case 8: try kernel.lower(UInt8.self)
        default: throw unsupported(dtype)
        }
    }

    /// An index counted from the front.
    @inline(__always) func place(_ index: Int, extent: Int) throws(ModelError) -> Int {
        let position = index < 0 ? index &+ extent : index
        guard position >= 0, position < extent else {
            throw fail("index \(index) is out of range for an axis of \(extent)")
        }
        return position
    }
}

/// Counts through the positions of a shape in C order.
struct IndexCounter {
    private let shape: [Int]
    private(set) var index: [Int]

    init(_ shape: [Int]) {
        self.shape = shape
        index = [Int](repeating: 0, count: shape.count)
    }

    mutating func advance() {
        var axis = shape.count - 1
        while axis >= 0 {
            index[axis] += 1
            if index[axis] < shape[axis] { return }
            index[axis] = 0
            axis -= 1
        }
    }

    /// Where the position lies for strides.
    func offset(_ strides: [Int]) -> Int {
        var result = 0
        for axis in index.indices { result += index[axis] * strides[axis] }
        return result
    }
}
