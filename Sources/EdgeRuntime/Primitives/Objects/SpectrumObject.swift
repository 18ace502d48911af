public import EdgeForecasting
public import EdgeLang

/// How strong each frequency is in a signal.
public final class SpectrumObject: HostObject {
    public static let typeName = "spectrum"

    public let spectrum: Spectrum

    public init(_ spectrum: Spectrum) { self.spectrum = spectrum }

    public var byteCount: Int { spectrum.values.count * 16 }

    public func display(_ options: DisplayOptions) -> String { ForecastText.describe(spectrum, options) }

    public var fieldNames: [String] { ["frequencies", "values", "resolution", "segments", "peaks"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "frequencies": try PlainValue.list(spectrum.frequencies.map(SpectrumPlain.frequency)).encode(context)
        case "values": try SeriesPlain.numbers(spectrum.values).encode(context)
        case "resolution": try SpectrumPlain.frequency(spectrum.resolution).encode(context)
        case "segments": .int(spectrum.segments)
        case "peaks":
            try PlainValue.list(spectrum.peaks(10).map { SpectrumPlain.line($0.frequency, $0.value) }).encode(context)
        default: nil
        }
    }

    public var plainValue: PlainValue { .list(spectrum.values.indices.map(record)) }

    public var elementCount: Int? { spectrum.values.count }

    public func element(at index: Int, _ context: CallContext) throws -> Value { try record(index).encode(context) }

    private func record(_ index: Int) -> PlainValue {
        SpectrumPlain.line(spectrum.frequencies[index], spectrum.values[index])
    }
}

/// Lines of a spectrum as values of the language.
enum SpectrumPlain {
    static func frequency(_ hertz: Double) -> PlainValue { .quantity(Quantity(value: hertz, dimension: .frequency)) }

    static func line(_ frequency: Double, _ value: Double) -> PlainValue {
        .record([.init("frequency", SpectrumPlain.frequency(frequency)), .init("value", SeriesPlain.number(value))])
    }
}
