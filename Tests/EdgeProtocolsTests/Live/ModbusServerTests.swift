import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// Our server against frames that no honest client sends.
@Suite struct ModbusServerTests {
    private func serve(_ change: (inout ModbusServer.Options) -> Void = { _ in }) throws -> ModbusServer {
        var options = ModbusServer.Options()
        options.coils = 16
        options.holding = 16
        change(&options)
        return try ModbusServer.serve(
            at: EndpointURL("modbus-tcp://:0", isListening: true), options, Wait(seconds: 5))
    }

    /// Sends bytes and gives what comes back within a time; nil where the server closes the connection.
    private func answer(_ bytes: [UInt8], from server: ModbusServer, seconds: Double = 2) throws -> [UInt8]? {
        let socket = try PlainSocket(port: server.url.port)
        socket.send(bytes)
        return socket.receive(seconds: seconds)
    }

    @Test func itListensOnTheLoopbackInterfaceUnlessToldOtherwise() throws {
        let server = try serve()
        defer { server.close() }
        #expect(server.url.host == "127.0.0.1")
        #expect(server.url.port > 0)
    }

    @Test func framesOfAnotherProtocolEndTheConnection() throws {
        let server = try serve()
        defer { server.close() }
        #expect(try answer([0, 1, 0, 9, 0, 6, 1, 3, 0, 0, 0, 1], from: server) == nil)
        #expect(try answer(Array("GET / HTTP/1.1\r\n\r\n".utf8), from: server) == nil)
        #expect(server.status.lastProblem?.contains("protocol identifier") == true)
    }

    @Test func impossibleLengthsEndTheConnection() throws {
        let server = try serve()
        defer { server.close() }
        for length: [UInt8] in [[0, 0], [0, 1], [0, 255], [0xFF, 0xFF]] {
            #expect(try answer([0, 1, 0, 0] + length + [1, 3, 0, 0, 0, 1], from: server) == nil)
        }
    }

    @Test func wrongCountsGetException3AndUnknownFunctionsException1() throws {
        let server = try serve()
        defer { server.close() }
        let cases: [(pdu: [UInt8], exception: [UInt8])] = [
            ([0x03, 0, 0, 0, 0], [0x83, 3]), ([0x03, 0, 0, 0, 126], [0x83, 3]), ([0x03, 0, 0, 0], [0x83, 3]),
            ([0x03, 0, 0, 0, 1, 9], [0x83, 3]), ([0x01, 0, 0, 0x07, 0xD1], [0x81, 3]),
            ([0x05, 0, 0, 1, 1], [0x85, 3]),
            ([0x10, 0, 0, 0, 2, 2, 0, 1], [0x90, 3]), ([0x0F, 0, 0, 0, 9, 1, 0], [0x8F, 3]),
            ([0x2B, 0x0E, 1, 0], [0xAB, 1]), ([0x03, 0, 15, 0, 2], [0x83, 2]),
            ([0x03, 0xFF, 0xFF, 0, 125], [0x83, 2]),
        ]
        for (pdu, exception) in cases {
            let length = [0, UInt8(pdu.count + 1)]
            #expect(try answer([0, 7, 0, 0] + length + [1] + pdu, from: server) == [0, 7, 0, 0, 0, 3, 1] + exception)
        }
    }

    @Test func aTruncatedFrameIsWaitedForAndThenGivenUp() throws {
        let server = try serve { $0.idleTime = 0.2 }
        defer { server.close() }
        let socket = try PlainSocket(port: server.url.port)
        socket.send([0, 1, 0, 0, 0, 6, 1, 3, 0])
        #expect(socket.receive(seconds: 5) == nil)
        #expect(server.status.lastProblem == "a client sent nothing for too long")
    }

    @Test func piecesOfAFrameAreJoined() throws {
        let server = try serve()
        defer { server.close() }
        let socket = try PlainSocket(port: server.url.port)
        for byte: UInt8 in [0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1] {
            socket.send([byte])
            usleep(2_000)
        }
        #expect(socket.receive(seconds: 5) == [0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 0])
    }

    @Test func silentConnectionsMakePlaceForThoseThatSpeak() throws {
        let server = try serve { $0.mostClients = 8 }
        defer { server.close() }
        let silent = try (0..<40).map { _ in try PlainSocket(port: server.url.port) }
        let client = try ModbusClient.connect(to: server.url, Wait(seconds: 5))
        defer { client.close() }
        #expect(try client.read(PointAccess("holding/0"), count: 1, Wait(seconds: 5)) == [.int(0)])
        #expect(server.status.clients <= 8)
        #expect(server.status.refused >= 32)
        #expect(silent.count == 40)
        // One that has spoken keeps its place.
        let more = try (0..<20).map { _ in try PlainSocket(port: server.url.port) }
        #expect(try client.read(PointAccess("holding/0"), count: 1, Wait(seconds: 5)) == [.int(0)])
        #expect(more.count == 20)
        #expect(client.status.reconnects == 0)
    }

    @Test func aPortThatIsTakenIsAnError() throws {
        let server = try serve()
        defer { server.close() }
        let error = #expect(throws: EndpointError.self) {
            try ModbusServer.serve(at: server.url, ModbusServer.Options(), Wait(seconds: 5))
        }
        #expect(error?.code == "N0013")
    }

    @Test func itsTablesEndWhereTheyEnd() throws {
        let server = try serve()
        defer { server.close() }
        #expect(throws: EndpointError.self) {
            try server.read(PointAccess("holding/15", type: .f32), count: 1, Wait(seconds: 1))
        }
        #expect(throws: EndpointError.self) {
            try server.write(PointAccess("coil/16"), [.bool(true)], mask: nil, Wait(seconds: 1))
        }
        server.close()
        #expect(throws: EndpointError.self) { try server.read(PointAccess("holding/0"), count: 1, Wait(seconds: 1)) }
    }
}

/// A TCP connection of the test's own, to say what our client would not.
private final class PlainSocket {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// What arrives first; nil where the other side closes, and nothing where it is silent.
    func receive(seconds: Double) -> [UInt8]? {
        var readiness = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&readiness, 1, Int32(seconds * 1000)) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
