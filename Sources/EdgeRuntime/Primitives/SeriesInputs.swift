import EdgeForecasting
import EdgeLang
import EdgeTensors

/// A series as an argument; a list of numbers counts as one with a value a second.
struct SeriesInput: BuiltinArgument {
    let series: TimeSeries

    static var types: [ValueType] { [.host("series"), .list] }
    static var typeDescription: String { "series | list of number" }
    static func decode(_ value: Value, _ context: CallContext) throws -> SeriesInput? {
        if let object = value.hostObject as? SeriesObject { return SeriesInput(series: object.series) }
        guard let list = ListValue.decode(value, context), let numbers = try PlainNumbers.of(context.plain(list.value))
        else {
            return nil
        }
        return SeriesInput(series: try TimeSeries(name: "values", values: numbers, step: .seconds(1)))
    }
}

/// Samples as an argument: a list of numbers, a tensor of one axis, or a series.
struct SignalInput: BuiltinArgument {
    let samples: [Double]
    /// Samples a second, where the argument knows.
    let rate: Double?

    static var types: [ValueType] { [.list, .host("tensor"), .host("series")] }
    static var typeDescription: String { "list of number | tensor | series" }
    static func decode(_ value: Value, _ context: CallContext) throws -> SignalInput? {
        if let object = value.hostObject as? SeriesObject {
            return SignalInput(
                samples: object.series.values, rate: object.series.step.map { 1 / $0.approximateSeconds })
        }
        if let object = value.hostObject as? TensorObject {
            guard object.tensor.rank == 1 else {
                throw RuntimeError(.unsuitableValue, "a signal is a tensor of one axis, found \(object.tensor.rank)")
            }
            let numbers = try TensorNumbers(object.tensor)
            return SignalInput(samples: (0..<object.tensor.count).map { numbers[$0] }, rate: nil)
        }
        guard let list = ListValue.decode(value, context), let numbers = try PlainNumbers.of(context.plain(list.value))
        else {
            return nil
        }
        return SignalInput(samples: numbers, rate: nil)
    }

    /// The rate that was given, else the series' own.
    func rate(or given: Hertz?, function: String) throws -> Double {
        guard let rate = given?.value ?? rate else {
            throw RuntimeError(.unsuitableValue, "`\(function)` needs the sampling rate of a list, as `rate: 12kHz`")
        }
        return rate
    }
}

/// A frequency as a quantity or a plain number of hertz.
struct Hertz: BuiltinArgument, Sendable {
    let value: Double

    static var types: [ValueType] { Frequency.types + Double.types }
    static var typeDescription: String { "frequency | number" }
    static func decode(_ value: Value, _ context: CallContext) -> Hertz? {
        (Frequency.decode(value, context)?.hertz ?? value.doubleValue).map { Hertz(value: $0) }
    }
    static func describe(_ value: Hertz) -> String { Frequency.describe(Frequency(base: value.value)) }
}

/// A step of time: a duration, or a part of the calendar.
struct StepInput: BuiltinArgument {
    let step: TimeStep

    static var types: [ValueType] { TimeSpan.types + [.string] }
    static var typeDescription: String { "duration | \"month\" | \"quarter\" | \"year\"" }
    static func decode(_ value: Value, _ context: CallContext) throws -> StepInput? {
        if let span = TimeSpan.decode(value, context) { return StepInput(step: try .seconds(span.seconds)) }
        switch value.stringValue {
        case "month": return StepInput(step: .months(1))
        case "quarter": return StepInput(step: .months(3))
        case "year": return StepInput(step: .months(12))
        case let text?:
            throw RuntimeError(
                .unsuitableValue, "\"\(text)\" is no step",
                hint: "write a duration as `15min` or `1h`, or \"month\", \"quarter\" or \"year\"")
        case nil: return nil
        }
    }
}

/// A moment: a text as tables write times, or a duration since 1970.
struct MomentInput: BuiltinArgument {
    let nanoseconds: Int64

    static var types: [ValueType] { TimeSpan.types + [.string] }
    static var typeDescription: String { "string | duration" }
    static func decode(_ value: Value, _ context: CallContext) throws -> MomentInput? {
        if let span = TimeSpan.decode(value, context) {
            guard let nanoseconds = Int64(exactly: (span.seconds * 1e9).rounded()) else {
                throw RuntimeError(.unsuitableValue, "the time is not in the years 1677 to 2262")
            }
            return MomentInput(nanoseconds: nanoseconds)
        }
        guard let text = value.stringValue else { return nil }
        guard let nanoseconds = TimeReader.parse(text) else {
            throw RuntimeError(
                .unsuitableValue, "\"\(text)\" is not a time", hint: "write it as 2026-03-01 or 2026-03-01 12:00")
        }
        return MomentInput(nanoseconds: nanoseconds)
    }
}

/// Lists of numbers.
enum PlainNumbers {
    /// The numbers of a list, NaN for null; nil where something else is among them.
    static func of(_ value: PlainValue) -> [Double]? {
        guard case .list(let elements) = value else { return nil }
        var result: [Double] = []
        result.reserveCapacity(elements.count)
        for element in elements {
            switch element {
            case .int(let number): result.append(Double(number))
            case .float(let number): result.append(number)
            case .quantity(let quantity): result.append(quantity.value)
            case .null: result.append(.nan)
            case .bool, .string, .bytes, .list, .record: return nil
            }
        }
        return result
    }
}
