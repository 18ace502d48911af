import EdgeTensors
import Glibc

/// How strong each frequency is in a signal.
public struct Spectrum: Sendable, Hashable {
    /// What the values are.
    public enum Scaling: String, Sendable, CaseIterable {
        /// The amplitude of a sine of that frequency, in the signal's unit.
        case amplitude
        /// The power spectral density, in the square of the signal's unit per hertz.
        case density
    }

    /// The weights of a segment's samples.
    public enum Window: String, Sendable, CaseIterable {
        case hann, hamming, blackman, rectangular = "none"

        /// The periodic form of the window, which spectral estimates use.
        func weights(_ count: Int) -> [Double] {
            (0..<count).map { index in
                let angle = 2 * Double.pi * Double(index) / Double(count)
                return switch self {
                case .hann: 0.5 - 0.5 * cos(angle)
                case .hamming: 0.54 - 0.46 * cos(angle)
                case .blackman: 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle)
                case .rectangular: 1
                }
            }
        }
    }

    /// In hertz, from 0 to half the sampling rate.
    public let frequencies: [Double]
    public let values: [Double]
    public let scaling: Scaling
    /// Over how many segments the values are averaged.
    public let segments: Int
    /// What the signal lasted, in seconds.
    public let duration: Double

    /// Averages the spectra of overlapping segments (Welch 1967); a segment as long as the signal gives the plain periodogram.
    ///
    /// - Parameters:
    ///   - rate: Samples a second.
    ///   - segment: Samples a segment; nil for the whole signal.
    ///   - overlap: The share of a segment that the next one begins with.
    ///   - isCancelled: Asked now and then; what is given back behind `true` is of no use.
    /// - Throws: `ForecastError` for an empty signal, samples that are not finite, and settings that are out of range.
    public init(
        _ signal: [Double], rate: Double, segment: Int? = nil, overlap: Double = 0.5, window: Window = .hann,
        scaling: Scaling = .amplitude, removesMean: Bool = true,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ForecastError) {
        try Spectrum.check(signal, rate: rate)
        let length = segment ?? signal.count
        guard length >= 2, length <= signal.count else {
            throw .argument(
                "a segment of \(length) samples does not fit a signal of \(signal.count)",
                hint: "choose `segment` between 2 and \(signal.count)")
        }
        guard overlap >= 0, overlap < 1 else { throw .argument("`overlap` must be at least 0 and below 1") }
        let transform = try Spectrum.transform(of: length, isCancelled)
        let weights = window.weights(length)
        let bins = length / 2 + 1
        var sum = [Double](repeating: 0, count: bins)
        let advance = max(1, length - Int(overlap * Double(length)))
        var start = 0
        var segments = 0
        while start + length <= signal.count, !isCancelled() {
            let samples = signal[start..<start + length]
            let mean = removesMean ? samples.reduce(0, +) / Double(length) : 0
            let (real, imaginary) = transform.forward(zip(samples, weights).map { ($0 - mean) * $1 })
            for bin in 0..<bins { sum[bin] += real[bin] * real[bin] + imaginary[bin] * imaginary[bin] }
            segments += 1
            start += advance
        }
        let gain = weights.reduce(0, +)
        let energy = weights.reduce(0) { $0 + $1 * $1 }
        values = sum.indices.map { bin in
            // Every frequency but 0 and half the rate stands twice in the transform of a real signal.
            let isDouble = bin > 0 && 2 * bin != length
            let power = sum[bin] / Double(segments)
            switch scaling {
            case .amplitude: return power.squareRoot() / gain * (isDouble ? 2 : 1)
            case .density: return power / (rate * energy) * (isDouble ? 2 : 1)
            }
        }
        frequencies = (0..<bins).map { Double($0) * rate / Double(length) }
        self.scaling = scaling
        self.segments = segments
        duration = Double(signal.count) / rate
    }

    /// The distance of two frequencies, in hertz.
    public var resolution: Double { frequencies.count > 1 ? frequencies[1] : 0 }

    /// The strongest frequencies that stand above their neighbours, strongest first.
    public func peaks(_ count: Int) -> [(frequency: Double, value: Double)] {
        let places = values.indices.filter { bin in
            bin > 0 && values[bin] > values[bin - 1] && (bin + 1 == values.count || values[bin] >= values[bin + 1])
        }
        return places.sorted { (values[$0], $1) > (values[$1], $0) }.prefix(count).map { (frequencies[$0], values[$0]) }
    }

    /// The highest value near a frequency; NaN beyond half the sampling rate.
    ///
    /// - Parameter tolerance: How far to either side to look, in hertz; at least the nearest bin is looked at.
    public func value(at frequency: Double, tolerance: Double = 0) -> Double {
        guard resolution > 0, frequency >= 0, tolerance >= 0, frequency <= (frequencies.last ?? 0) + resolution / 2
        else {
            return .nan
        }
        let last = Double(values.count - 1)
        let nearest = min(last, (frequency / resolution).rounded())
        let lower = max(0, min(nearest, ((frequency - tolerance) / resolution).rounded(.up)))
        let upper = min(last, max(nearest, ((frequency + tolerance) / resolution).rounded(.down)))
        return values[Int(lower)...Int(upper)].max() ?? .nan
    }

    static func check(_ signal: [Double], rate: Double) throws(ForecastError) {
        guard signal.count >= 2 else {
            throw .tooShort("a spectrum needs at least 2 samples, found \(signal.count)")
        }
        guard rate > 0, rate.isFinite else {
            throw .argument("the sampling rate must be positive", hint: "give it in samples a second, as `rate: 12kHz`")
        }
        if let gap = signal.firstIndex(where: { !$0.isFinite }) {
            throw .unsuitable(
                "sample \(gap) of the signal is missing or not finite",
                hint: "fill the gaps first: `series(…, gaps: \"interpolate\")`")
        }
    }

    /// The transform of so many samples.
    static func transform(
        of count: Int, _ isCancelled: @escaping @Sendable () -> Bool
    ) throws(ForecastError) -> FourierTransform {
        guard var transform = FourierTransform(length: count) else {
            throw .argument(
                "a signal of \(count) samples cannot be transformed",
                hint: "between 1 and \(FourierTransform.longest) samples are transformed at once")
        }
        transform.isCancelled = isCancelled
        return transform
    }
}
