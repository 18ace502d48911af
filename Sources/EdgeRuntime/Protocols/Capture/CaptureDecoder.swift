/// Finds the messages of one protocol in a capture and reads them.
///
/// TCP is put in order and cut into messages by the grammar's framing; each connection keeps the context that its messages settle and
/// the requests that await their responses.
public struct CaptureDecoder {
    /// One message of a capture.
    public struct Frame: Sendable {
        /// The packet that completed it, from 1.
        public let number: Int
        /// Nanoseconds since 1970-01-01T00:00:00Z.
        public let time: Int64
        public let transport: CapturedDatagram.Transport
        public let source: String
        public let destination: String
        public let bytes: [UInt8]
        public let settings: MessageSettings
        /// The message, or why it is none.
        public let result: Result<ProtocolCodec.Message, ProtocolError>
        /// What was spread over several messages, where this one completes it: its bytes and what they say.
        public internal(set) var joined: Joined?
    }

    /// Parts of several messages, put together.
    public struct Joined: Sendable {
        public let bytes: [UInt8]
        public let result: Result<ProtocolCodec.Message, ProtocolError>
    }

    private let codec: ProtocolCodec
    private let ports: Set<Int>
    private var streams: [Flow: TCPStream] = [:]
    private var sessions: [Connection: Session] = [:]
    private var joiner: FragmentJoiner?

    private struct Flow: Hashable {
        let source: String
        let sourcePort: Int
        let destination: String
        let destinationPort: Int
    }

    /// Both directions of a flow.
    private struct Connection: Hashable {
        let ends: [String]
    }

    private struct Session {
        var context: [String: Int64] = [:]
        var requests: [String: FieldValue] = [:]
    }

    /// A connection keeps at most this many requests without a response.
    private static let maximumRequests = 256

    /// - Parameter ports: Of the servers, besides those that the grammar names.
    public init(_ codec: ProtocolCodec, ports: [Int] = []) {
        self.codec = codec
        joiner = codec.grammar.fragments.map { FragmentJoiner($0) }
        self.ports = Set(ports + codec.tcpPorts + codec.udpPorts)
    }

    /// The messages that a packet completes.
    public mutating func frames(of packet: CapturedPacket) -> [Frame] {
        guard let datagram = CapturedDatagram(packet), datagram.transport != .can else { return [] }
        let toServer = ports.contains(datagram.destinationPort)
        let fromServer = ports.contains(datagram.sourcePort)
        guard toServer || fromServer else { return [] }
        let direction: MessageDirection? = toServer == fromServer ? nil : toServer ? .request : .response
        var messages: [[UInt8]] = []
        if datagram.transport == .tcp, let framing = codec.framing {
            let flow = Flow(
                source: datagram.source, sourcePort: datagram.sourcePort, destination: datagram.destination,
                destinationPort: datagram.destinationPort)
            var stream = streams.removeValue(forKey: flow) ?? TCPStream()
            stream.add(datagram, start: codec.grammar.framingStart)
            stream.skip(to: codec.grammar.framingStart)
            while let length = framing.messageLength(stream.buffer[...], codec.grammar.transform), length > 0 {
                if length > 1 << 20 {
                    stream.discard()
                    break
                }
                guard stream.buffer.count >= length else { break }
                messages.append(stream.take(length))
                stream.skip(to: codec.grammar.framingStart)
            }
            streams[flow] = stream
        } else if !datagram.payload.isEmpty {
            messages = [Array(datagram.payload)]
        }
        return messages.map { read($0, datagram, direction) }
    }

    private mutating func read(
        _ bytes: [UInt8], _ datagram: CapturedDatagram, _ direction: MessageDirection?
    ) -> Frame {
        let source = "\(datagram.source):\(datagram.sourcePort)"
        let destination = "\(datagram.destination):\(datagram.destinationPort)"
        let connection = Connection(ends: [source, destination].sorted())
        var session = sessions[connection] ?? Session()
        var settings = MessageSettings(direction: direction, context: session.context)
        var result = codec.reading(bytes, settings)
        if case .success(let message) = result {
            for variable in codec.context {
                if let value = message.value[anywhere: variable.name]?.integer {
                    session.context[variable.name] = value
                }
            }
            if !codec.grammar.pair.isEmpty {
                let key = codec.grammar.pair.map { "\(message.value[$0]?.brief ?? "")" }.joined(separator: " ")
                if message.direction == .response, let request = session.requests.removeValue(forKey: key) {
                    settings.request = request
                    let again = codec.reading(bytes, settings)
                    if case .success = again { result = again } else { settings.request = nil }
                } else if message.direction == .request {
                    if session.requests.count >= CaptureDecoder.maximumRequests { session.requests = [:] }
                    session.requests[key] = message.value
                }
            }
        }
        sessions[connection] = session
        var frame = Frame(
            number: datagram.number, time: datagram.time, transport: datagram.transport, source: source,
            destination: destination, bytes: bytes, settings: settings, result: result)
        if let whole = codec.joined, case .success(let message) = result,
            let bytes = joiner?.add(message.value, flow: source + " " + destination)
        {
            frame.joined = Joined(bytes: bytes, result: whole.reading(bytes, MessageSettings(direction: direction)))
        }
        return frame
    }
}

extension ProtocolCodec {
    fileprivate func reading(_ bytes: [UInt8], _ settings: MessageSettings) -> Result<Message, ProtocolError> {
        do throws(ProtocolError) {
            return .success(try decode(bytes, settings))
        } catch {
            return .failure(error)
        }
    }
}

extension FieldValue {
    /// The first field of a name in a record or the records directly in it.
    fileprivate subscript(anywhere name: String) -> FieldValue? {
        guard case .record(let fields) = self else { return nil }
        if let found = self[name] { return found }
        for field in fields {
            if let found = field.value[name] { return found }
        }
        return nil
    }
}
