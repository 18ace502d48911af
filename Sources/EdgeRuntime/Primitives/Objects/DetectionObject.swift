public import EdgeForecasting
public import EdgeLang

/// The anomalies or changes that a detector found in a series.
public final class DetectionObject: HostObject {
    public static let typeName = "detection"

    public let detection: Detection

    public init(_ detection: Detection) { self.detection = detection }

    public var byteCount: Int { detection.verdicts.count * MemoryLayout<Verdict>.stride }

    public func display(_ options: DisplayOptions) -> String { ForecastText.describe(detection, options) }

    public var fieldNames: [String] { ["anomalies", "scores", "expected", "method"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "anomalies": try plainValue.encode(context)
        case "scores": try SeriesPlain.numbers(detection.verdicts.map(\.score)).encode(context)
        case "expected": try SeriesPlain.numbers(detection.verdicts.map(\.expected)).encode(context)
        case "method": context.string(detection.method.rawValue)
        default: nil
        }
    }

    public var plainValue: PlainValue { .list(detection.anomalies.map(record)) }

    public var elementCount: Int? { detection.anomalies.count }

    public func element(at index: Int, _ context: CallContext) throws -> Value {
        try record(detection.anomalies[index]).encode(context)
    }

    private func record(_ position: Int) -> PlainValue {
        .record(
            [
                .init("position", .int(position)), .init("time", SeriesPlain.time(detection.series.times[position])),
            ] + VerdictPlain.fields(detection.verdicts[position]))
    }
}

/// A detector that is fed value by value. It learns, so that copies of it are one and the same.
public final class DetectorObject: HostObject {
    public static let typeName = "detector"

    private let method: Detection.Method
    private var detector: any StreamDetector
    private var count = 0
    private var anomalies = 0

    init(_ method: Detection.Method, _ detector: any StreamDetector) {
        self.method = method
        self.detector = detector
    }

    public func display(_ options: DisplayOptions) -> String {
        "detector \"\(method.rawValue)\": \(ReadableValue.count(count)) values seen, \(ReadableValue.count(anomalies)) reported"
    }

    public var fieldNames: [String] { ["method", "count", "anomalies"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "method": context.string(method.rawValue)
        case "count": .int(count)
        case "anomalies": .int(anomalies)
        default: nil
        }
    }

    func update(_ value: Double) -> PlainValue {
        let verdict = detector.update(value)
        count += 1
        if verdict.isAnomaly { anomalies += 1 }
        return .record([.init("anomaly", .bool(verdict.isAnomaly))] + VerdictPlain.fields(verdict))
    }
}

/// A verdict's numbers as values of the language.
enum VerdictPlain {
    static func fields(_ verdict: Verdict) -> [PlainValue.Field] {
        [
            .init("value", SeriesPlain.number(verdict.value)), .init("expected", SeriesPlain.number(verdict.expected)),
            .init("score", .float(verdict.score)),
        ]
    }
}
