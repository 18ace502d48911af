import NIOCore

/// What a client can ask of a device: the functions 1 to 6, 15, 16, 22 and 23 of the Modbus application protocol 1.1b3.
enum ModbusRequest: Sendable, Hashable {
    /// Functions 1 (coils) and 2 (discrete inputs), 3 (holding registers) and 4 (input registers).
    case read(ModbusTable, address: UInt16, count: Int)
    /// Function 5.
    case writeCoil(address: UInt16, Bool)
    /// Function 6.
    case writeRegister(address: UInt16, UInt16)
    /// Function 15.
    case writeCoils(address: UInt16, [Bool])
    /// Function 16.
    case writeRegisters(address: UInt16, [UInt16])
    /// Function 22: `(register & and) | (or & ~and)`.
    case maskRegister(address: UInt16, and: UInt16, or: UInt16)
    /// Function 23: writes first, then reads.
    case exchangeRegisters(writeAddress: UInt16, [UInt16], readAddress: UInt16, count: Int)

    // The most elements that one request can carry.
    static let mostBitsRead = 2000
    static let mostRegistersRead = 125
    static let mostBitsWritten = 1968
    static let mostRegistersWritten = 123
    static let mostRegistersExchanged = 121

    var function: UInt8 {
        switch self {
        case .read(.coil, _, _): 1
        case .read(.discrete, _, _): 2
        case .read(.holding, _, _): 3
        case .read(.input, _, _): 4
        case .writeCoil: 5
        case .writeRegister: 6
        case .writeCoils: 15
        case .writeRegisters: 16
        case .maskRegister: 22
        case .exchangeRegisters: 23
        }
    }

    /// Whether asking twice is as good as asking once.
    var isRepeatable: Bool { if case .read = self { true } else { false } }

    /// As messages name it.
    var text: String {
        switch self {
        case .read(let table, let address, let count):
            count == 1
                ? "a read of \(table.rawValue)/\(address)" : "a read of \(count) from \(table.rawValue)/\(address) on"
        case .writeCoil(let address, _): "a write to coil/\(address)"
        case .writeRegister(let address, _), .maskRegister(let address, _, _): "a write to holding/\(address)"
        case .writeCoils(let address, let values): "a write of \(values.count) from coil/\(address) on"
        case .writeRegisters(let address, let values): "a write of \(values.count) from holding/\(address) on"
        case .exchangeRegisters(let address, let values, let source, _):
            "a write of \(values.count) from holding/\(address) on and a read from holding/\(source) on"
        }
    }

    func write(into buffer: inout ByteBuffer) {
        buffer.writeInteger(function)
        switch self {
        case .read(_, let address, let count):
            buffer.writeInteger(address)
            buffer.writeInteger(UInt16(truncatingIfNeeded: count))
        case .writeCoil(let address, let value):
            buffer.writeInteger(address)
            buffer.writeInteger(UInt16(value ? 0xFF00 : 0))
        case .writeRegister(let address, let value):
            buffer.writeInteger(address)
            buffer.writeInteger(value)
        case .writeCoils(let address, let values):
            buffer.writeInteger(address)
            buffer.writeInteger(UInt16(truncatingIfNeeded: values.count))
            buffer.writeBits(values)
        case .writeRegisters(let address, let values):
            buffer.writeInteger(address)
            buffer.writeInteger(UInt16(truncatingIfNeeded: values.count))
            buffer.writeRegisters(values)
        case .maskRegister(let address, let and, let or):
            buffer.writeInteger(address)
            buffer.writeInteger(and)
            buffer.writeInteger(or)
        case .exchangeRegisters(let target, let values, let source, let count):
            buffer.writeInteger(source)
            buffer.writeInteger(UInt16(truncatingIfNeeded: count))
            buffer.writeInteger(target)
            buffer.writeInteger(UInt16(truncatingIfNeeded: values.count))
            buffer.writeRegisters(values)
        }
    }

    /// Reads what a client asks for.
    ///
    /// - Throws: what a device answers to it: `illegalFunction`, or `illegalValue` where counts and lengths contradict each
    ///   other or the specification.
    static func read(_ buffer: inout ByteBuffer) throws(ModbusException) -> ModbusRequest {
        guard let function = buffer.readInteger(as: UInt8.self) else { throw .illegalFunction }
        let request: ModbusRequest?
        switch function {
        case 1: request = readRange(&buffer, .coil, mostBitsRead)
        case 2: request = readRange(&buffer, .discrete, mostBitsRead)
        case 3: request = readRange(&buffer, .holding, mostRegistersRead)
        case 4: request = readRange(&buffer, .input, mostRegistersRead)
        case 5:
            request = buffer.readTwo().flatMap { address, value in
                value == 0xFF00 || value == 0 ? .writeCoil(address: address, value != 0) : nil
            }
        case 6: request = buffer.readTwo().map { .writeRegister(address: $0, $1) }
        case 15: request = readCoils(&buffer)
        case 16: request = readRegisters(&buffer, most: mostRegistersWritten).map { .writeRegisters(address: $0, $1) }
        case 22:
            request = buffer.readTwo().flatMap { address, and in
                buffer.readInteger(as: UInt16.self).map { .maskRegister(address: address, and: and, or: $0) }
            }
        case 23:
            request = buffer.readTwo().flatMap { source, count in
                guard (1...mostRegistersRead).contains(Int(count)) else { return nil }
                return readRegisters(&buffer, most: mostRegistersExchanged).map {
                    .exchangeRegisters(writeAddress: $0, $1, readAddress: source, count: Int(count))
                }
            }
        default: throw .illegalFunction
        }
        guard let request, buffer.readableBytes == 0 else { throw .illegalValue }
        return request
    }

    private static func readRange(_ buffer: inout ByteBuffer, _ table: ModbusTable, _ most: Int) -> ModbusRequest? {
        guard let (address, count) = buffer.readTwo(), (1...most).contains(Int(count)) else { return nil }
        return .read(table, address: address, count: Int(count))
    }

    private static func readCoils(_ buffer: inout ByteBuffer) -> ModbusRequest? {
        guard let (address, count) = buffer.readTwo(), (1...mostBitsWritten).contains(Int(count)),
            let values = buffer.readBits(count: Int(count))
        else { return nil }
        return .writeCoils(address: address, values)
    }

    private static func readRegisters(_ buffer: inout ByteBuffer, most: Int) -> (UInt16, [UInt16])? {
        guard let (address, count) = buffer.readTwo(), (1...most).contains(Int(count)),
            let values = buffer.readRegisters(count: Int(count))
        else { return nil }
        return (address, values)
    }
}
