import Glibc

/// Numbers as axes and cells show them: four significant digits.
enum ShortNumber {
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        var buffer = [CChar](repeating: 0, count: 32)
        let length = withVaList([value == 0 ? 0 : value]) { vsnprintf(&buffer, buffer.count, "%.4g", $0) }
        return String(
            decoding: buffer.prefix(Int(max(0, min(31, length)))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
