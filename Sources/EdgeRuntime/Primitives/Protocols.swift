import EdgeLang
import EdgeProtocols

extension Primitives {
    /// Reading and writing messages of protocols by their grammars.
    static func protocols(_ environment: RuntimeEnvironment) -> [BuiltinSpec] {
        let library = ProtocolLibrary()
        return [
            BuiltinSpec(
                "protocols", "Lists the protocols that edgesh knows a grammar of.",
                returns: "one record a protocol: name, title, framing and ports", type: "list of record",
                effects: [], topic: "Protocols", seeAlso: ["decode", "identify"],
                examples: [Example("\"mqtt\" in (protocols() |> map(p => p.name))", "true")]
            ) { _ in
                PlainValue.list(try library.all().map { $0.summary })
            },
            BuiltinSpec(
                "decode", "Reads a message of a protocol from bytes.",
                .value("bytes", ByteString.self, "the message"),
                .label(
                    "protocol", String.self, default: "auto",
                    "a name of `protocols()`, the path of a grammar of your own, or \"auto\""),
                .label("direction", MessageSide?.self, "who sends it; without it, what the bytes fit better"),
                .label("context", PlainValue?.self, "numbers that earlier messages have settled: `{version: 5}`"),
                .label("request", PlainValue?.self, "the decoded request that this message answers"),
                returns: "the fields of the message; numbers with names are their names", type: "any",
                effects: [.readsFiles],
                details: """
                    What follows from the rest of a message is checked and left out: constants, lengths, counts and checksums. A part
                    of the wire that the grammar does not know is kept as bytes, so that `encode` gives the same bytes again.
                    """,
                topic: "Protocols", seeAlso: ["encode", "identify", "translate", "protocols"],
                examples: [
                    Example("decode(hex\"0007 0000 0006 01 03 0064 000A\", protocol: \"modbus-tcp\").start", "100"),
                    Example("decode(hex\"320B 0003 612F62 0007 32312E35\").body.payload", "\"21.5\""),
                ]
            ) { context, bytes, name, direction, settled, request in
                let settings = try messageSettings(direction, settled, request)
                if name == "auto" {
                    let candidates = ProtocolIdentifier(try library.all()).candidates(bytes.bytes)
                    guard let best = candidates.first else { throw unidentified(bytes.bytes) }
                    if settings.direction == nil, settled == nil, request == nil {
                        return PlainValue(best.message.value)
                    }
                    return PlainValue(try library.codec(best.name).decode(bytes.bytes, settings).value)
                }
                let codec = try codec(name, library, context)
                return PlainValue(try codec.decode(bytes.bytes, settings).value)
            },
            BuiltinSpec(
                "encode", "Writes a message of a protocol as bytes.",
                .value("message", PlainValue.self, "its fields, as `decode` gives them"),
                .label("protocol", String.self, "a name of `protocols()`, or the path of a grammar of your own"),
                .label("direction", MessageSide?.self, "who sends it; without it, the side that has all the fields"),
                .label("context", PlainValue?.self, "numbers that earlier messages have settled: `{version: 5}`"),
                returns: "the bytes; lengths, counts and checksums are computed", type: "bytes",
                effects: [.readsFiles],
                topic: "Protocols", seeAlso: ["decode", "translate"],
                examples: [
                    Example(
                        "encode({transaction: 7, unit: 1, exception: false, function: \"read_coils\", start: 0, count: 8}, "
                            + "protocol: \"modbus-tcp\")", "hex\"00 07 00 00 00 06 01 01 00 00 00 08\"")
                ]
            ) { context, message, name, direction, settled in
                let codec = try codec(name, library, context)
                return ByteString(
                    try codec.encode(try FieldValue(message), try messageSettings(direction, settled, nil)))
            },
            BuiltinSpec(
                "identify", "Ranks the protocols that bytes may be a message of, by their structure alone.",
                .value("bytes", ByteString.self, "one message"),
                .label("port", Int?.self, in: 1...65535, "the server's port, where it is known"),
                returns: "the likeliest first: protocol, direction, confidence, evidence in bits, canonical",
                type: "list of record",
                details: """
                    A grammar fits where it takes all the bytes. Its evidence counts the bits that had to be as they are: constants,
                    lengths that agree, checksums, known names. Short messages fit many grammars.
                    """,
                topic: "Protocols", seeAlso: ["decode", "protocols"],
                examples: [
                    Example("identify(hex\"0007 0000 0006 01 03 0064 000A\")[0].protocol", "\"modbus-tcp\"")
                ]
            ) { _, bytes, port in
                PlainValue.list(
                    ProtocolIdentifier(try library.all()).candidates(bytes.bytes, port: port).map { candidate in
                        .record([
                            .init("protocol", .string(candidate.name)),
                            .init("direction", candidate.direction.map { .string($0.rawValue) } ?? .null),
                            .init("confidence", .float((candidate.confidence * 1000).rounded() / 1000)),
                            .init("evidence", .int(candidate.evidence)),
                            .init("canonical", .bool(candidate.isCanonical)),
                        ])
                    })
            },
            BuiltinSpec(
                "translate", "Reads a message of one protocol and writes its values in another, by a map.",
                .value("message", OneOf<ByteString, PlainValue>.self, "the bytes, or a message that `decode` gave"),
                .label("from", String.self, "the protocol of the message"),
                .label("to", String?.self, "the protocol to write; without it, the values themselves are the result"),
                .label(
                    "map", PlainValue?.self,
                    "what the fields mean and what to write; what it leaves out, the grammars' own maps say"),
                .label("source", String.self, default: "", "what sent the message"),
                .label("time", Int?.self, "when, in milliseconds since 1970"),
                returns: "the messages of the other protocol as bytes, or a record for each value", type: "list",
                effects: [.readsFiles],
                details: """
                    Most grammars have a map of their own: `translate(frame, from: "iec104", to: "mqtt")` needs no more. A map has
                    `points`, each with `name`, `at` (the path of a field, such as `body.payload`), and for registers `index`,
                    `type` (u16 i16 u32 i32 u64 i64 f32 f64) and `order` (ABCD CDAB BADC DCBA); also `scale`, `offset`, `unit`,
                    `invalid` and `when`; `each` names lists whose elements are a point each. Its `message` is what is written for each
                    point, with "{name}", "{value}", "{unit}", "{quality}", "{source}" and "{time}" in it; with `together: true` all
                    points go into one message, in which a list of one element repeats for each point. `{json: …}` writes its content
                    as text, `{words: "{value}", type: "f32", order: "CDAB"}` as registers.
                    """,
                topic: "Protocols", seeAlso: ["decode", "encode"],
                examples: [
                    Example(
                        """
                        let reading = hex"0001 0000 0007 01 03 04 41AC 0000"
                        let map = {
                          points: [{name: "temperature", at: "registers", type: "f32", unit: "Cel"}],
                          message: {packet: "publish", body: {topic: "plant/{name}", payload: {json: {value: "{value}", unit: "{unit}"}}}}
                        }
                        let [sent] = translate(reading, from: "modbus-tcp", to: "mqtt", map: map)
                        decode(sent, protocol: "mqtt").body.payload
                        """, "\"{\\\"value\\\": 21.5, \\\"unit\\\": \\\"Cel\\\"}\"")
                ]
            ) { context, message, from, to, map, source, time in
                let codec = try codec(from, library, context)
                let value: FieldValue
                switch message {
                case .first(let bytes): value = try codec.decode(bytes.bytes).value
                case .second(let plain): value = try FieldValue(plain)
                }
                let target = try to.map { try self.codec($0, library, context) }
                let points = try self.points(try map.map { try PointMap(try FieldValue($0)) }, codec, target)
                let (time, isOver) = (time ?? 0).multipliedReportingOverflow(by: 1_000_000)
                let timestamp = time == 0 || isOver ? nil : Int64(time)
                let messages = try points.messages(value, source: source, timestamp: timestamp)
                guard let target else { return PlainValue.list(messages.map { $0.plain }) }
                return PlainValue.list(
                    try Translator(points).messages(messages).map { .bytes(try target.encode($0)) })
            },
            BuiltinSpec(
                "read_capture", "Reads the packets of a capture (pcap, pcapng), or the messages of a protocol in it.",
                .value("path", String.self, "the file"),
                .label("protocol", String?.self, "whose messages to read; without it, the packets themselves"),
                .label("port", Int?.self, in: 1...65535, "a port of the servers, besides the usual ones"),
                returns:
                    "one record a packet or message: number, time (seconds), transport, source, destination, bytes; with a protocol also direction, message, problem and joined",
                type: "list of record", effects: [.readsFiles],
                details: """
                    TCP is put in order and cut into messages. A message that cannot be read has `message: null` and says why in
                    `problem`. Where a protocol spreads one message over several (DNP3), the last of them has the whole in `joined`.
                    """,
                topic: "Protocols", seeAlso: ["decode", "identify"],
                examples: [
                    .needs("plant.pcap", code: "read_capture(\"plant.pcap\", protocol: \"modbus-tcp\") |> count")
                ]
            ) { context, path, name, port in
                try context.authorize(.readFile(path))
                let packets = try CaptureFile.read(path)
                guard let name else {
                    return PlainValue.list(packets.compactMap { CapturedDatagram($0)?.plain })
                }
                var decoder = CaptureDecoder(try codec(name, library, context), ports: port.map { [$0] } ?? [])
                var rows: [PlainValue] = []
                for (place, packet) in packets.enumerated() {
                    if place % 1024 == 0 { try context.checkCancellation() }
                    rows += decoder.frames(of: packet).map { $0.plain }
                }
                return PlainValue.list(rows)
            },
        ]
    }

    /// A protocol of the library, or a grammar file of the user's.
    static func codec(
        _ name: String, _ library: ProtocolLibrary, _ context: CallContext
    ) throws -> ProtocolCodec {
        if name.contains("/") || name.hasSuffix(".yaml") { try context.authorize(.readFile(name)) }
        return try library.codec(name)
    }

    static func messageSettings(
        _ direction: MessageSide?, _ context: PlainValue?, _ request: PlainValue?
    ) throws -> MessageSettings {
        var settings = MessageSettings(direction: direction?.direction)
        if let context {
            guard case .record(let fields) = context else {
                throw RuntimeError(.unsuitableValue, "`context` is a record of whole numbers, such as {version: 5}")
            }
            for field in fields {
                guard case .int(let value) = field.value else {
                    throw RuntimeError(.unsuitableValue, "`context` is a record of whole numbers, such as {version: 5}")
                }
                settings.context[field.key] = Int64(value)
            }
        }
        settings.request = try request.map { try FieldValue($0) }
        return settings
    }

    /// What a message means and what to write: what the script says, else what the grammars say.
    private static func points(_ given: PointMap?, _ source: ProtocolCodec, _ target: ProtocolCodec?) throws -> PointMap
    {
        var points = given
        if given?.hasPoints != true {
            guard let own = try source.map.map({ try PointMap($0) }), own.hasPoints else {
                throw RuntimeError(
                    "P0007",
                    "the grammar of \(source.name) does not say what its fields mean; give `points` with `map:`")
            }
            points = given.map { own.writing(as: $0) } ?? own
        }
        guard let points else { throw RuntimeError("P0007", "a map is needed") }
        guard let target, given?.hasMessage != true, let own = try target.map.map({ try PointMap($0) }), own.hasMessage
        else { return points }
        return points.writing(as: own)
    }

    private static func unidentified(_ bytes: [UInt8]) -> RuntimeError {
        RuntimeError(
            "P0006",
            "no known protocol fits these \(bytes.count) bytes; name one with `protocol:` to see where it fails")
    }
}

/// Who sends a message, as an argument.
enum MessageSide: String, BuiltinChoice {
    case request, response

    var direction: MessageDirection {
        switch self {
        case .request: .request
        case .response: .response
        }
    }
}

extension ProtocolCodec {
    /// What `protocols()` shows.
    fileprivate var summary: PlainValue {
        let framing: String
        switch self.framing {
        case .length: framing = "length"
        case .delimiter: framing = "delimiter"
        case nil: framing = "packet"
        }
        return .record([
            .init("name", .string(name)), .init("title", .string(title)), .init("framing", .string(framing)),
            .init("tcp", .list(tcpPorts.map { .int($0) })), .init("udp", .list(udpPorts.map { .int($0) })),
        ])
    }
}

extension CanonicalMessage {
    /// The value with its meaning, as a record.
    fileprivate var plain: PlainValue {
        let shown: PlainValue
        switch value {
        case .bool(let flag): shown = .bool(flag)
        case .int(let whole): shown = .int(Int(whole))
        case .real(let real): shown = .float(real)
        case .text(let text): shown = .string(text)
        case .bytes(let bytes): shown = .bytes(bytes)
        }
        return .record([
            .init("source", .string(source)), .init("address", .string(address)), .init("name", .string(name)),
            .init("value", shown), .init("unit", unit.map { .string($0) } ?? .null),
            .init("quality", .string(quality.rawValue)),
            .init("time", timestamp.map { .int(Int($0 / 1_000_000)) } ?? .null),
        ])
    }
}

extension CapturedDatagram {
    /// A row of `read_capture`.
    fileprivate var plain: PlainValue {
        .record([
            .init("number", .int(number)), .init("time", .float(Double(time) / 1e9)),
            .init("transport", .string(transport.rawValue)), .init("source", .string("\(source):\(sourcePort)")),
            .init("destination", .string("\(destination):\(destinationPort)")), .init("bytes", .bytes(Array(payload))),
        ])
    }
}

extension CaptureDecoder.Frame {
    /// A row of `read_capture` with a protocol.
    fileprivate var plain: PlainValue {
        var message = PlainValue.null
        var problem = PlainValue.null
        var direction = settings.direction
        switch result {
        case .success(let read):
            message = PlainValue(read.value)
            direction = read.direction
        case .failure(let error): problem = .string(error.message)
        }
        var whole = PlainValue.null
        switch joined?.result {
        case .success(let read): whole = PlainValue(read.value)
        case .failure(let error): problem = .string(error.message)
        case nil: break
        }
        return .record([
            .init("number", .int(number)), .init("time", .float(Double(time) / 1e9)),
            .init("transport", .string(transport.rawValue)), .init("source", .string(source)),
            .init("destination", .string(destination)), .init("bytes", .bytes(bytes)),
            .init("direction", direction.map { .string($0.rawValue) } ?? .null), .init("message", message),
            .init("problem", problem), .init("joined", whole),
        ])
    }
}
