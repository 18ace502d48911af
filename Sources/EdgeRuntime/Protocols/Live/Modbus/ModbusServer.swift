import NIOCore
import NIOPosix
import Synchronization

/// A Modbus TCP device: it holds tables that the program sets and reads, and answers clients.
public final class ModbusServer: Endpoint {
    public struct Options: Sendable {
        /// How many elements each table has, from address 0 on; at most 65536.
        public var coils = 0
        public var discrete = 0
        public var input = 0
        public var holding = 0
        /// The units it answers for; empty for every unit.
        public var units: Set<UInt8> = []
        /// Points at which a client gets exception 4.
        public var faulty: [String] = []
        /// Connections at the same time.
        public var mostClients = 64
        /// Seconds after which a client that sends no whole request is sent away.
        public var idleTime: Double = 60

        public init() {}
    }

    /// Where it listens, with the port it was given.
    public let url: EndpointURL
    let memory: ModbusMemory
    let options: Options
    private let channel: any Channel
    private let clients: ModbusClients

    /// Begins to listen.
    ///
    /// - Throws: `N0001` where the URL names a unit that is none, `N0008` for sizes beyond 65536 and faulty points that
    ///   are none, `N0013` where the port is taken or not allowed.
    public static func serve(at url: EndpointURL, _ options: Options, _ wait: Wait) throws -> ModbusServer {
        var options = options
        if let unit = try ModbusClient.unit(of: url) { options.units.insert(unit) }
        for size in [options.coils, options.discrete, options.input, options.holding] where !(0...65536).contains(size)
        {
            throw EndpointError.point("\(size)", "a table has 0 to 65536 elements")
        }
        var faulty: Set<ModbusPoint> = []
        for point in options.faulty { faulty.insert(try ModbusPoint(point)) }
        let memory = ModbusMemory(
            .init(coils: options.coils, discrete: options.discrete, input: options.input, holding: options.holding),
            faulty: faulty)
        let clients = ModbusClients(most: options.mostClients)
        let (units, idleTime) = (options.units, options.idleTime)
        let binding = Monitor<Result<any Channel, EndpointError>?>(nil)
        ServerBootstrap(group: EventLoops.group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(ModbusFrameDecoder(), maximumBufferSize: 4096),
                        ModbusServerHandler(memory: memory, clients: clients, units: units, idleTime: idleTime),
                    ])
                }
            }
            .bind(host: url.host, port: url.port)
            .whenComplete { result in
                binding.update { $0 = result.mapError { .cannotListen(url, EventLoops.reason($0)) } }
            }
        guard let outcome = try binding.wait(wait, until: { $0 }) else {
            throw EndpointError.cannotListen(url, "the name of the host is not known in time")
        }
        let channel = try outcome.get()
        return ModbusServer(
            url: url.at(port: channel.localAddress?.port ?? url.port), channel, memory, clients, options)
    }

    private init(
        url: EndpointURL, _ channel: any Channel, _ memory: ModbusMemory, _ clients: ModbusClients, _ options: Options
    ) {
        self.url = url
        self.channel = channel
        self.memory = memory
        self.clients = clients
        self.options = options
    }

    public var status: EndpointStatus { clients.status }

    public func close() {
        channel.close(promise: nil)
        clients.close()
    }

    private func checkOpen() throws {
        if clients.status.state == .closed { throw EndpointError.closed(url) }
    }

    public func read(_ access: PointAccess, count: Int, _ wait: Wait) throws -> [CanonicalMessage.Value] {
        try checkOpen()
        let point = try ModbusPoint(access.point)
        if point.table.holdsBits { return try memory.bits(point, count: count).map { .bool($0) } }
        let registers = try point.registers(count: count, of: access.type)
        return try RegisterCodec.values(try memory.registers(point, count: registers), access)
    }

    public func write(_ access: PointAccess, _ values: [CanonicalMessage.Value], mask: UInt16?, _ wait: Wait) throws {
        try checkOpen()
        let point = try ModbusPoint(access.point)
        if point.table.holdsBits {
            try memory.set(point, bits: try ModbusWrites.bits(values, at: point))
        } else {
            try memory.set(point, registers: try RegisterCodec.registers(values, access), mask: mask ?? 0xFFFF)
        }
    }
}
