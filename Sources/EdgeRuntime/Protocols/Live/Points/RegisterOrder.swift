/// The order in which a device sends the bytes of a value, as its manual writes it: `ABCD` sends the most significant byte first,
/// `CDAB` the less significant register first.
///
/// Values of 16 and 64 bits are ordered after the same pattern: `CDAB` of 64 bits sends the least significant register first.
public enum RegisterOrder: String, Sendable, Hashable, CaseIterable {
    /// Registers and the bytes in them from the most significant on, which Modbus asks for.
    case big = "ABCD"
    /// All bytes from the least significant on.
    case little = "DCBA"
    /// The least significant register first, the bytes in it from the most significant on.
    case wordSwapped = "CDAB"
    /// The most significant register first, the bytes in it from the least significant on.
    case byteSwapped = "BADC"

    private var swapsRegisters: Bool { self == .little || self == .wordSwapped }
    private var swapsBytes: Bool { self == .little || self == .byteSwapped }

    /// The registers of one value in the other order: the way there and the way back are the same.
    func arranged(_ registers: [UInt16]) -> [UInt16] {
        let words = swapsRegisters ? registers.reversed() : registers
        return swapsBytes ? words.map(\.byteSwapped) : words
    }

    /// The registers of a text or of bytes, where only the bytes within a register can change places.
    func arrangedWithin(_ registers: [UInt16]) -> [UInt16] { swapsBytes ? registers.map(\.byteSwapped) : registers }
}
