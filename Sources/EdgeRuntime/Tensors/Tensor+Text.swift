/// Tensors of texts. The elements are numbers of texts in a list that belongs to the block, so that everything that moves elements, slices or
/// reshapes treats them like any other.
extension Tensor {
    /// A tensor of the texts given, in C order.
    ///
    /// - Throws: `TensorError` when the shape does not hold as many elements.
    public init(texts: [String], shape: [Int]) throws(TensorError) {
        guard Tensor.elementCount(of: shape) == texts.count else {
            throw .shapeMismatch("shape \(shape) does not hold \(texts.count) elements")
        }
        var table = TextTable()
        let numbers = texts.map { table.number(of: $0) }
        try self.init(textNumbers: numbers, of: table, shape: shape)
    }

    /// A tensor of numbers of texts in a table, which it keeps.
    package init(textNumbers: [UInt32], of table: TextTable, shape: [Int]) throws(TensorError) {
        guard let count = Tensor.elementCount(of: shape), count == textNumbers.count else {
            throw .shapeMismatch("shape \(shape) does not hold \(textNumbers.count) elements")
        }
        let storage = try TensorStorage(byteCount: count * 4, texts: table.texts)
        textNumbers.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { storage.base.copyMemory(from: source, byteCount: bytes.count) }
        }
        self.init(
            dtype: .text, shape: shape, strides: Tensor.contiguousStrides(of: shape), offset: 0, storage: storage)
    }

    /// Zeros of the type of another tensor: empty texts where it holds texts, whose list they share.
    package init(zeros shape: [Int], like other: Tensor) throws(TensorError) {
        guard other.dtype == .text else {
            try self.init(zeros: shape, dtype: other.dtype)
            return
        }
        guard let count = Tensor.elementCount(of: shape), let bytes = DType.text.byteCount(of: count) else {
            throw .tooLarge(shape: shape)
        }
        self.init(
            dtype: .text, shape: shape, strides: Tensor.contiguousStrides(of: shape), offset: 0,
            storage: try TensorStorage(byteCount: bytes, texts: other.storage.texts))
    }

    /// The texts in C order.
    ///
    /// - Throws: `TensorError` when the tensor holds something else.
    public func texts() throws -> [String] {
        let list = storage.texts
        return try textNumbers().map { Int($0) < list.count ? list[Int($0)] : "" }
    }

    /// The numbers of the texts in C order.
    ///
    /// - Throws: `TensorError` when the tensor holds something else.
    package func textNumbers() throws -> [UInt32] {
        guard dtype == .text else { throw TensorError.wrongType(expected: .text, found: dtype) }
        return try withBytes { Array($0.bindMemory(to: UInt32.self)) }
    }

    /// The same tensors of texts with one list in common.
    package static func sharingTexts(_ parts: [Tensor]) throws -> [Tensor] {
        var table = TextTable()
        let numbers = try parts.map { try table.numbers(of: $0) }
        return try zip(parts, numbers).map { try Tensor(textNumbers: $1, of: table, shape: $0.shape) }
    }
}
