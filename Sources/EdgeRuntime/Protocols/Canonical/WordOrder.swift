/// How a number of several 16-bit registers stands in them. `ABCD` is the most significant byte first; devices swap words, bytes or both.
public enum WordOrder: String, Sendable, Hashable, CaseIterable {
    case abcd = "ABCD"
    case cdab = "CDAB"
    case badc = "BADC"
    case dcba = "DCBA"

    /// Bytes between the order of the registers and the most significant first; it is its own inverse.
    func arrange(_ bytes: [UInt8]) -> [UInt8] {
        var words = stride(from: 0, to: bytes.count - 1, by: 2).map { [bytes[$0], bytes[$0 + 1]] }
        switch self {
        case .abcd: break
        case .cdab: words.reverse()
        case .badc: words = words.map { $0.reversed() }
        case .dcba: words = words.map { $0.reversed() }.reversed()
        }
        return words.flatMap { $0 }
    }
}
