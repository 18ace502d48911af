import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// Our client against the device of pymodbus.
@Suite(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct ModbusPeerTests {
    private func device(_ port: Int) throws -> RunningPeer {
        try RunningPeer(PythonPeer.python, [PackageRoot.file("Tests/Peers/modbus_device.py"), "\(port)"])
    }

    private func wait(_ seconds: Double = 5) -> Wait { Wait(seconds: seconds) }

    @Test func everyFunctionIsCarriedOutByTheDevice() throws {
        let port = try RunningPeer.freePort()
        let peer = try device(port)
        defer { peer.stop() }
        let plc = try ModbusClient.connect(to: EndpointURL("modbus-tcp://127.0.0.1:\(port)/1"), wait())
        defer { plc.close() }
        func ints(_ point: String, _ count: Int) throws -> [CanonicalMessage.Value] {
            try plc.read(PointAccess(point), count: count, wait())
        }
        #expect(try ints("coil/0", 4) == [.bool(true), .bool(false), .bool(false), .bool(true)])
        #expect(try ints("discrete/14", 2) == [.bool(false), .bool(true)])
        #expect(try ints("input/7", 3) == [.int(1007), .int(1008), .int(1009)])
        #expect(try ints("holding/0", 180) == (0..<180).map { .int($0) })

        try plc.write(PointAccess("coil/1"), [.bool(true)], mask: nil, wait())
        try plc.write(PointAccess("coil/4"), [.bool(true), .bool(true), .int(0)], mask: nil, wait())
        #expect(try ints("coil/0", 7) == [true, true, false, true, true, true, false].map { .bool($0) })
        try plc.write(PointAccess("holding/10"), [.int(65535)], mask: nil, wait())
        try plc.write(
            PointAccess("holding/12", type: .f32, order: .wordSwapped), [.real(21.5), .real(-1)], mask: nil, wait())
        #expect(try ints("holding/10", 6) == [65535, 11, 0, 0x41AC, 0, 0xBF80].map { .int($0) })
        try plc.write(PointAccess("holding/20"), [.int(0xF0F0)], mask: 0xFF00, wait())
        #expect(try ints("holding/20", 1) == [.int(0xF014)])
        let exchanged = try plc.exchange(
            writing: PointAccess("holding/30"), [.int(7), .int(8)], reading: PointAccess("holding/31"), count: 2, wait()
        )
        #expect(exchanged == [.int(8), .int(32)])
    }

    @Test func refusalsOfTheDeviceAreErrorsThatSayWhatToDo() throws {
        let port = try RunningPeer.freePort()
        let peer = try device(port)
        defer { peer.stop() }
        let plc = try ModbusClient.connect(to: EndpointURL("modbus-tcp://127.0.0.1:\(port)"), wait())
        defer { plc.close() }
        func refusal(_ access: PointAccess) -> EndpointError? {
            #expect(throws: EndpointError.self) { try plc.read(access, count: 1, wait()) }
        }
        #expect(refusal(PointAccess("holding/500"))?.message.contains("exception 2, illegal data address") == true)
        #expect(refusal(PointAccess("holding/190"))?.message.contains("exception 4, server device failure") == true)
        let wrongUnit = refusal(PointAccess("holding/0", unit: 9))
        #expect(wrongUnit?.code == "N0007")
        #expect(wrongUnit?.message.contains("unit 9") == true)
        // The connection is as good as before.
        #expect(try plc.read(PointAccess("holding/5"), count: 1, wait()) == [.int(5)])
    }

    @Test func aLateAnswerIsNotTakenForTheNextOne() throws {
        let port = try RunningPeer.freePort()
        let peer = try device(port)
        defer { peer.stop() }
        let plc = try ModbusClient.connect(to: EndpointURL("modbus-tcp://127.0.0.1:\(port)/1"), wait())
        defer { plc.close() }
        let late = #expect(throws: EndpointError.self) {
            try plc.read(PointAccess("holding/191"), count: 1, wait(0.3))
        }
        #expect(late?.code == "N0004")
        #expect(try plc.read(PointAccess("holding/6"), count: 1, wait()) == [.int(6)])
        let end = Date(timeIntervalSinceNow: 10)
        while plc.status.stray == 0, Date() < end { usleep(10_000) }
        #expect(plc.status.stray == 1)
    }

    @Test func aRestartOfTheDeviceIsSurvived() throws {
        let port = try RunningPeer.freePort()
        var peer = try device(port)
        let plc = try ModbusClient.connect(to: EndpointURL("modbus-tcp://127.0.0.1:\(port)/1"), wait())
        defer { plc.close() }
        #expect(try plc.read(PointAccess("holding/3"), count: 1, wait()) == [.int(3)])
        peer.stop(abruptly: true)
        let dead = #expect(throws: EndpointError.self) { try plc.read(PointAccess("holding/3"), count: 1, wait(0.4)) }
        #expect(dead?.code == "N0003")
        #expect(dead?.message.contains("refused") == true)
        peer = try device(port)
        #expect(try plc.read(PointAccess("holding/4"), count: 1, wait(20)) == [.int(4)])
        #expect(plc.status.reconnects == 1)
        peer.stop()
    }

    @Test func aWriteCutOffByARestartSaysThatItsFateIsUnknown() throws {
        let port = try RunningPeer.freePort()
        let peer = try device(port)
        let plc = try ModbusClient.connect(to: EndpointURL("modbus-tcp://127.0.0.1:\(port)/1"), wait())
        defer { plc.close() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.5) { peer.stop(abruptly: true) }
        let cut = #expect(throws: EndpointError.self) {
            try plc.write(PointAccess("holding/191"), [.int(1)], mask: nil, wait(20))
        }
        #expect(cut?.code == "N0005")
        #expect(cut?.hint?.contains("nobody knows") == true)
        #expect(plc.status.uncertain == 1)
    }

    /// pymodbus's client against our server.
    @Test func theServerAnswersPymodbus() throws {
        struct Call: Encodable {
            var method: String
            var arguments: [String: Argument]
        }
        enum Argument: Encodable {
            case int(Int)
            case ints([Int])
            case bool(Bool)
            case bools([Bool])
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .int(let value): try container.encode(value)
                case .ints(let value): try container.encode(value)
                case .bool(let value): try container.encode(value)
                case .bools(let value): try container.encode(value)
                }
            }
        }
        struct Request: Encodable {
            var port: Int
            var calls: [Call]
        }
        struct Answer: Decodable, Equatable {
            var registers: [Int] = []
            var bits: [Bool] = []
            var exception = 0
        }
        var options = ModbusServer.Options()
        options.coils = 20
        options.discrete = 8
        options.input = 4
        options.holding = 130
        options.faulty = ["holding/100"]
        let plant = try ModbusServer.serve(
            at: EndpointURL("modbus-tcp://127.0.0.1:0/1", isListening: true), options, wait())
        defer { plant.close() }
        try plant.write(PointAccess("input/0", type: .f32), [.real(0.5), .real(-2)], mask: nil, wait())
        try plant.write(PointAccess("discrete/3"), [.bool(true)], mask: nil, wait())
        func read(_ method: String, _ address: Int, _ count: Int, unit: Int = 1) -> Call {
            Call(method: method, arguments: ["address": .int(address), "count": .int(count), "device_id": .int(unit)])
        }
        func write(_ method: String, _ arguments: [String: Argument]) -> Call {
            Call(method: method, arguments: arguments.merging(["device_id": .int(1)]) { old, _ in old })
        }
        let calls: [(Call, Answer)] = [
            (read("read_input_registers", 0, 4), Answer(registers: [0x3F00, 0, 0xC000, 0])),
            (read("read_discrete_inputs", 0, 8), Answer(bits: (0..<8).map { $0 == 3 })),
            (write("write_register", ["address": .int(5), "value": .int(77)]), Answer(registers: [77])),
            (write("write_registers", ["address": .int(6), "values": .ints([1, 2, 3])]), Answer()),
            (read("read_holding_registers", 5, 4), Answer(registers: [77, 1, 2, 3])),
            (
                write("mask_write_register", ["address": .int(5), "and_mask": .int(0xF0), "or_mask": .int(0x05)]),
                Answer()
            ),
            (read("read_holding_registers", 5, 1), Answer(registers: [77 & 0xF0 | 0x05 & 0x0F])),
            (write("write_coil", ["address": .int(9), "value": .bool(true)]), Answer(bits: [true])),
            (write("write_coils", ["address": .int(10), "values": .bools([true, false, true])]), Answer()),
            (read("read_coils", 8, 8), Answer(bits: [false, true, true, false, true, false, false, false])),
            (
                write(
                    "readwrite_registers",
                    [
                        "read_address": .int(6), "read_count": .int(2), "write_address": .int(7),
                        "values": .ints([9, 9]),
                    ]), Answer(registers: [1, 9])
            ),
            (read("read_holding_registers", 129, 2), Answer(exception: 2)),
            (read("read_holding_registers", 99, 2), Answer(exception: 4)),
            (read("read_exception_status", 0, 0), Answer(exception: 1)),
            (read("read_holding_registers", 0, 1, unit: 4), Answer(exception: 11)),
        ].map { call, answer in
            var call = call
            if call.method == "read_exception_status" { call.arguments = ["device_id": .int(1)] }
            return (call, answer)
        }
        let answers: [Answer] = try PythonPeer.call(
            "modbus_ask.py", Request(port: plant.url.port, calls: calls.map { $0.0 }))
        #expect(answers.count == calls.count)
        for ((call, expected), answer) in zip(calls, answers) {
            // What pymodbus repeats of a write differs from version to version; what a read gives does not.
            if call.method.contains("read") {
                #expect(answer == expected, "\(call.method)")
            } else {
                #expect(answer.exception == expected.exception, "\(call.method)")
            }
        }
        #expect(try plant.read(PointAccess("holding/7"), count: 2, wait()) == [.int(9), .int(9)])
        #expect(plant.status.refused == 4)
    }
}
