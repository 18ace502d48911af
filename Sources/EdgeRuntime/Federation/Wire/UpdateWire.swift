/// How an update travels. All numbers are little endian; a varint has seven bits a byte, the lowest first.
///
///     magic      4   "EDGU"
///     version    1   1
///     container  1   0 record, 1 list, 2 one tensor
///     bits       1   of a number, its sign included: 1 ... 8
///     reserved   1   0
///     tensors    4   how many
///     table      4   bytes of the table
///     body       8   bytes of the body before it was deflated, at most 4 GiB
///     deflated   8   bytes of the deflated body
///     table          for each tensor: varint length and UTF-8 of its name, varint axes, a varint for the extent of each
///     deflated body  sections one behind the other, each for all tensors in order:
///                      varint of kept numbers, and where there are some two f32: smallest and largest magnitude
///                      gaps between kept numbers, where some but not all are kept: see `RiceCode`; each tensor begins a byte
///                      signs, eight a byte, a set bit for negative numbers; each tensor begins a byte
///                      levels (bits - 1 of them each): eight a byte for one bit, else a byte each; none where bits is 1
///     padding        zeros, so that no byte stands for more than `elementsPerByte` elements
///     checksum   4   CRC-32 of all before it
///
/// A number is `±(low + level * (high - low) / (2^(bits - 1) - 1))`, computed in single precision.
enum UpdateWire {
    static let magic: [UInt8] = Array("EDGU".utf8)
    static let version: UInt8 = 1
    static let headerLength = 32

    /// A receiver makes no more elements than this of each byte, a megabyte of them aside, whatever the shapes claim.
    static let elementsPerByte = 8192
    static let freeElements = 1 << 18

    /// The elements that a number of bytes justifies.
    static func justifiedElements(bytes: Int) -> Int {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: elementsPerByte)
        return overflow
            ? Int.max : product.addingReportingOverflow(freeElements).overflow ? Int.max : product + freeElements
    }

    /// The magnitude of a level.
    @inline(__always)
    static func magnitude(_ level: UInt8, low: Float, high: Float, bits: Int) -> Float {
        guard bits > 1 else { return low }
        return min(high, low + Float(level) * ((high - low) / Float(1 << (bits - 1) - 1)))
    }
}

/// What a script sent: how the tensors of an update hang together.
public enum UpdateContainer: UInt8, Sendable, Hashable {
    case record = 0
    case list = 1
    case tensor = 2
}
