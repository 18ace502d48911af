import EdgeLang
import EdgeTensors

/// Makes tensors of nested lists of numbers, or of texts.
enum TensorBuilder {
    private static let maximumRank = 16

    /// The tensor that a number or nested lists describe.
    ///
    /// - Throws: `RuntimeError` for lists of different lengths and for what is no number.
    static func tensor(_ value: PlainValue, dtype: Primitives.ElementType?) throws -> Tensor {
        let shape = try shape(of: value)
        if value.holdsTexts {
            guard dtype == nil else {
                throw RuntimeError(.tensorContents, "texts have no numbers to turn into \(dtype?.rawValue ?? "")")
            }
            return try Tensor(texts: texts(value, shape: shape[...]), shape: shape)
        }
        var numbers: [Double] = []
        var exact: [Int64] = []
        var kinds = Kinds()
        try collect(value, shape: shape[...], &numbers, &exact, &kinds)
        let chosen = dtype ?? kinds.natural
        // Beyond 2^53 a double no longer holds every integer.
        if chosen == .i64, kinds.hasOnlyIntegers { return try Tensor(exact, shape: shape) }
        return try tensor(numbers, shape: shape, dtype: chosen)
    }

    /// Numbers in C order as a tensor of a type that must be able to hold them.
    static func tensor(_ numbers: [Double], shape: [Int], dtype: Primitives.ElementType) throws -> Tensor {
        switch dtype {
        case .f32: try Tensor(numbers.map { Float($0) }, shape: shape)
        case .f64: try Tensor(numbers, shape: shape)
        case .i64: try Tensor(integers(numbers, as: Int64.self), shape: shape)
        case .i32: try Tensor(integers(numbers, as: Int32.self), shape: shape)
        case .i16: try Tensor(integers(numbers, as: Int16.self), shape: shape)
        case .i8: try Tensor(integers(numbers, as: Int8.self), shape: shape)
        case .u8: try Tensor(integers(numbers, as: UInt8.self), shape: shape)
        case .bool: try Tensor(numbers.map { $0 != 0 }, shape: shape)
        }
    }

    /// What a script gives to a model: numbers in single precision, or texts.
    static func input(_ value: PlainValue) throws -> Tensor {
        try tensor(value, dtype: value.holdsTexts ? nil : .f32)
    }

    private static func texts(_ value: PlainValue, shape: ArraySlice<Int>) throws -> [String] {
        guard let extent = shape.first else {
            guard case .string(let text) = value else {
                throw RuntimeError(
                    .tensorContents, "a tensor holds either texts or numbers; found \(ReadableValue.cell(value))")
            }
            return [text]
        }
        guard case .list(let elements) = value, elements.count == extent else {
            throw RuntimeError(
                .tensorContents, "the lists of a tensor must have one length: expected \(extent) elements here")
        }
        return try elements.flatMap { try texts($0, shape: shape.dropFirst()) }
    }

    private struct Kinds {
        var hasFloats = false
        var hasIntegers = false
        var hasTruthValues = false

        var hasOnlyIntegers: Bool { hasIntegers && !hasFloats && !hasTruthValues }

        var natural: Primitives.ElementType {
            if hasFloats || !(hasIntegers || hasTruthValues) { return .f32 }
            return hasIntegers ? .i64 : .bool
        }
    }

    private static func integers<Element: FixedWidthInteger>(
        _ numbers: [Double], as type: Element.Type
    ) throws -> [Element] {
        try numbers.map { number in
            guard let whole = Element(exactly: number.rounded(.towardZero)) else {
                throw RuntimeError(.tensorContents, "\(ReadableValue.number(number)) does not fit \(type)")
            }
            return whole
        }
    }

    private static func shape(of value: PlainValue) throws -> [Int] {
        var shape: [Int] = []
        var inner = value
        while case .list(let elements) = inner {
            shape.append(elements.count)
            guard shape.count <= maximumRank else {
                throw RuntimeError(.tensorContents, "lists nest deeper than \(maximumRank) levels")
            }
            guard let first = elements.first else { break }
            inner = first
        }
        return shape
    }

    private static func collect(
        _ value: PlainValue, shape: ArraySlice<Int>, _ numbers: inout [Double], _ exact: inout [Int64],
        _ kinds: inout Kinds
    ) throws {
        guard let extent = shape.first else {
            switch value {
            case .int(let number):
                kinds.hasIntegers = true
                numbers.append(Double(number))
                exact.append(Int64(number))
            case .float(let number):
                kinds.hasFloats = true
                numbers.append(number)
            case .bool(let flag):
                kinds.hasTruthValues = true
                numbers.append(flag ? 1 : 0)
            case .quantity(let quantity):
                kinds.hasFloats = true
                numbers.append(quantity.value)
            case .null, .string, .bytes, .list, .record:
                throw RuntimeError(
                    .tensorContents,
                    "a tensor holds numbers or texts, and lists in it have one length; found \(ReadableValue.cell(value))"
                )
            }
            return
        }
        guard case .list(let elements) = value, elements.count == extent else {
            throw RuntimeError(
                .tensorContents,
                "the lists of a tensor must have one length: expected \(extent) elements here, found "
                    + (value.listCount.map { "\($0)" } ?? "none"))
        }
        for element in elements { try collect(element, shape: shape.dropFirst(), &numbers, &exact, &kinds) }
    }
}

extension PlainValue {
    /// Whether the innermost first element is a text.
    fileprivate var holdsTexts: Bool {
        var inner = self
        while case .list(let elements) = inner {
            guard let first = elements.first else { return false }
            inner = first
        }
        if case .string = inner { return true }
        return false
    }

    fileprivate var listCount: Int? { if case .list(let elements) = self { elements.count } else { nil } }
}
