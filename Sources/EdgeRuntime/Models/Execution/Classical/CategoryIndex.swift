import EdgeTensors

/// Finds elements among categories: texts by their number, integers and real numbers by value. Every NaN is the same.
struct CategoryIndex {
    private let find: (UnsafeMutableRawPointer, Int) -> Int?

    /// - Parameters:
    ///   - categories: of a type that fits the operand's; where one stands twice, the first counts.
    ///   - dtype: the type of the operand.
    init(_ categories: Tensor, of dtype: DType, _ context: LoweringContext) throws(ModelError) {
        if dtype == .text, categories.dtype == .text {
            var places: [UInt32: Int] = [:]
            for (position, text) in try context.wrap({ try categories.texts() }).enumerated() {
                let number = try context.texts.number(of: text)
                if places[number] == nil { places[number] = position }
            }
            let known = places
            find = { base, element in known[base.assumingMemoryBound(to: UInt32.self)[element]] }
            return
        }
        guard dtype != .text, categories.dtype != .text else {
            throw context.fail("it looks for \(categories.dtype.rawValue) among \(dtype.rawValue)")
        }
        if !categories.dtype.isFloat, let read = ElementCodec.integerReader(of: dtype) {
            var places: [Int64: Int] = [:]
            for (position, number) in try context.wrap({ try categories.integers() }).enumerated()
            where places[number] == nil { places[number] = position }
            let known = places
            find = { base, element in known[read(base, element)] }
            return
        }
        guard let read = ElementCodec.reader(of: dtype) else { throw context.unsupported(dtype) }
        // Whole categories of real numbers are those of what stands before the point.
        let isWhole = !categories.dtype.isFloat
        var places: [UInt64: Int] = [:]
        for (position, number) in try context.wrap({ try categories.numbers() }).enumerated()
        where places[Self.key(number)] == nil { places[Self.key(number)] = position }
        let known = places
        find = { base, element in
            let value = read(base, element)
            return known[Self.key(isWhole ? value.rounded(.towardZero) : value)]
        }
    }

    private static func key(_ number: Double) -> UInt64 {
        number.isNaN ? Double.nan.bitPattern : number == 0 ? 0 : number.bitPattern
    }

    /// The position of an element's category.
    @inline(__always) func position(_ base: UnsafeMutableRawPointer, _ element: Int) -> Int? { find(base, element) }
}

extension LoweringContext {
    /// The bytes of a tensor's elements as they lie in this session: of texts, their numbers.
    func elementBytes(_ tensor: Tensor) throws(ModelError) -> [UInt8] {
        guard tensor.dtype == .text else { return try wrap { try tensor.withBytes { Array($0) } } }
        var bytes: [UInt8] = []
        for text in try wrap({ try tensor.texts() }) {
            withUnsafeBytes(of: try texts.number(of: text)) { bytes += $0 }
        }
        return bytes
    }
}
