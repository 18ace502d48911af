import EdgeLang
import EdgeProtocols

extension PlainValue {
    /// A message or field as a value of the language.
    init(_ value: FieldValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let whole): self = .int(Int(whole))
        case .real(let real): self = .float(real)
        case .text(let text): self = .string(text)
        case .bytes(let bytes): self = .bytes(bytes)
        case .list(let elements): self = .list(elements.map { PlainValue($0) })
        case .record(let fields): self = .record(fields.map { Field($0.name, PlainValue($0.value)) })
        }
    }
}

extension FieldValue {
    /// A value of the language as part of a message; quantities are numbers in base units.
    init(_ plain: PlainValue) throws {
        switch plain {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let whole): self = .int(Int64(whole))
        case .float(let real): self = .real(real)
        case .quantity(let quantity): self = .real(quantity.value)
        case .string(let text): self = .text(text)
        case .bytes(let bytes): self = .bytes(bytes)
        case .list(let elements): self = .list(try elements.map { try FieldValue($0) })
        case .record(let fields): self = .record(try fields.map { Field($0.key, try FieldValue($0.value)) })
        }
    }
}
