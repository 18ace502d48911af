import EdgeFederation
import EdgeTensors
import Foundation
import PeerTesting
import Testing

@Suite struct PrivacyTests {
    /// Every setting of the golden file agrees with Opacus to six digits and at the same order.
    @Test func theAccountantAgreesWithOpacus() throws {
        let text = try String(contentsOfFile: PackageRoot.file("Tests/Golden/Federation/privacy.csv"), encoding: .utf8)
        let rows = text.split(separator: "\n").dropFirst(2).map { $0.split(separator: ",").compactMap { Double($0) } }
        #expect(rows.count > 500)
        for row in rows {
            let (epsilon, order) = try RenyiAccountant.epsilon(
                [.init(rate: row[0], noise: row[1], steps: Int(row[2]))], delta: row[3])
            let expected = max(0, row[4])
            #expect(abs(epsilon - expected) <= max(5e-7, 5e-7 * expected), "\(row)")
            #expect(order == row[5], "\(row)")
        }
    }

    @Test(arguments: [(0.01, 1.0, 1000, 2.101365), (0.1, 1, 100, 7.899255), (1, 4, 100, 14.132226)])
    func knownFigures(rate: Double, noise: Double, steps: Int, expected: Double) throws {
        let epsilon = try RenyiAccountant.epsilon([.init(rate: rate, noise: noise, steps: steps)], delta: 1e-5).epsilon
        #expect(abs(epsilon - expected) < 5e-7)
    }

    @Test func phasesAddUp() throws {
        let whole = try RenyiAccountant.epsilon([.init(rate: 0.1, noise: 1, steps: 100)], delta: 1e-5)
        let parts = try RenyiAccountant.epsilon(
            [.init(rate: 0.1, noise: 1, steps: 60), .init(rate: 0.1, noise: 1, steps: 40)], delta: 1e-5)
        #expect(abs(whole.epsilon - parts.epsilon) < 1e-9)
    }

    @Test func nothingCostsNothingAndNoNoiseCostsEverything() throws {
        #expect(try RenyiAccountant.epsilon([.init(rate: 0.1, noise: 1, steps: 0)], delta: 1e-5).epsilon == 0)
        #expect(try RenyiAccountant.epsilon([.init(rate: 0, noise: 1, steps: 9)], delta: 1e-5).epsilon == 0)
        #expect(try RenyiAccountant.epsilon([.init(rate: 0.1, noise: 0, steps: 1)], delta: 1e-5).epsilon == .infinity)
    }

    /// Extreme settings end, with a number or without a bound.
    @Test(arguments: [1e-12, 1e-6, 0.5, 1 - 1e-12], [1e-9, 1e-3, 0.05, 1e3, 1e9])
    func extremesEnd(rate: Double, noise: Double) throws {
        let epsilon = try RenyiAccountant.epsilon([.init(rate: rate, noise: noise, steps: 1000)], delta: 1e-5).epsilon
        #expect(!epsilon.isNaN && epsilon >= 0)
    }

    @Test func moreNoiseIsMorePrivateAndMoreStepsLess() throws {
        func epsilon(_ noise: Double, _ steps: Int) throws -> Double {
            try RenyiAccountant.epsilon([.init(rate: 0.05, noise: noise, steps: steps)], delta: 1e-6).epsilon
        }
        #expect(try epsilon(1, 100) < epsilon(0.7, 100))
        #expect(try epsilon(1, 100) < epsilon(1, 200))
    }

    @Test func settingsWithoutMeaningAreRefused() {
        let phase = RenyiAccountant.Phase(rate: 0.1, noise: 1, steps: 1)
        for delta in [0, 1, -1, Double.nan] {
            #expect(throws: FederationError.self) { try RenyiAccountant.epsilon([phase], delta: delta) }
        }
        for bad in [
            RenyiAccountant.Phase(rate: 1.5, noise: 1, steps: 1), .init(rate: .nan, noise: 1, steps: 1),
            .init(rate: 0.1, noise: -1, steps: 1), .init(rate: 0.1, noise: .infinity, steps: 1),
            .init(rate: 0.1, noise: 1, steps: -1),
        ] { #expect(throws: FederationError.self) { try RenyiAccountant.epsilon([bad], delta: 1e-5) } }
    }

    @Test func weakSettingsAreWarnedAbout() {
        #expect(PrivacyWarning.all(epsilon: 1, delta: 1e-6, noise: [1.1], samples: 1000).isEmpty)
        #expect(PrivacyWarning.all(epsilon: 11, delta: 1e-6, noise: [1], samples: 1000).count == 1)
        #expect(PrivacyWarning.all(epsilon: 1, delta: 0.001, noise: [1], samples: 1000).count == 1)
        #expect(PrivacyWarning.all(epsilon: 1, delta: 1e-6, noise: [0.1]).count == 1)
        #expect(PrivacyWarning.all(epsilon: .infinity, delta: 1e-6, noise: [1])[0].contains("infinite"))
    }

    // MARK: Noise

    @Test func clippingSpansAllTensors() throws {
        let update = Update([
            .init(name: "a", tensor: try Tensor([3] as [Float], shape: [1])),
            .init(name: "b", tensor: try Tensor([4] as [Float], shape: [1])),
        ])
        #expect(try update.privatized(clip: 1, noise: 0).floats() == [0.6, 0.8])
        #expect(try update.privatized(clip: 5, noise: 0).floats() == [3, 4])
        #expect(try update.privatized(clip: 50, noise: 0).floats() == [3, 4])
    }

    @Test func theNormNeitherOverflowsNorVanishes() throws {
        #expect(try Sampled.one([3e38, 3e38]).privatized(clip: 1, noise: 0).norm() < 1.000001)
        #expect(try Update([.init(name: "w", tensor: try Tensor([3e-300, 4e-300], shape: [2]))]).norm() == 5e-300)
    }

    /// Mean, deviation and the share within one and two deviations are those of the normal distribution.
    @Test(arguments: [nil, 7] as [UInt64?])
    func noiseIsGaussian(seed: UInt64?) throws {
        let count = 200_000
        let zeros = Update([.init(name: "w", tensor: try Tensor(zeros: [count], dtype: .f64))])
        let noise = try zeros.privatized(clip: 2, noise: 1.5, seed: seed).parts[0].tensor.numbers()
        let mean = noise.reduce(0, +) / Double(count)
        let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(count)
        // Six standard errors: one failure in half a thousand million runs.
        #expect(abs(mean) < 6 * 3 / Double(count).squareRoot())
        #expect(abs(variance / 9 - 1) < 6 * (2 / Double(count)).squareRoot())
        let within = noise.reduce(0) { $0 + (abs($1) < 3 ? 1.0 : 0) } / Double(count)
        #expect(abs(within - 0.6826895) < 6 * 0.00105)
        let twice = noise.reduce(0) { $0 + (abs($1) < 6 ? 1.0 : 0) } / Double(count)
        #expect(abs(twice - 0.9544997) < 6 * 0.00047)
    }

    @Test func onlyASeedRepeatsNoise() throws {
        let update = try Sampled.one([1, 2, 3])
        #expect(
            try update.privatized(clip: 1, noise: 1, seed: 3).floats()
                == update.privatized(clip: 1, noise: 1, seed: 3).floats())
        #expect(
            try update.privatized(clip: 1, noise: 1).floats() != update.privatized(clip: 1, noise: 1).floats())
    }

    @Test func whatCannotBeProtectedIsRefused() throws {
        let update = try Sampled.one([1, 2])
        #expect(throws: FederationError.self) { try update.privatized(clip: 0, noise: 1) }
        #expect(throws: FederationError.self) { try update.privatized(clip: .nan, noise: 1) }
        #expect(throws: FederationError.self) { try update.privatized(clip: 1, noise: -1) }
        #expect(throws: FederationError.self) { try Update([]).privatized(clip: 1, noise: 1) }
        let error = #expect(throws: FederationError.self) {
            try Sampled.one([1, .nan], name: "dense").privatized(clip: 1, noise: 1)
        }
        #expect(error?.message.contains("element 1 of the tensor `dense`") == true)
    }
}
