import NIOCore

/// What a device answers.
enum ModbusAnswer: Sendable, Hashable {
    case bits([Bool])
    case registers([UInt16])
    /// A write was carried out; the answer repeats what was asked.
    case done
    case exception(ModbusException)

    /// Writes the answer to a request.
    func write(into buffer: inout ByteBuffer, for request: ModbusRequest) {
        switch self {
        case .exception(let exception): ModbusAnswer.write(exception, function: request.function, into: &buffer)
        case .bits(let values):
            buffer.writeInteger(request.function)
            buffer.writeBits(values)
        case .registers(let values):
            buffer.writeInteger(request.function)
            buffer.writeRegisters(values)
        case .done:
            switch request {
            case .writeCoils(let address, let values): ModbusAnswer.write(address, values.count, request, into: &buffer)
            case .writeRegisters(let address, let values):
                ModbusAnswer.write(address, values.count, request, into: &buffer)
            case .read, .writeCoil, .writeRegister, .maskRegister, .exchangeRegisters: request.write(into: &buffer)
            }
        }
    }

    /// Writes the answer to a request that could not be read.
    static func write(_ exception: ModbusException, function: UInt8, into buffer: inout ByteBuffer) {
        buffer.writeInteger(function | 0x80)
        buffer.writeInteger(exception.rawValue)
    }

    private static func write(
        _ address: UInt16, _ count: Int, _ request: ModbusRequest, into buffer: inout ByteBuffer
    ) {
        buffer.writeInteger(request.function)
        buffer.writeInteger(address)
        buffer.writeInteger(UInt16(truncatingIfNeeded: count))
    }

    /// Reads the answer to a request.
    ///
    /// - Returns: nil where the bytes are no answer to it.
    static func read(_ buffer: inout ByteBuffer, for request: ModbusRequest) -> ModbusAnswer? {
        guard let function = buffer.readInteger(as: UInt8.self) else { return nil }
        let answer: ModbusAnswer?
        if function == request.function | 0x80 {
            answer = buffer.readInteger(as: UInt8.self).flatMap { ModbusException(rawValue: $0) }.map { .exception($0) }
        } else if function != request.function {
            answer = nil
        } else {
            answer = readBody(&buffer, request)
        }
        return buffer.readableBytes == 0 ? answer : nil
    }

    private static func readBody(_ buffer: inout ByteBuffer, _ request: ModbusRequest) -> ModbusAnswer? {
        switch request {
        case .read(let table, _, let count):
            return table.holdsBits
                ? buffer.readBits(count: count).map { .bits($0) }
                : buffer.readRegisters(count: count).map { .registers($0) }
        case .exchangeRegisters(_, _, _, let count): return buffer.readRegisters(count: count).map { .registers($0) }
        case .writeCoil, .writeRegister, .maskRegister, .writeCoils, .writeRegisters:
            // The answer must repeat the request, or its address and count.
            var expected = ByteBuffer()
            ModbusAnswer.done.write(into: &expected, for: request)
            expected.moveReaderIndex(forwardBy: 1)
            return buffer.readSlice(length: expected.readableBytes) == expected ? .done : nil
        }
    }
}

// What both directions are made of. Readers give nil where the buffer is too short, or its own count is another one.
extension ByteBuffer {
    mutating func readTwo() -> (UInt16, UInt16)? {
        readMultipleIntegers(endianness: .big, as: (UInt16, UInt16).self)
    }

    /// A byte with the count of bytes, then bits, the first in the lowest place.
    mutating func writeBits(_ values: [Bool]) {
        let bytes = (values.count + 7) / 8
        writeInteger(UInt8(truncatingIfNeeded: bytes))
        for start in stride(from: 0, to: values.count, by: 8) {
            var byte: UInt8 = 0
            for (place, value) in values[start..<min(start + 8, values.count)].enumerated() where value {
                byte |= 1 << UInt8(place)
            }
            writeInteger(byte)
        }
    }

    mutating func readBits(count: Int) -> [Bool]? {
        let length = (count + 7) / 8
        guard let said = readInteger(as: UInt8.self), Int(said) == length, let bytes = readBytes(length: length) else {
            return nil
        }
        return (0..<count).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
    }

    /// A byte with the count of bytes, then registers.
    mutating func writeRegisters(_ values: [UInt16]) {
        writeInteger(UInt8(truncatingIfNeeded: values.count * 2))
        for value in values { writeInteger(value) }
    }

    mutating func readRegisters(count: Int) -> [UInt16]? {
        guard let said = readInteger(as: UInt8.self), Int(said) == count * 2, readableBytes >= count * 2 else {
            return nil
        }
        var values: [UInt16] = []
        values.reserveCapacity(count)
        for _ in 0..<count { if let value = readInteger(as: UInt16.self) { values.append(value) } }
        return values
    }
}
