/// The four tables of a Modbus device.
enum ModbusTable: String, Sendable, Hashable, CaseIterable {
    /// Bits that can be written.
    case coil
    /// Bits that can only be read.
    case discrete
    /// Registers that can only be read.
    case input
    /// Registers that can be written.
    case holding

    var holdsBits: Bool { self == .coil || self == .discrete }
}

/// A place in a table: `holding/30`. Addresses count from 0, as they stand on the wire.
struct ModbusPoint: Sendable, Hashable {
    let table: ModbusTable
    let address: UInt16

    init(_ text: String) throws(EndpointError) {
        let hint = "a table and an address counted from 0: holding/30, input/0, coil/3, discrete/7"
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let table = ModbusTable(rawValue: String(parts[0])) else {
            throw .point(String(text.prefix(40)), "is no point of a Modbus device", hint: hint)
        }
        let isNumber = !parts[1].isEmpty && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let address = UInt16(parts[1]) else {
            throw .point(String(text.prefix(40)), "the address must be a number from 0 to 65535", hint: hint)
        }
        self.table = table
        self.address = address
    }

    /// - Throws: `N0008` where so many elements do not lie in the table.
    func check(count: Int) throws(EndpointError) {
        guard count >= 1, count <= 65536 - Int(address) else {
            throw .point("\(table.rawValue)/\(address)", "\(count) from here on do not fit the addresses 0 to 65535")
        }
    }
}
