/// An array of numbers with a shape: a view of a storage block by offset and strides, a value to its user.
///
/// Copies and slices share the block; the first write to a shared block copies it. Packed types (`i4`, `u4`, `i2`) are
/// always contiguous.
public struct Tensor: Sendable {
    public let dtype: DType
    /// The extent of each axis, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The distance of neighbours on each axis, in elements.
    public let strides: [Int]
    /// The first element, counted in elements from the start of the block.
    package let offset: Int
    package var storage: TensorStorage

    package init(dtype: DType, shape: [Int], strides: [Int], offset: Int, storage: TensorStorage) {
        self.dtype = dtype
        self.shape = shape
        self.strides = strides
        self.offset = offset
        self.storage = storage
    }

    /// A tensor of zeros.
    ///
    /// - Throws: `TensorError` when the shape is negative, too large or there is no memory.
    public init(zeros shape: [Int], dtype: DType = .f32) throws(TensorError) {
        guard let count = Tensor.elementCount(of: shape), let bytes = dtype.byteCount(of: count) else {
            throw .tooLarge(shape: shape)
        }
        self.init(
            dtype: dtype, shape: shape, strides: Tensor.contiguousStrides(of: shape), offset: 0,
            storage: try TensorStorage(byteCount: bytes))
    }

    /// A tensor of the elements given, in C order.
    ///
    /// - Throws: `TensorError` when the shape does not hold as many elements.
    public init<Element: TensorElement>(_ elements: [Element], shape: [Int]) throws(TensorError) {
        guard Tensor.elementCount(of: shape) == elements.count else {
            throw .shapeMismatch("shape \(shape) does not hold \(elements.count) elements")
        }
        try self.init(zeros: shape, dtype: Element.dtype)
        elements.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { storage.base.copyMemory(from: source, byteCount: bytes.count) }
        }
    }

    /// A tensor over the bytes of its elements as they lie in memory (C order, little endian).
    ///
    /// - Throws: `TensorError` when the count of bytes is not what shape and type ask for.
    public init(bytes: some Collection<UInt8>, shape: [Int], dtype: DType) throws(TensorError) {
        guard let count = Tensor.elementCount(of: shape), let expected = dtype.byteCount(of: count) else {
            throw .tooLarge(shape: shape)
        }
        // The numbers of texts mean nothing without their list.
        guard dtype != .text else { throw .wrongType(expected: .u8, found: dtype) }
        guard bytes.count == expected else {
            throw .shapeMismatch("shape \(shape) of \(dtype.rawValue) takes \(expected) bytes, found \(bytes.count)")
        }
        try self.init(zeros: shape, dtype: dtype)
        let target = UnsafeMutableRawBufferPointer(start: storage.base, count: expected)
        target.copyBytes(from: bytes)
        // Other values than 0 and 1 are no Swift `Bool`.
        if dtype == .bool { for position in target.indices where target[position] > 1 { target[position] = 1 } }
    }

    /// A tensor without axes.
    public init<Element: TensorElement>(scalar: Element) throws(TensorError) { try self.init([scalar], shape: []) }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// The number of axes.
    public var rank: Int { shape.count }
    /// The bytes that the elements take when they lie one behind the other.
    public var byteCount: Int { (count * dtype.bits + 7) / 8 }
    /// Whether the elements lie in C order without gaps.
    public var isContiguous: Bool {
        // The stride of an axis with one element says nothing.
        var expected = 1
        for axis in shape.indices.reversed() {
            if shape[axis] != 1, strides[axis] != expected { return shape.contains(0) }
            expected *= shape[axis]
        }
        return true
    }

    /// The product of the extents, or nil where one is negative or the product (of those that are not zero) does not fit.
    public static func elementCount(of shape: [Int]) -> Int? {
        var count = 1
        for extent in shape {
            guard extent >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflow else { return nil }
            count = product
        }
        return shape.contains(0) ? 0 : count
    }

    /// The strides of a tensor whose elements lie in C order without gaps.
    public static func contiguousStrides(of shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
        return strides
    }

    /// Reads the bytes of the elements in C order (a copy is made first where they do not lie so).
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let whole = try contiguous()
        let start = whole.storage.base + whole.offset * dtype.bits / 8
        return try withExtendedLifetime(whole) {
            try body(UnsafeRawBufferPointer(start: start, count: whole.byteCount))
        }
    }

    /// Writes the bytes of the elements in C order, alone: a shared or scattered block is copied first.
    public mutating func withMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) throws -> Result {
        if !isContiguous || offset != 0 || !isKnownUniquelyReferenced(&storage) { self = try copy() }
        return try body(UnsafeMutableRawBufferPointer(start: storage.base, count: byteCount))
    }

    /// Reads the elements in C order.
    ///
    /// - Throws: `TensorError` when `Element` is not the tensor's type.
    public func withElements<Element: TensorElement, Result>(
        of type: Element.Type = Element.self, _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) throws -> Result {
        guard dtype == Element.dtype else { throw TensorError.wrongType(expected: Element.dtype, found: dtype) }
        return try withBytes { try body($0.bindMemory(to: Element.self)) }
    }

    /// Writes the elements in C order.
    ///
    /// - Throws: `TensorError` when `Element` is not the tensor's type.
    public mutating func withMutableElements<Element: TensorElement, Result>(
        of type: Element.Type = Element.self, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
    ) throws -> Result {
        guard dtype == Element.dtype else { throw TensorError.wrongType(expected: Element.dtype, found: dtype) }
        return try withMutableBytes { try body($0.bindMemory(to: Element.self)) }
    }

    /// The elements in C order.
    ///
    /// - Throws: `TensorError` when `Element` is not the tensor's type.
    public func elements<Element: TensorElement>(as type: Element.Type = Element.self) throws -> [Element] {
        try withElements(of: type) { Array($0) }
    }

    /// The same elements under another shape, without a copy where they are contiguous.
    ///
    /// - Throws: `TensorError` when the counts of elements differ.
    public func reshaped(_ shape: [Int]) throws -> Tensor {
        guard Tensor.elementCount(of: shape) == count else {
            throw TensorError.shapeMismatch("a tensor of shape \(self.shape) cannot be reshaped to \(shape)")
        }
        let whole = try contiguous()
        return Tensor(
            dtype: dtype, shape: shape, strides: Tensor.contiguousStrides(of: shape), offset: whole.offset,
            storage: whole.storage)
    }

    /// This tensor, or a copy of it whose elements lie in C order.
    public func contiguous() throws -> Tensor { isContiguous ? self : try copy() }

    /// A contiguous copy with a block of its own.
    public func copy() throws -> Tensor {
        let result = try Tensor(zeros: shape, like: self)
        let width = dtype.bits / 8
        if isContiguous {
            result.storage.base.copyMemory(from: storage.base + offset * dtype.bits / 8, byteCount: byteCount)
            return result
        }
        guard count > 0 else { return result }
        // Trailing axes that lie without gaps are copied as one run.
        var runAxis = rank
        var run = 1
        while runAxis > 0, strides[runAxis - 1] == run {
            runAxis -= 1
            run *= shape[runAxis]
        }
        var index = [Int](repeating: 0, count: runAxis)
        var source = offset
        var target = 0
        while true {
            (result.storage.base + target * width)
                .copyMemory(from: storage.base + source * width, byteCount: run * width)
            target += run
            var axis = runAxis - 1
            while axis >= 0 {
                index[axis] += 1
                source += strides[axis]
                if index[axis] < shape[axis] { break }
                source -= index[axis] * strides[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { break }
        }
        return result
    }
}
