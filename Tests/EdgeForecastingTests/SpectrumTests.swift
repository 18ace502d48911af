import EdgeForecasting
import EdgeTensors
import Glibc
import Testing

/// Transforms and spectra against NumPy and SciPy.
@Suite struct SpectrumTests {
    private let golden: GoldenFile.Spectra

    init() throws { golden = try GoldenFile.read("spectra", as: GoldenFile.Spectra.self) }

    /// The signal of make_forecasting_golden.py.
    private func signal(_ count: Int) -> [Double] {
        (0..<count).map { index -> Double in
            let time = Double(index)
            return sin(0.7 * time) + 0.5 * cos(0.13 * time + 1) + 0.001 * Double(index * index % 17)
        }
    }

    @Test func theTransformOfAnyLengthIsNumPys() throws {
        for expected in golden.transforms {
            let (real, imaginary) = try #require(FourierTransform(length: expected.count)).forward(
                signal(expected.count))
            for (ours, theirs) in zip(real + imaginary, expected.real + expected.imaginary) {
                #expect(abs(ours - theirs) < 1e-12 * Double(expected.count), "\(expected.count) samples")
            }
        }
    }

    @Test(arguments: [1, 7, 64, 99, 1000])
    func theInverseGivesTheSignalBack(count: Int) throws {
        let transform = try #require(FourierTransform(length: count))
        var (real, imaginary) = transform.forward(signal(count))
        transform.inverse(&real, &imaginary)
        for (ours, original) in zip(real, signal(count)) { #expect(abs(ours - original) < 1e-12) }
    }

    @Test func averagedSpectraAreSciPys() throws {
        let windows: [String: Spectrum.Window] = ["hann": .hann, "hamming": .hamming, "boxcar": .rectangular]
        for expected in golden.welch {
            let ours = try Spectrum(
                signal(expected.count), rate: expected.rate, segment: expected.segment,
                window: #require(windows[expected.window]), scaling: .density)
            #expect(ours.values.count == expected.values.count)
            for (left, right) in zip(ours.values, expected.values) { #expect(abs(left - right) < 1e-12) }
        }
    }

    @Test func envelopesAreSciPys() throws {
        for expected in golden.envelopes {
            let ours = try Envelope.of(signal(expected.count), rate: 1)
            for (left, right) in zip(ours, expected.values) { #expect(abs(left - right) < 1e-12) }
        }
    }

    @Test func aSineShowsItsAmplitudeAtItsFrequency() throws {
        let wave = (0..<1000).map { index -> Double in 3 * sin(2 * Double.pi * 0.05 * Double(index)) + 7 }
        let spectrum = try Spectrum(wave, rate: 1000)
        let peak = try #require(spectrum.peaks(1).first)
        #expect(peak.frequency == 50)
        #expect(abs(peak.value - 3) < 1e-9)
        #expect(abs(spectrum.value(at: 50.4) - 3) < 1e-9)
        #expect(spectrum.value(at: 600).isNaN)
    }

    @Test func theEnvelopeOfABandShowsTheBeatsOfAFault() throws {
        // Pulses 20 times a second ring at 400 Hz.
        let signal = (0..<4000).map { index -> Double in
            let phase = Double(index).truncatingRemainder(dividingBy: 100)
            let ring = exp(-phase / 15) * sin(2 * Double.pi * 0.2 * phase)
            return ring + 2 * sin(2 * Double.pi * 0.0015 * Double(index))
        }
        let envelope = try Envelope.of(signal, rate: 2000, band: 200...800)
        let spectrum = try Spectrum(envelope, rate: 2000)
        #expect(abs((spectrum.peaks(1).first?.frequency ?? 0) - 20) < 0.6)
        #expect(try spectrum.harmonics(of: 20, count: 3, tolerance: 0.5).count == 3)
    }

    /// SKF 6205-2RS at 1797 rpm, the bearing of the Case Western data: 3.5848, 5.4152, 2.357 (4.7135 / 2) and 0.39828 times the shaft.
    @Test func theFrequenciesOfAKnownBearingAreThePublishedOnes() throws {
        let bearing = try BearingFrequencies(rpm: 1797, balls: 9, ballDiameter: 7.94, pitchDiameter: 39.04)
        #expect(abs(bearing.outerRace / bearing.shaft - 3.5848) < 5e-4)
        #expect(abs(bearing.innerRace / bearing.shaft - 5.4152) < 5e-4)
        #expect(abs(bearing.ballSpin / bearing.shaft - 2.3568) < 5e-4)
        #expect(abs(bearing.cage / bearing.shaft - 0.39828) < 5e-4)
    }

    @Test func badSignalsAndSettingsAreRefused() {
        #expect(throws: ForecastError.self) { try Spectrum([], rate: 1) }
        #expect(throws: ForecastError.self) { try Spectrum([1, .nan, 2], rate: 1) }
        #expect(throws: ForecastError.self) { try Spectrum([1, 2, 3], rate: 0) }
        #expect(throws: ForecastError.self) { try Spectrum([1, 2, 3], rate: 1, segment: 4) }
        #expect(throws: ForecastError.self) { try Spectrum([1, 2, 3], rate: 1, overlap: 1) }
        #expect(FourierTransform(length: 0) == nil)
        #expect(throws: ForecastError.self) { try Envelope.of([1, 2, 3], rate: 10, band: 4...9) }
        #expect(throws: ForecastError.self) {
            try BearingFrequencies(rpm: 1000, balls: 8, ballDiameter: 5, pitchDiameter: 4)
        }
    }
}
