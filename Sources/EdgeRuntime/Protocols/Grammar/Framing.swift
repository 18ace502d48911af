/// How messages are told apart in a stream of bytes.
public enum Framing: Sendable, Hashable {
    /// A length stands at a fixed place: a message has `at` + the length's own bytes + length + `plus` bytes.
    case length(at: Int, LengthField, plus: Int)
    /// A message ends with these bytes.
    case delimiter([UInt8])

    /// The number that says the length.
    public enum LengthField: Sendable, Hashable {
        case integer(bytes: Int, isLittle: Bool)
        /// Seven bits a byte, at most four bytes.
        case varint
    }

    /// The length of the message at the start of bytes of a stream; nil where more bytes are needed to say.
    ///
    /// - Parameter transform: What the message's bytes went through on their way to the wire.
    func messageLength(_ bytes: ArraySlice<UInt8>, _ transform: WireTransform?) -> Int? {
        switch self {
        case .length(let at, let field, let plus):
            guard bytes.count > at else { return nil }
            let start = bytes.startIndex + at
            var value = 0
            var width = 0
            switch field {
            case .integer(let count, let isLittle):
                guard bytes.count >= at + count else { return nil }
                width = count
                for index in 0..<count {
                    value = value << 8 | Int(bytes[start + (isLittle ? count - 1 - index : index)])
                }
            case .varint:
                while true {
                    guard start + width < bytes.endIndex else { return nil }
                    let byte = bytes[start + width]
                    value |= Int(byte & 0x7F) << (7 * width)
                    width += 1
                    if byte & 0x80 == 0 || width == 4 { break }
                }
            }
            let length = max(at + width + value + plus, at + width)
            return transform?.wireLength(of: length) ?? length
        case .delimiter(let end):
            guard let last = end.last else { return nil }
            var index = bytes.startIndex
            while index < bytes.endIndex {
                if bytes[index] == last, index - bytes.startIndex + 1 >= end.count,
                    bytes[(index + 1 - end.count)...index].elementsEqual(end)
                {
                    return index + 1 - bytes.startIndex
                }
                index += 1
            }
            return nil
        }
    }
}
