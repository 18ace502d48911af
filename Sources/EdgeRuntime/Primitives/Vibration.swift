public import EdgeForecasting
public import EdgeLang

extension Spectrum.Window: BuiltinChoice {}
extension Spectrum.Scaling: BuiltinChoice {}

extension Primitives {
    /// Spectra of signals and what they say of machines.
    static let vibration: [BuiltinSpec] = [
        BuiltinSpec(
            "spectrum", "Shows how strong each frequency is in a signal.",
            .value("signal", SignalInput.self, "the samples"),
            .label("rate", Hertz?.self, in: 0.0..., "samples a second; a series knows its own"),
            .label(
                "segment", Int?.self, in: 2...,
                "samples of each part that is averaged over; the whole signal where it is left out"),
            .label(
                "overlap", Double.self, default: 0.5, in: 0.0...0.99,
                "the share of a part that the next one begins with"),
            .label("window", Spectrum.Window.self, default: .hann, "how the samples of a part are weighted"),
            .label(
                "scale", Spectrum.Scaling.self, default: .amplitude, "the amplitude of a sine, or the power a hertz"),
            returns: "a spectrum, with the fields `frequencies`, `values` and `peaks`", type: "spectrum",
            details: """
                The mean of each part is taken off. Averaging over parts (Welch's method) steadies the values and makes the frequencies coarser.
                """,
            topic: "Vibration", seeAlso: ["envelope", "harmonics", "bearing_frequencies"],
            examples: [
                Example(
                    "let wave = build(1000, i => 3 * sin(2 * pi() * 50 * i / 1000))\nlet peak = spectrum(wave, rate: 1kHz).peaks[0]\n[peak.frequency, round(peak.value)]",
                    "[50Hz, 3]")
            ]
        ) { context, signal, rate, segment, overlap, window, scale in
            let rate = try signal.rate(or: rate, function: "spectrum")
            return try context.cancellable { isCancelled in
                SpectrumObject(
                    try Spectrum(
                        signal.samples, rate: rate, segment: segment, overlap: overlap, window: window, scaling: scale,
                        isCancelled: isCancelled))
            }
        },
        BuiltinSpec(
            "envelope", "Follows the strength of what oscillates in a signal.",
            .value("signal", SignalInput.self, "the samples"),
            .label("rate", Hertz?.self, in: 0.0..., "samples a second; a series knows its own"),
            .label("band", [Hertz]?.self, "only what oscillates between two frequencies counts, as [2kHz, 4kHz]"),
            returns: "a sample of the envelope for each sample", type: "list of float",
            details: """
                The magnitude of the analytic signal (Hilbert transform). A damaged bearing strikes at its fault frequency and rings at a much higher one: the
                spectrum of the envelope of the band in which it rings shows the strikes.
                """,
            topic: "Vibration", seeAlso: ["spectrum", "bearing_frequencies"],
            examples: [
                Example("round(max(envelope(build(400, i => 2 * sin(2 * pi() * 0.1 * i)), rate: 1Hz)))", "2")
            ]
        ) { context, signal, rate, band -> [Double] in
            var range: ClosedRange<Double>?
            if let band {
                guard band.count == 2, band[0].value < band[1].value else {
                    throw RuntimeError(
                        .unsuitableValue, "`envelope`: `band` is a list of two frequencies, the lower one first",
                        hint: "for example band: [2kHz, 4kHz]")
                }
                range = band[0].value...band[1].value
            }
            let samplesASecond = try signal.rate(or: rate, function: "envelope")
            let chosen = range
            return try context.cancellable { isCancelled in
                try Envelope.of(signal.samples, rate: samplesASecond, band: chosen, isCancelled: isCancelled)
            }
        },
        BuiltinSpec(
            "bearing_frequencies", "Tells at which frequencies the faults of a rolling bearing show.",
            .label("rpm", Double.self, in: 0.0..., "turns of the shaft a minute"),
            .label("balls", Int.self, in: 2...1000, "how many rolling elements"),
            .label("ball_diameter", Double.self, in: 0.0..., "in the same unit as `pitch_diameter`"),
            .label("pitch_diameter", Double.self, in: 0.0..., "of the circle of the balls' centres"),
            .label("angle", Double.self, default: 0, in: 0.0...89.9, "the contact angle in degrees"),
            returns: "a record: `shaft`, `outer_race` (BPFO), `inner_race` (BPFI), `ball_spin` (BSF) and `cage` (FTF)",
            type: "record",
            details: """
                For a bearing whose inner ring turns. Balls slip a little: the true frequencies differ by one or two in a hundred.
                A damaged ball strikes at twice `ball_spin`.
                """,
            topic: "Vibration", seeAlso: ["harmonics", "envelope"],
            examples: [
                Example(
                    "round(bearing_frequencies(rpm: 1797, balls: 9, ball_diameter: 7.94, pitch_diameter: 39.04).outer_race / 1Hz)",
                    "107")
            ]
        ) { _, rpm, balls, ball, pitch, angle in
            let bearing = try BearingFrequencies(
                rpm: rpm, balls: balls, ballDiameter: ball, pitchDiameter: pitch, angle: angle)
            return [
                "shaft": Frequency(base: bearing.shaft), "outer_race": Frequency(base: bearing.outerRace),
                "inner_race": Frequency(base: bearing.innerRace), "ball_spin": Frequency(base: bearing.ballSpin),
                "cage": Frequency(base: bearing.cage),
            ] as Fields
        },
        BuiltinSpec(
            "harmonics", "Reads a spectrum at a frequency and its multiples.",
            .value("spectrum", SpectrumObject.self, "the spectrum"),
            .value("frequency", Hertz.self, in: 0.0..., "the lowest frequency"),
            .label("count", Int.self, default: 5, in: 1...1000, "how many multiples, as far as the spectrum reaches"),
            .label(
                "tolerance", Hertz?.self, in: 0.0...,
                "how far to either side to look; 1 % of the frequency where it is left out"),
            returns: "a record for each: `frequency` and `value`, the highest value near it", type: "list of record",
            topic: "Vibration", seeAlso: ["spectrum", "bearing_frequencies"],
            examples: [
                Example(
                    "let wave = build(1000, i => sin(2 * pi() * 50 * i / 1000))\nround(harmonics(spectrum(wave, rate: 1kHz), 50Hz)[0].value)",
                    "1")
            ]
        ) { _, spectrum, frequency, count, tolerance -> PlainValue in
            let lines = try spectrum.spectrum.harmonics(
                of: frequency.value, count: count, tolerance: tolerance?.value ?? frequency.value * 0.01)
            return .list(lines.map { SpectrumPlain.line($0.frequency, $0.value) })
        },
    ]
}
