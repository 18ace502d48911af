import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

@Suite struct ConnectingTests {
    @Test func pausesDoubleUpToTheLongestAndVary() {
        var random = SystemRandomNumberGenerator()
        var backoff = Backoff(first: 0.1, longest: 1)
        for expected in [0.1, 0.2, 0.4, 0.8, 1, 1, 1] {
            let delay = backoff.next(using: &random)
            #expect(delay >= expected / 2 && delay <= expected)
        }
        backoff.reset()
        #expect(backoff.next(using: &random) <= 0.1)
    }

    @Test func aFullQueueLosesItsOldestAndSaysSo() {
        var queue = BoundedQueue<Int>(capacity: 3)
        let fits = [1, 2, 3, 4].map { queue.append($0) }
        #expect(fits == [true, true, true, false])
        let first = queue.popFirst()
        #expect(first == 2)
        let fitsAgain = queue.append(5)
        #expect(fitsAgain)
        let rest = [queue.popFirst(), queue.popFirst(), queue.popFirst(), queue.popFirst()]
        #expect(rest == [3, 4, 5, nil])
    }

    @Test func aSubscriptionCountsWhatItDropped() throws {
        let subscription = Subscription(url: try EndpointURL("mqtt://h"), filter: "t/#", qos: 0, capacity: 2)
        for number: UInt8 in 0..<5 { subscription.deliver(TopicMessage(topic: "t/a", payload: [number])) }
        #expect(subscription.received == 5)
        #expect(subscription.dropped == 3)
        #expect(try subscription.receive(Wait(seconds: 0))?.payload == [3])
        subscription.end()
        #expect(try subscription.receive(Wait(seconds: 0))?.payload == [4])
        #expect(throws: EndpointError.self) { try subscription.receive(Wait(seconds: 0)) }
    }

    @Test func aDeadPeerIsAnErrorAtOnce() throws {
        let url = try EndpointURL("modbus-tcp://127.0.0.1:\(RunningPeer.freePort())")
        let error = #expect(throws: EndpointError.self) { try ModbusClient.connect(to: url, Wait(seconds: 30)) }
        #expect(error?.code == "N0003")
        #expect(error?.message.contains("connection refused") == true)
    }

    @Test func aPeerThatComesLaterIsFoundByWhoInsists() throws {
        let port = try RunningPeer.freePort()
        let url = try EndpointURL("modbus-tcp://127.0.0.1:\(port)")
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.4) {
            var options = ModbusServer.Options()
            options.holding = 1
            let server = try? ModbusServer.serve(at: url, options, Wait(seconds: 5))
            sleep(5)
            server?.close()
        }
        let client = try ModbusClient.connect(to: url, insists: true, Wait(seconds: 20))
        #expect(try client.read(PointAccess("holding/0"), count: 1, Wait(seconds: 5)) == [.int(0)])
        client.close()
    }

    @Test func whoeverInterruptsIsHeard() throws {
        struct Interrupted: Error {}
        var options = ModbusServer.Options()
        options.holding = 1
        let server = try ModbusServer.serve(
            at: EndpointURL("modbus-tcp://:0", isListening: true), options, Wait(seconds: 5))
        defer { server.close() }
        let start = Date()
        let subscription = Subscription(url: server.url, filter: "#", qos: 0, capacity: 1)
        #expect(throws: Interrupted.self) {
            try subscription.receive(
                Wait(seconds: 60) { if Date().timeIntervalSince(start) > 0.1 { throw Interrupted() } })
        }
    }
}
