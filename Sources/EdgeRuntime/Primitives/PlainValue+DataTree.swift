public import EdgeData
public import EdgeLang

extension DataTree {
    /// What a data file can hold of a value: quantities become their number in base units (seconds, bytes, joules), bytes a text of
    /// hexadecimal digits.
    public init(_ value: PlainValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(Int64(value))
        case .float(let value): self = .float(value)
        case .quantity(let quantity): self = DataTree.number(quantity.value)
        case .string(let text): self = .text(text)
        case .bytes(let bytes): self = .text(DataTree.hexadecimal(bytes))
        case .list(let elements): self = .list(DataWork.isCancelled ? [] : elements.map { DataTree($0) })
        case .record(let fields): self = .record(fields.map { Field(name: $0.key, value: DataTree($0.value)) })
        }
    }

    /// Whole numbers are written as such: `1024`, not `1024.0`.
    private static func number(_ value: Double) -> DataTree {
        Int64(exactly: value).map { .int($0) } ?? .float(value)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension PlainValue {
    /// The value that a data file holds.
    public init(_ tree: DataTree) {
        switch tree {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(Int(value))
        case .float(let value): self = .float(value)
        case .text(let text): self = .string(text)
        case .list(let elements): self = .list(elements.map { PlainValue($0) })
        case .record(let fields): self = .record(fields.map { Field($0.name, PlainValue($0.value)) })
        }
    }
}
