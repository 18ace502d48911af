import Glibc

/// How well devices suit the next round, from 0 to 1: the weighted geometric mean of
///
/// - battery `b`, the charge itself, or 1 on a charger;
/// - link `r / (r + 1 MB/s)`;
/// - data `n / (n + median n of all devices)`;
/// - staleness `(1 + s) / (6 + s)`: who has waited longer is heard rather, so that no device is forgotten.
///
/// A geometric mean, since nothing makes up for an empty battery. What a device does not tell is left out of its mean.
public struct DeviceScore: Sendable, Hashable {
    /// What each of the four counts; any numbers that are not negative.
    public struct Weights: Sendable, Hashable {
        public var battery: Double
        public var link: Double
        public var data: Double
        public var staleness: Double

        public init(battery: Double = 0.3, link: Double = 0.3, data: Double = 0.25, staleness: Double = 0.15) {
            self.battery = battery
            self.link = link
            self.data = data
            self.staleness = staleness
        }
    }

    private static let typicalRate = 1e6

    private let weights: Weights
    private let typicalSamples: Double

    /// Prepares to score these devices.
    ///
    /// - Throws: `FederationError` for weights that are negative or all 0.
    public init(for devices: [Device], weights: Weights = Weights()) throws(FederationError) {
        let all = [weights.battery, weights.link, weights.data, weights.staleness]
        guard all.allSatisfy({ $0 >= 0 && $0.isFinite }), all.contains(where: { $0 > 0 }) else {
            throw .option("the weights of a score are numbers that are not negative, and one must be above 0")
        }
        self.weights = weights
        let samples = devices.compactMap(\.samples).sorted()
        typicalSamples =
            samples.isEmpty ? 0 : (samples[(samples.count - 1) / 2] + samples[samples.count / 2]) / 2
    }

    /// The score of a device.
    ///
    /// - Throws: `FederationError` naming the device and what is not a sensible number.
    public func score(_ device: Device) throws(FederationError) -> Double {
        if let battery = device.battery, !(battery >= 0 && battery <= 1) {
            throw .device(
                "the battery of \(device.name) is \(battery); it is a share from 0 to 1",
                hint: battery > 1 && battery <= 100 ? "\(battery) % is \(battery / 100)" : nil)
        }
        for (value, name) in [(device.link, "link"), (device.samples, "samples"), (device.staleness, "staleness")] {
            guard let value else { continue }
            guard value >= 0, value.isFinite else {
                throw .device("`\(name)` of \(device.name) must be a number that is not negative, found \(value)")
            }
        }
        var sum = 0.0
        var total = 0.0
        func take(_ share: Double?, _ weight: Double) {
            guard let share, weight > 0 else { return }
            sum += weight * log(share)
            total += weight
        }
        take(device.isPlugged ? 1 : device.battery, weights.battery)
        take(device.link.map { $0 / ($0 + DeviceScore.typicalRate) }, weights.link)
        take(
            device.samples.map { $0 == 0 ? 0 : $0 / ($0 + typicalSamples) }, weights.data)
        take(device.staleness.map { (1 + $0) / (6 + $0) }, weights.staleness)
        guard total > 0 else {
            throw .device(
                "nothing is known of \(device.name)",
                hint: "a device tells some of battery, plugged, link, samples and staleness")
        }
        return exp(sum / total)
    }
}
