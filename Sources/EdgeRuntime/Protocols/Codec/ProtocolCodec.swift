/// One protocol: its grammar, compiled, with what reads and writes its messages.
///
/// Any number of threads may use one codec: it does not change.
public final class ProtocolCodec: Sendable {
    let grammar: Grammar
    let program: Program
    /// Context values that an alias sets: `mqtt-5` is `mqtt` with version 5.
    let preset: [String: Int64]
    /// Reads and writes what is spread over several messages, put together; nil where the protocol spreads nothing.
    public let joined: ProtocolCodec?

    /// What scripts call the protocol.
    public let name: String
    /// What people call it.
    public var title: String { grammar.title }
    /// How messages are told apart in a stream; nil where each message has a packet or a pause of its own.
    public var framing: Framing? { grammar.framing }
    /// The ports it is usually found at.
    public var tcpPorts: [Int] { grammar.ports[.tcp] ?? [] }
    public var udpPorts: [Int] { grammar.ports[.udp] ?? [] }
    /// Numbers that messages settle for those after them, with their initial values.
    public var context: [(name: String, value: Int64)] { grammar.context }

    /// What the grammar says its fields mean, as `PointMap` reads it; nil where it says nothing.
    public var map: FieldValue? { grammar.map }

    init(
        _ grammar: Grammar, _ program: Program, name: String? = nil, preset: [String: Int64] = [:],
        joined: ProtocolCodec? = nil
    ) {
        self.joined = joined
        self.grammar = grammar
        self.program = program
        self.name = name ?? grammar.name
        self.preset = preset
    }

    /// The same protocol under another name, with other values of its context.
    func alias(_ name: String, _ preset: [String: Int64]) -> ProtocolCodec {
        ProtocolCodec(grammar, program, name: name, preset: preset, joined: joined)
    }

    /// A message read from bytes.
    public struct Message: Sendable {
        public let value: FieldValue
        /// As given, or as the bytes show.
        public let direction: MessageDirection?
        /// The bytes that the message takes.
        public let length: Int
        /// How many bits of the bytes had to be as they are; the more, the less likely it is that they fit by chance.
        public let evidence: Int
    }

    /// Reads a message that takes all bytes.
    ///
    /// Where the direction is not given and matters, both are tried and the one with more evidence is taken.
    ///
    /// - Throws: `ProtocolError` `P0003` with the place of the first byte that does not fit.
    public func decode(
        _ bytes: [UInt8], _ settings: MessageSettings = MessageSettings()
    ) throws(ProtocolError) -> Message {
        try decode(bytes[...], settings, isWhole: true)
    }

    /// Reads the message at the start of bytes; more may follow.
    ///
    /// - Throws: as `decode`; `isTruncated` says that more bytes might help.
    public func decodePrefix(
        _ bytes: ArraySlice<UInt8>, _ settings: MessageSettings = MessageSettings()
    ) throws(ProtocolError) -> Message {
        try decode(bytes, settings, isWhole: false)
    }

    private func decode(
        _ bytes: ArraySlice<UInt8>, _ settings: MessageSettings, isWhole: Bool
    ) throws(ProtocolError) -> Message {
        let settings = settings.with(preset)
        guard settings.direction == nil, program.usesDirection else {
            return try decodeOnce(bytes, settings, isWhole: isWhole).get(name)
        }
        var best: Result<Message, DecodeFault>?
        for direction in MessageDirection.allCases {
            var directed = settings
            directed.direction = direction
            let result = decodeOnce(bytes, directed, isWhole: isWhole)
            switch (result, best) {
            case (_, nil): best = result
            case (.success(let new), .success(let old)): if new.evidence > old.evidence { best = result }
            case (.success, .failure): best = result
            case (.failure(let new), .failure(let old)): if new.position > old.position { best = result }
            case (.failure, .success): break
            }
        }
        return try (best ?? decodeOnce(bytes, settings, isWhole: isWhole)).get(name)
    }

    private func decodeOnce(
        _ bytes: ArraySlice<UInt8>, _ settings: MessageSettings, isWhole: Bool
    ) -> Result<Message, DecodeFault> {
        guard let transform = grammar.transform else {
            return bytes.withUnsafeBytes { decodePlain($0, settings, isWhole: isWhole) }
        }
        var wire = bytes
        if !isWhole, let framing = grammar.framing, let length = framing.messageLength(bytes, transform),
            length <= bytes.count
        {
            wire = bytes.prefix(length)
        }
        do throws(TransformFault) {
            let plain = try transform.unwrap(wire)
            return plain.withUnsafeBytes { decodePlain($0, settings, isWhole: true) }
                .map { .init(value: $0.value, direction: $0.direction, length: wire.count, evidence: $0.evidence + 16) }
        } catch {
            return .failure(
                DecodeFault(position: error.position, path: "", reason: error.reason, isTruncated: error.isTruncated))
        }
    }

    private func decodePlain(
        _ bytes: UnsafeRawBufferPointer, _ settings: MessageSettings, isWhole: Bool
    ) -> Result<Message, DecodeFault> {
        var decoder = MessageDecoder(program, bytes, settings)
        do throws(DecodeFault) {
            let value = try decoder.run()
            guard !isWhole || decoder.position == bytes.count else {
                throw decoder.fault("\(bytes.count - decoder.position) bytes follow the message")
            }
            return .success(
                Message(
                    value: value, direction: settings.direction, length: decoder.position, evidence: decoder.evidence))
        } catch {
            return .failure(error)
        }
    }

    /// Writes a message.
    ///
    /// Where the direction is not given and matters, the one that has all the message's fields is taken.
    ///
    /// - Throws: `ProtocolError` `P0004` with the path of the field that is missing, not known, or does not fit.
    public func encode(
        _ message: FieldValue, _ settings: MessageSettings = MessageSettings()
    ) throws(ProtocolError) -> [UInt8] {
        let settings = settings.with(preset)
        guard settings.direction == nil, program.usesDirection else {
            return try encodeOnce(message, settings).get(name)
        }
        var first: Result<[UInt8], EncodeFault>?
        for direction in MessageDirection.allCases {
            var directed = settings
            directed.direction = direction
            let result = encodeOnce(message, directed)
            if case .success = result { return try result.get(name) }
            if first == nil { first = result }
        }
        return try (first ?? encodeOnce(message, settings)).get(name)
    }

    private func encodeOnce(_ message: FieldValue, _ settings: MessageSettings) -> Result<[UInt8], EncodeFault> {
        var encoder = MessageEncoder(program, settings)
        do throws(EncodeFault) {
            let plain = try encoder.run(message)
            return .success(grammar.transform?.wrap(plain) ?? plain)
        } catch {
            return .failure(error)
        }
    }

    /// Why encoding a decoded message gives other bytes than it was read from; nil where it gives the same.
    public func nonCanonicalReason(
        _ bytes: ArraySlice<UInt8>, _ message: Message, _ settings: MessageSettings = MessageSettings()
    ) -> String? {
        var settings = settings
        settings.direction = message.direction
        do throws(ProtocolError) {
            let written = try encode(message.value, settings)
            if bytes.elementsEqual(written) { return nil }
            let length = min(bytes.count, written.count)
            let place = zip(bytes, written).enumerated().first { $1.0 != $1.1 }?.offset ?? length
            guard place < length else {
                return "\(bytes.count) bytes, of which writing the message again gives \(written.count)"
            }
            return "byte \(place) is 0x\(String(bytes[bytes.startIndex + place], radix: 16)), "
                + "writing the message again gives 0x\(String(written[place], radix: 16))"
        } catch {
            return error.message
        }
    }
}

extension MessageSettings {
    fileprivate func with(_ preset: [String: Int64]) -> MessageSettings {
        guard !preset.isEmpty else { return self }
        var settings = self
        settings.context.merge(preset) { given, _ in given }
        return settings
    }
}

extension Result where Failure == DecodeFault {
    fileprivate func get(_ name: String) throws(ProtocolError) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let fault):
            throw .undecodable(
                name, at: fault.position, in: fault.path, fault.reason, isTruncated: fault.isTruncated)
        }
    }
}

extension Result where Failure == EncodeFault {
    fileprivate func get(_ name: String) throws(ProtocolError) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let fault): throw .unencodable(name, in: fault.path, fault.reason, hint: fault.hint)
        }
    }
}
