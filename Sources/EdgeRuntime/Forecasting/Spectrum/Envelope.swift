import EdgeTensors

/// The envelope of a signal: the slow strength of what oscillates fast.
public enum Envelope {
    /// The magnitude of the analytic signal (Hilbert transform by the discrete Fourier transform).
    ///
    /// - Parameters:
    ///   - rate: Samples a second.
    ///   - band: Only frequencies within it count, in hertz; nil for all. What it leaves out is cut off sharply.
    ///   - isCancelled: Asked now and then; what is given back behind `true` is of no use.
    /// - Throws: `ForecastError` for an empty or gappy signal and for a band outside of 0 to half the rate.
    public static func of(
        _ signal: [Double], rate: Double, band: ClosedRange<Double>? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ForecastError) -> [Double] {
        try Spectrum.check(signal, rate: rate)
        if let band, !(band.lowerBound >= 0 && band.upperBound <= rate / 2 && band.lowerBound < band.upperBound) {
            throw .argument(
                "the band from \(band.lowerBound) to \(band.upperBound) Hz is not possible at \(rate) samples a second",
                hint: "it has to lie between 0 and half the sampling rate, \(rate / 2) Hz")
        }
        let count = signal.count
        let transform = try Spectrum.transform(of: count, isCancelled)
        var (real, imaginary) = transform.forward(signal)
        for bin in 0..<count {
            // Negative frequencies go, positive ones count twice; 0 and half the rate stand once.
            let weight: Double = bin == 0 || 2 * bin == count ? 1 : 2 * bin < count ? 2 : 0
            let frequency = Double(bin) * rate / Double(count)
            let isInside = band.map { $0.contains(frequency) } ?? true
            real[bin] *= isInside ? weight : 0
            imaginary[bin] *= isInside ? weight : 0
        }
        transform.inverse(&real, &imaginary)
        return zip(real, imaginary).map { ($0 * $0 + $1 * $1).squareRoot() }
    }
}
