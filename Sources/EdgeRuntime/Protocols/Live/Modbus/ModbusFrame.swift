import NIOCore

/// A message of Modbus TCP: the header's fields, and the protocol data unit that follows it.
struct ModbusFrame: Sendable, Hashable {
    var transaction: UInt16
    var unit: UInt8
    var pdu: ByteBuffer

    /// The most bytes that a protocol data unit has.
    static let longestPDU = 253

    /// The bytes on the wire.
    func write(into buffer: inout ByteBuffer) {
        buffer.writeInteger(transaction)
        buffer.writeInteger(UInt16(0))
        buffer.writeInteger(UInt16(truncatingIfNeeded: pdu.readableBytes + 1))
        buffer.writeInteger(unit)
        buffer.writeImmutableBuffer(pdu)
    }
}

/// Why bytes are not frames of Modbus TCP. After it nothing that follows can be understood.
enum ModbusFrameError: Error, Sendable, Hashable {
    case protocolIdentifier(UInt16)
    case length(UInt16)

    var text: String {
        switch self {
        case .protocolIdentifier(let found): "protocol identifier \(found) instead of 0"
        case .length(let found): "a frame of length \(found), where 2 to 254 are possible"
        }
    }
}

/// Cuts a stream of bytes into frames. It keeps no more than one frame that is not complete.
struct ModbusFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ModbusFrame

    /// The next frame; nil where it has not arrived as a whole.
    static func next(_ buffer: inout ByteBuffer) throws(ModbusFrameError) -> ModbusFrame? {
        var ahead = buffer
        guard let transaction = ahead.readInteger(as: UInt16.self), let identifier = ahead.readInteger(as: UInt16.self)
        else { return nil }
        guard identifier == 0 else { throw .protocolIdentifier(identifier) }
        guard let length = ahead.readInteger(as: UInt16.self) else { return nil }
        guard (2...UInt16(ModbusFrame.longestPDU + 1)).contains(length) else { throw .length(length) }
        guard ahead.readableBytes >= Int(length), let unit = ahead.readInteger(as: UInt8.self),
            let pdu = ahead.readSlice(length: Int(length) - 1)
        else { return nil }
        buffer = ahead
        return ModbusFrame(transaction: transaction, unit: unit, pdu: pdu)
    }

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let frame = try ModbusFrameDecoder.next(&buffer) else { return .needMoreData }
        context.fireChannelRead(ModbusFrameDecoder.wrapInboundOut(frame))
        return .continue
    }
}
