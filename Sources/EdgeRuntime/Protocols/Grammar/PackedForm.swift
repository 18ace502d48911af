/// A header of one byte that packs a number, a marker and a length, each of which may go on in the bytes that follow.
///
/// From the highest bit: `number`, the marker, `length`. ASHRAE 135 (BACnet), clause 20.2.1, tags its values so (4, 1 and 3 bits), CBOR with
/// 3 and 5 bits and no marker. Two lengths may stand for brackets: what lies between an opening and a closing header of one number
/// belongs together.
struct PackedForm: Sendable, Hashable {
    /// 0 to 7 bits.
    let numberBits: Int
    let lengthBits: Int
    /// The bits between number and length.
    let marker: UInt8
    /// A number of ones is no number: the next byte is.
    let extendsNumber: Bool
    /// Lengths that stand for a width in bytes of the length that follows. One that does not fit the header's bits is looked for in the
    /// byte that follows it.
    let extensions: [UInt8: Int]
    /// The lengths that stand for an opening and a closing bracket.
    let open: UInt8?
    let close: UInt8?

    var lengthMask: UInt8 { UInt8((1 << lengthBits) - 1) }
    private var largestNumber: Int { (1 << numberBits) - 1 }
    var markerMask: UInt8 { UInt8((1 << (8 - numberBits)) - 1) & ~lengthMask }
    var markerBits: UInt8 { marker << UInt8(lengthBits) & markerMask }

    /// The largest number that a header can have.
    var numberLimit: Int { extendsNumber ? 255 : largestNumber }

    /// The number of a header's first byte; nil where the next byte has it.
    func number(of header: UInt8) -> Int? {
        let number = numberBits == 0 ? 0 : Int(header >> UInt8(8 - numberBits))
        return extendsNumber && number == largestNumber ? nil : number
    }

    /// A header with a length of so many bits, or a bracket.
    func header(_ number: Int, code: UInt8) -> [UInt8] {
        let isExtended = extendsNumber && number >= largestNumber
        let high = numberBits == 0 ? 0 : UInt8(isExtended ? largestNumber : number) << UInt8(8 - numberBits)
        let first = high | markerBits | code
        return isExtended ? [first, UInt8(truncatingIfNeeded: number)] : [first]
    }

    /// A header for content of a length; nil where the length is too large for the form.
    func header(_ number: Int, length: Int) -> [UInt8]? {
        if let code = UInt8(exactly: length), code <= lengthMask, !isTaken(code) { return header(number, code: code) }
        let direct = extensions.filter { $0.key <= lengthMask }.sorted { $0.value < $1.value }
        for (code, width) in direct {
            let second = width == 1 ? extensions.filter { $0.key > lengthMask } : [:]
            if width == 1, length >= Int(second.keys.min() ?? 255) + (second.isEmpty ? 1 : 0) {
                for (escape, wider) in second.sorted(by: { $0.value < $1.value }) where fits(length, wider) {
                    return header(number, code: code) + [escape] + bytes(length, wider)
                }
            } else if fits(length, width) {
                return header(number, code: code) + bytes(length, width)
            }
        }
        return nil
    }

    private func isTaken(_ code: UInt8) -> Bool { extensions[code] != nil || code == open || code == close }

    private func fits(_ length: Int, _ width: Int) -> Bool { width >= 8 || length < 1 << (8 * width) }

    private func bytes(_ length: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: length >> (8 * (width - 1 - $0))) }
    }
}
