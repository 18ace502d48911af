import EdgeFederation
import Testing

@Suite struct DeviceScoreTests {
    private func score(_ device: Device, among others: [Device] = []) throws -> Double {
        try DeviceScore(for: [device] + others).score(device)
    }

    @Test func eachFieldFollowsItsFormula() throws {
        #expect(abs(try score(Device(name: "a", battery: 0.64)) - 0.64) < 1e-12)
        #expect(try score(Device(name: "a", battery: 0.1, isPlugged: true)) == 1)
        #expect(abs(try score(Device(name: "a", link: 3e6)) - 0.75) < 1e-12)
        #expect(abs(try score(Device(name: "a", staleness: 4)) - 0.5) < 1e-12)
        let many = Device(name: "a", samples: 300)
        #expect(
            abs(try score(many, among: [Device(name: "b", samples: 100), Device(name: "c", samples: 50)]) - 0.75)
                < 1e-12)
    }

    @Test func nothingMakesUpForAnEmptyBattery() throws {
        #expect(try score(Device(name: "a", battery: 0, link: 1e9, samples: 1e6, staleness: 100)) == 0)
    }

    @Test func weightsAreThoseGiven() throws {
        let device = Device(name: "a", battery: 0.5, link: 1e6 / 3)
        let scorer = try DeviceScore(for: [device], weights: .init(battery: 1, link: 3, data: 0, staleness: 0))
        #expect(abs(try scorer.score(device) - 0.29730177875068026) < 1e-12)
        #expect(throws: FederationError.self) { try DeviceScore(for: [device], weights: .init(battery: -1)) }
        #expect(throws: FederationError.self) {
            try DeviceScore(for: [device], weights: .init(battery: 0, link: 0, data: 0, staleness: 0))
        }
    }

    @Test func nonsenseIsRefusedWithTheDevicesName() {
        for device in [
            Device(name: "pump", battery: 80), Device(name: "pump", battery: .nan), Device(name: "pump", link: -1),
            Device(name: "pump", samples: .infinity), Device(name: "pump", staleness: .nan), Device(name: "pump"),
        ] {
            let error = #expect(throws: FederationError.self) { try score(device) }
            #expect(error?.message.contains("pump") == true)
        }
    }
}
