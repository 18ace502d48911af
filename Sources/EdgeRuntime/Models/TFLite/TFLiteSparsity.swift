import EdgeTensors

/// Tensors of which the file holds the blocks that are not zero (`SparsityParameters` of the schema).
///
/// The elements lie along a tree: each level is an axis of the tensor, or of the blocks that an axis is divided into, in the order of
/// `traversal_order`. A dense level has all its places; a sparse one lists them, between the bounds of each parent.
struct TFLiteSparsity {
    private struct Level {
        var size: Int
        var segments: [Int]?
        var indices: [Int] = []
        /// The axis of the tensor that the level is a part of, and how far a step along it goes.
        var axis: Int
        var stride: Int
    }

    private let levels: [Level]
    private let shape: [Int]

    /// - Throws: `ModelError` where the levels do not describe a tensor of this shape.
    init(_ table: FlatTable, shape: [Int]) throws {
        let buffer = table.buffer
        func fail(_ message: String) -> ModelError { buffer.error(message, at: table.position) }
        let order = try (table.integers(0, of: Int32.self) ?? []).map(Int.init)
        let blocks = try (table.integers(1, of: Int32.self) ?? []).map(Int.init)
        let dimensions = try table.tables(2)
        guard order.count == shape.count + blocks.count, dimensions.count == order.count,
            order.sorted() == Array(0..<order.count), blocks.allSatisfy(shape.indices.contains),
            Set(blocks).count == blocks.count
        else { throw fail("a sparse tensor has levels that do not fit its \(shape.count) axes") }
        // What each axis is divided into.
        var blockSizes = [Int](repeating: 1, count: shape.count)
        for (level, dimension) in zip(order, dimensions) where level >= shape.count {
            let size = Int(try dimension.integer(1, Int32(0)))
            let axis = blocks[level - shape.count]
            guard size > 0, shape[axis] % size == 0 else { throw fail("blocks of \(size) do not fit \(shape)") }
            blockSizes[axis] = size
        }
        var result: [Level] = []
        for (level, dimension) in zip(order, dimensions) {
            let isBlock = level >= shape.count
            let axis = isBlock ? blocks[level - shape.count] : level
            let size = isBlock ? blockSizes[axis] : shape[axis] / blockSizes[axis]
            var made = Level(size: size, axis: axis, stride: isBlock ? 1 : blockSizes[axis])
            if try dimension.integer(0, Int8(0)) == 1 {
                made.segments = try Self.integers(dimension, 2)
                made.indices = try Self.integers(dimension, 4)
                guard made.indices.allSatisfy({ (0..<size).contains($0) }) else {
                    throw fail("a sparse tensor has elements outside its shape")
                }
            } else if Int(try dimension.integer(1, Int32(0))) != size {
                throw fail("a sparse tensor has a level of another size than its axis")
            }
            result.append(made)
        }
        levels = result
        self.shape = shape
    }

    /// A vector of 32, 16 or 8 bits an element: a union of three tables.
    private static func integers(_ dimension: FlatTable, _ field: Int) throws -> [Int] {
        guard let table = try dimension.table(field + 1) else { return [] }
        switch try dimension.integer(field, UInt8(0)) {
        case 1: return try (table.integers(0, of: Int32.self) ?? []).map(Int.init)
        case 2: return try (table.integers(0, of: UInt16.self) ?? []).map(Int.init)
        case 3: return try (table.integers(0, of: UInt8.self) ?? []).map(Int.init)
        default: return []
        }
    }

    /// The whole tensor, zeros where the file holds nothing.
    ///
    /// - Throws: `ModelError.inconsistent` where the levels and the elements contradict each other.
    func dense(_ elements: ArraySlice<UInt8>, dtype: DType) throws -> Tensor {
        let width = dtype.bits / 8
        guard !dtype.isPacked, let count = Tensor.elementCount(of: shape),
            let bytes = dtype.byteCount(of: count), bytes <= elements.count * Self.ratio + 1 << 20
        else { throw ModelError.inconsistent("a sparse tensor of shape \(shape) is too large for what the file holds") }
        if count == 0 { return try Tensor(bytes: [UInt8](), shape: shape, dtype: dtype) }
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        // Where the branches of a level begin, first of the root alone.
        var places = [0]
        for level in levels {
            let step = level.stride * strides[level.axis]
            var next: [Int] = []
            if let segments = level.segments {
                guard segments.count == places.count + 1 else { throw Self.contradiction }
                for (position, place) in places.enumerated() {
                    let (first, last) = (segments[position], segments[position + 1])
                    guard first >= 0, first <= last, last <= level.indices.count else { throw Self.contradiction }
                    for index in level.indices[first..<last] { next.append(place + index * step) }
                }
            } else {
                guard places.count.multipliedReportingOverflow(by: level.size).partialValue <= count else {
                    throw Self.contradiction
                }
                for place in places { for index in 0..<level.size { next.append(place + index * step) } }
            }
            guard next.count <= count else { throw Self.contradiction }
            places = next
        }
        guard places.count * width == elements.count else { throw Self.contradiction }
        var result = [UInt8](repeating: 0, count: bytes)
        var source = elements.startIndex
        for place in places {
            for byte in 0..<width { result[place * width + byte] = elements[source + byte] }
            source += width
        }
        return try Tensor(bytes: result, shape: shape, dtype: dtype)
    }

    private static let contradiction = ModelError.inconsistent("the levels of a sparse tensor contradict each other")
    /// How many bytes one that is held may stand for.
    private static let ratio = 1 << 12
}
