import NIOCore
import Synchronization

/// The connections of a server, so that they stay few: one too many takes the place of the oldest that has never sent a whole request,
/// and is itself sent away where there is none.
final class ModbusClients: Sendable {
    private struct Entry: Sendable {
        let channel: any Channel
        var hasSpoken = false
    }

    private struct State: Sendable {
        // In the order they came.
        var entries: [Entry] = []
        var status = EndpointStatus(.serving)
    }

    private let most: Int
    private let state = Mutex(State())

    init(most: Int) { self.most = max(1, most) }

    var status: EndpointStatus {
        state.withLock { state in
            var status = state.status
            status.clients = state.entries.count
            return status
        }
    }

    /// - Returns: the connection that has to go.
    func admit(_ channel: any Channel) -> (any Channel)? {
        state.withLock { state in
            if state.status.state == .closed { return channel }
            var loser: (any Channel)?
            if state.entries.count >= most {
                state.status.refused += 1
                guard let silent = state.entries.firstIndex(where: { !$0.hasSpoken }) else { return channel }
                loser = state.entries.remove(at: silent).channel
            }
            state.entries.append(Entry(channel: channel))
            return loser
        }
    }

    func leave(_ channel: any Channel) {
        state.withLock { state in state.entries.removeAll { $0.channel === channel } }
    }

    func hasSpoken(_ channel: any Channel) {
        state.withLock { state in
            guard let place = state.entries.firstIndex(where: { $0.channel === channel }) else { return }
            state.entries[place].hasSpoken = true
        }
    }

    func count(refused: Bool, _ problem: String?) {
        state.withLock { state in
            state.status.received += 1
            state.status.sent += 1
            if refused { state.status.refused += 1 }
            if let problem { state.status.lastProblem = problem }
        }
    }

    func note(_ problem: String) {
        state.withLock { state in
            state.status.refused += 1
            state.status.lastProblem = problem
        }
    }

    func close() {
        let channels = state.withLock { state in
            state.status.state = .closed
            defer { state.entries = [] }
            return state.entries.map(\.channel)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

/// Serves one client.
final class ModbusServerHandler: ChannelInboundHandler {
    typealias InboundIn = ModbusFrame
    typealias OutboundOut = ByteBuffer

    private let memory: ModbusMemory
    private let clients: ModbusClients
    private let units: Set<UInt8>
    private let idleTime: TimeAmount
    private var goodbye: Scheduled<Void>?
    private var lastRequest = NIODeadline.now()
    private var hasSpoken = false

    init(memory: ModbusMemory, clients: ModbusClients, units: Set<UInt8>, idleTime: Double) {
        self.memory = memory
        self.clients = clients
        self.units = units
        self.idleTime = .nanoseconds(Int64(min(max(idleTime, 0.001), 1e9) * 1e9))
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        if let loser = clients.admit(channel) { loser.close(promise: nil) }
        watch(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        goodbye?.cancel()
        clients.leave(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if !hasSpoken {
            hasSpoken = true
            clients.hasSpoken(context.channel)
        }
        lastRequest = .now()
        var answer = ModbusFrame(transaction: frame.transaction, unit: frame.unit, pdu: ByteBuffer())
        let exception = serve(frame, into: &answer.pdu)
        clients.count(refused: exception != nil, exception.map { "a client got exception \($0.rawValue), \($0.name)" })
        var buffer = context.channel.allocator.buffer(capacity: answer.pdu.readableBytes + 7)
        answer.write(into: &buffer)
        context.write(wrapOutboundOut(buffer), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    /// A client that does not take its answers is not listened to until it does.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        _ = context.channel.setOption(.autoRead, value: context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        clients.note((error as? ModbusFrameError)?.text ?? EventLoops.reason(error))
        context.close(promise: nil)
    }

    private func serve(_ frame: ModbusFrame, into pdu: inout ByteBuffer) -> ModbusException? {
        var asked = frame.pdu
        let function = asked.getInteger(at: asked.readerIndex, as: UInt8.self) ?? 0
        do throws(ModbusException) {
            guard units.isEmpty || units.contains(frame.unit) else { throw .gatewayTarget }
            let request = try ModbusRequest.read(&asked)
            let answer = memory.answer(request)
            if case .exception(let exception) = answer { throw exception }
            answer.write(into: &pdu, for: request)
            return nil
        } catch {
            ModbusAnswer.write(error, function: function, into: &pdu)
            return error
        }
    }

    /// Sends the client away when it has not sent a whole request for too long.
    private func watch(_ context: ChannelHandlerContext) {
        let silence = NIODeadline.now() - lastRequest
        guard silence < idleTime else {
            clients.note("a client sent nothing for too long")
            return context.close(promise: nil)
        }
        goodbye = context.eventLoop.assumeIsolated().scheduleTask(in: idleTime - silence) { self.watch(context) }
    }
}
