import NIOCore
import NIOPosix

/// A client of a Modbus TCP device.
///
/// Callers put requests into a bounded queue and wait; the thread of SwiftNIO sends them, matches answers by their transaction
/// identifier, and connects again with growing pauses when the connection breaks. A read that was under way then is
/// asked again; a write is not: its caller is told that nobody knows whether it was carried out.
public final class ModbusClient: Endpoint {
    public struct Options: Sendable {
        /// Requests that are sent before the first of them is answered. Many devices can do with one only.
        public var inFlight = 1
        /// Requests that may wait to be sent.
        public var queueLength = 256
        public var backoff = Backoff()
        /// The unit that is meant where neither the call nor the URL says.
        public var unit: UInt8 = 1

        public init() {}
    }

    public let url: EndpointURL
    let options: Options
    let unit: UInt8
    let monitor: Monitor<State>

    /// A request and who waits for it.
    struct Exchange: Sendable {
        let id: UInt64
        let unit: UInt8
        let request: ModbusRequest
        var attempts = 0
    }

    enum Link: Sendable {
        case down
        case up(any Channel)
        case closed
    }

    struct State: Sendable {
        var link = Link.down
        var waiting: [Exchange] = []
        var inFlight: [UInt16: Exchange] = [:]
        var outcomes: [UInt64: Result<ModbusAnswer, EndpointError>] = [:]
        var nextTransaction: UInt16 = 1
        var nextExchange: UInt64 = 0
        var backoff: Backoff
        var status = EndpointStatus(.connecting)
        var hasFailed = false
    }

    /// Reads that are asked again after a loss, at most so often.
    private static let mostAttempts = 3

    /// Begins to connect.
    ///
    /// - Throws: `N0001` where the path of the URL is not a unit.
    init(_ url: EndpointURL, _ options: Options = Options()) throws(EndpointError) {
        self.url = url
        self.options = options
        unit = try ModbusClient.unit(of: url) ?? options.unit
        monitor = Monitor(State(backoff: options.backoff))
        open()
    }

    /// Connects.
    ///
    /// - Parameter insists: Whether to try again until the time is up where the peer cannot be reached.
    /// - Throws: `N0003`.
    public static func connect(
        to url: EndpointURL, options: Options = Options(), insists: Bool = false, _ wait: Wait
    ) throws -> ModbusClient {
        let client = try ModbusClient(url, options)
        do {
            let isUp: Bool? = try client.monitor.wait(wait) { state in
                if case .up = state.link { return true }
                return state.hasFailed && !insists ? false : nil
            }
            if isUp == true { return client }
            throw EndpointError.unreachable(url, client.status.lastProblem ?? "no answer")
        } catch {
            client.close()
            throw error
        }
    }

    /// The unit that the path of a URL names.
    static func unit(of url: EndpointURL) throws(EndpointError) -> UInt8? {
        if url.path.isEmpty { return nil }
        guard url.path.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let unit = UInt8(url.path) else {
            throw .address("\(url)", "behind the port stands the unit, a number from 0 to 255")
        }
        return unit
    }

    public var status: EndpointStatus { monitor.update { $0.status } }

    public func close() {
        let channel: (any Channel)? = monitor.update { state in
            defer {
                state.link = .closed
                state.status.state = .closed
            }
            for exchange in state.waiting + state.inFlight.values {
                state.outcomes[exchange.id] = .failure(.closed(url))
            }
            state.waiting = []
            state.inFlight = [:]
            if case .up(let channel) = state.link { return channel }
            return nil
        }
        channel?.close(promise: nil)
    }

    // MARK: One request

    /// Sends a request and waits for its answer.
    func ask(_ request: ModbusRequest, unit: UInt8, _ wait: Wait) throws -> ModbusAnswer {
        let id = try monitor.update { state throws(EndpointError) -> UInt64 in
            if case .closed = state.link { throw .closed(url) }
            guard state.waiting.count < options.queueLength else { throw .full(url, options.queueLength) }
            state.nextExchange += 1
            state.waiting.append(Exchange(id: state.nextExchange, unit: unit, request: request))
            return state.nextExchange
        }
        pump()
        do {
            let outcome = try monitor.wait(wait) { $0.outcomes.removeValue(forKey: id) }
            if let outcome { return try outcome.get() }
        } catch {
            abandon(id)
            pump()
            throw error
        }
        let error = monitor.update { state in timeout(id, request, unit, &state) }
        abandon(id)
        pump()
        throw error
    }

    private func timeout(_ id: UInt64, _ request: ModbusRequest, _ unit: UInt8, _ state: inout State) -> EndpointError {
        let isSent = state.inFlight.values.contains { $0.id == id }
        guard isSent else {
            if case .up = state.link {
                return .noAnswer(
                    url, to: "the requests before \(request.text)", hint: "the device is slow: give it a longer timeout"
                )
            }
            return .unreachable(url, state.status.lastProblem ?? "no connection")
        }
        if !request.isRepeatable { state.status.uncertain += 1 }
        return .noAnswer(
            url, to: request.text,
            hint: request.isRepeatable
                ? "check the unit, \(unit) here: devices are silent to others; or give it a longer timeout"
                : "nobody knows whether it was carried out: read the value back before writing again")
    }

    /// Nobody waits any more: an answer that comes later is stray.
    private func abandon(_ id: UInt64) {
        monitor.update { state in
            state.waiting.removeAll { $0.id == id }
            for (transaction, exchange) in state.inFlight where exchange.id == id { state.inFlight[transaction] = nil }
            state.outcomes[id] = nil
        }
    }

    /// Sends what waits, as far as the device takes it.
    private func pump() {
        // Written under the lock: frames of several callers must not overtake each other.
        monitor.update { state in
            guard case .up(let channel) = state.link else { return }
            while state.inFlight.count < options.inFlight, !state.waiting.isEmpty {
                var exchange = state.waiting.removeFirst()
                exchange.attempts += 1
                while state.inFlight[state.nextTransaction] != nil { state.nextTransaction &+= 1 }
                let transaction = state.nextTransaction
                state.nextTransaction &+= 1
                state.inFlight[transaction] = exchange
                state.status.sent += 1
                var pdu = ByteBuffer()
                exchange.request.write(into: &pdu)
                var buffer = channel.allocator.buffer(capacity: pdu.readableBytes + 7)
                ModbusFrame(transaction: transaction, unit: exchange.unit, pdu: pdu).write(into: &buffer)
                channel.writeAndFlush(buffer, promise: nil)
            }
        }
    }

    // MARK: The connection, on the thread of SwiftNIO

    private func open() {
        ClientBootstrap(group: EventLoops.group)
            .connectTimeout(.seconds(5))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(ModbusFrameDecoder(), maximumBufferSize: 4096),
                        ModbusClientHandler(self),
                    ])
                }
            }
            .connect(host: url.host, port: url.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): self.opened(channel)
                case .failure(let error): self.failed(EventLoops.reason(error))
                }
            }
    }

    private func opened(_ channel: any Channel) {
        let isWanted = monitor.update { state in
            if case .closed = state.link { return false }
            if state.status.state == .reconnecting { state.status.reconnects += 1 }
            state.link = .up(channel)
            state.status.state = .connected
            return true
        }
        guard isWanted else { return channel.close(promise: nil) }
        // It may have been lost before it was known.
        if channel.isActive { pump() } else { lost(channel, "closed by the peer") }
    }

    private func failed(_ reason: String) {
        monitor.update { state in
            state.status.lastProblem = reason
            state.hasFailed = true
        }
        openLater()
    }

    private func openLater() {
        let delay: Double? = monitor.update { state in
            if case .closed = state.link { return nil }
            return state.backoff.next()
        }
        guard let delay else { return }
        EventLoops.group.next().scheduleTask(in: .nanoseconds(Int64(delay * 1e9))) { [weak self] in
            guard let self else { return }
            if case .closed = self.monitor.update({ $0.link }) { return }
            self.open()
        }
    }

    func lost(_ channel: any Channel, _ reason: String) {
        let wasUp = monitor.update { state in
            guard case .up(let current) = state.link, current === channel else { return false }
            state.link = .down
            state.status.state = .reconnecting
            state.status.lastProblem = reason
            for exchange in state.inFlight.values.sorted(by: { $0.id > $1.id }) {
                if exchange.request.isRepeatable, exchange.attempts < ModbusClient.mostAttempts {
                    state.waiting.insert(exchange, at: 0)
                } else {
                    state.outcomes[exchange.id] = .failure(brokenDuring(exchange.request, reason, &state))
                }
            }
            state.inFlight = [:]
            return true
        }
        if wasUp { openLater() }
    }

    private func brokenDuring(_ request: ModbusRequest, _ reason: String, _ state: inout State) -> EndpointError {
        if request.isRepeatable {
            return .lost(url, "again and again during \(request.text): \(reason)", hint: "look at the device")
        }
        state.status.uncertain += 1
        return .lost(
            url, "during \(request.text): \(reason)",
            hint: "nobody knows whether it was carried out: read the value back before writing again")
    }

    func received(_ frame: ModbusFrame, on channel: any Channel) {
        monitor.update { state in
            guard let exchange = state.inFlight.removeValue(forKey: frame.transaction) else {
                state.status.stray += 1
                return
            }
            state.backoff.reset()
            state.status.received += 1
            var pdu = frame.pdu
            if frame.unit != exchange.unit {
                state.outcomes[exchange.id] = .failure(
                    .protocolBroken(url, "unit \(frame.unit) answered in place of unit \(exchange.unit)"))
            } else if let answer = ModbusAnswer.read(&pdu, for: exchange.request) {
                state.outcomes[exchange.id] = .success(answer)
            } else {
                state.outcomes[exchange.id] = .failure(
                    .protocolBroken(url, "what came is no answer to \(exchange.request.text)"))
            }
        }
        pump()
    }
}

/// Hands what arrives to its client.
private final class ModbusClientHandler: ChannelInboundHandler {
    typealias InboundIn = ModbusFrame
    private let client: ModbusClient
    private var problem: String?

    init(_ client: ModbusClient) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.received(unwrapInboundIn(data), on: context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        problem = (error as? ModbusFrameError)?.text ?? EventLoops.reason(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.lost(context.channel, problem ?? "closed by the peer")
    }
}
