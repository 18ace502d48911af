import EdgeTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// `Cast` between texts and numbers, in ONNX Runtime's spelling: `NaN`, `INF`, eight significant digits.
enum TextCast {
    static func toText(_ context: LoweringContext, _ operand: Operand) throws(ModelError) -> Lowered {
        let result = try context.result(.text, operand.shape)
        let texts = context.texts
        let count = result.count
        if let read = ElementCodec.integerReader(of: operand.dtype) {
            let isUnsigned = operand.dtype == .u64
            return Lowered([result]) { memory throws(ModelError) in
                for position in 0..<count {
                    let value = read(memory.inputs[0], position)
                    memory.output(0, as: UInt32.self)[position] = try texts.number(
                        of: isUnsigned ? "\(UInt64(bitPattern: value))" : "\(value)")
                }
            }
        }
        guard let read = ElementCodec.reader(of: operand.dtype) else { throw context.unsupported(operand.dtype) }
        return Lowered([result]) { memory throws(ModelError) in
            for position in 0..<count {
                memory.output(0, as: UInt32.self)[position] = try texts.number(
                    of: text(read(memory.inputs[0], position)))
            }
        }
    }

    /// A number as C's `%g` writes it.
    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-INF" : "INF" }
        var buffer = [CChar](repeating: 0, count: 64)
        let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.8g", $0) }
        return String(decoding: buffer.prefix(max(Int(length), 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func fromText(_ context: LoweringContext, to target: DType) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        let result = try context.result(target, operand.shape)
        let texts = context.texts
        let count = result.count
        if !target.isFloat, target != .bool, let write = ElementCodec.integerWriter(of: target) {
            let isWide = target == .u64
            return Lowered([result]) { memory throws(ModelError) in
                for (position, text) in texts.texts(memory.inputs[0], count: count).enumerated() {
                    let plain = trimmed(text)
                    let number = isWide ? UInt64(plain).map(Int64.init(bitPattern:)) : Int64(plain)
                    guard let number else { throw context.fail("`\(text.prefix(40))` is no \(target.rawValue)") }
                    write(memory.outputs[0], position, number)
                }
            }
        }
        guard target.isFloat, let write = ElementCodec.writer(of: target) else { throw context.unsupported(target) }
        return Lowered([result]) { memory throws(ModelError) in
            for (position, text) in texts.texts(memory.inputs[0], count: count).enumerated() {
                guard let number = Double(trimmed(text)) else {
                    throw context.fail("`\(text.prefix(40))` is no number")
                }
                write(memory.outputs[0], position, number)
            }
        }
    }

    private static func trimmed(_ text: String) -> String {
        var part = text[...]
        while part.first?.isWhitespace == true { part.removeFirst() }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part)
    }
}
