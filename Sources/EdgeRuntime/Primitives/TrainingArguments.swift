import EdgeLang
import EdgeTraining

/// A record of settings, its keys known.
private struct Settings {
    private let record: RecordValue
    private let what: String
    private let context: CallContext

    init(_ record: RecordValue, of what: String, keys: [String], _ context: CallContext) throws {
        for key in record.keys where !keys.contains(key) {
            let near = Spelling.closest(to: key, among: keys)
            throw RuntimeError(
                .unsuitableValue, "\(what) has no setting `\(key)`", hint: near.map { "did you mean `\($0)`?" },
                notes: ["settings: \(keys.joined(separator: ", "))"])
        }
        self.record = record
        self.what = what
        self.context = context
    }

    /// A setting, nil where it is not given.
    func get<Setting: BuiltinArgument>(_ key: String, _ type: Setting.Type) throws -> Setting? {
        guard let value = record[key] else { return nil }
        guard let setting = try Setting.decode(value, context) else {
            throw RuntimeError(
                .unsuitableValue, "`\(key)` of \(what) is \(Setting.typeDescription), found \(context.typeName(value))")
        }
        return setting
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws -> Float? {
        guard let number = try get(key, Double.self) else { return nil }
        guard range.contains(number) else {
            throw RuntimeError(
                .unsuitableValue,
                "`\(key)` of \(what) is \(number), and has to lie within \(range.lowerBound)...\(range.upperBound)")
        }
        return Float(number)
    }

    func whole(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let number = try get(key, Int.self) else { return nil }
        guard range.contains(number) else {
            throw RuntimeError(
                .unsuitableValue,
                "`\(key)` of \(what) is \(number), and has to lie within \(range.lowerBound)...\(range.upperBound)")
        }
        return number
    }
}

/// The refusal of a name that is none.
private func unknown(_ what: String, _ name: String, among names: [String]) -> RuntimeError {
    RuntimeError(
        .unsuitableValue, "there is no \(what) \"\(name)\"",
        hint: Spelling.closest(to: name, among: names).map { "did you mean \"\($0)\"?" },
        notes: ["there are: \(names.joined(separator: ", "))"])
}

extension Primitives {
    /// `"adamw"`, or `{kind: "momentum", momentum: 0.95}`.
    struct OptimiserArgument: BuiltinArgument {
        let optimiser: Optimiser

        static var types: [ValueType] { [.string, .record] }
        static var typeDescription: String { "string | record" }
        static func describe(_ value: OptimiserArgument) -> String { "\"\(value.optimiser.name)\"" }

        static func decode(_ value: Value, _ context: CallContext) throws -> OptimiserArgument? {
            if let name = value.stringValue { return OptimiserArgument(optimiser: try named(name)) }
            guard let record = RecordValue.decode(value, context) else { return nil }
            let settings = try Settings(
                record, of: "an optimizer", keys: ["kind", "momentum", "beta1", "beta2", "epsilon", "smoothing"],
                context)
            let share = 0.0...0.999999
            let epsilon = try settings.number("epsilon", in: 0...1)
            let (beta1, beta2) = (try settings.number("beta1", in: share), try settings.number("beta2", in: share))
            let momentum = try settings.number("momentum", in: share)
            let smoothing = try settings.number("smoothing", in: share)
            switch try named(try settings.get("kind", String.self) ?? "adamw") {
            case .sgd: return OptimiserArgument(optimiser: momentum.map { .momentum(keep: $0) } ?? .sgd)
            case .momentum(let keep, let nesterov):
                return OptimiserArgument(optimiser: .momentum(keep: momentum ?? keep, nesterov: nesterov))
            case .rmsProp(let keep, let small, let usual):
                return OptimiserArgument(
                    optimiser: .rmsProp(
                        keep: smoothing ?? keep, epsilon: epsilon ?? small, momentum: momentum ?? usual))
            case .adam(let one, let two, let small):
                return OptimiserArgument(
                    optimiser: .adam(beta1: beta1 ?? one, beta2: beta2 ?? two, epsilon: epsilon ?? small))
            case .adamW(let one, let two, let small):
                return OptimiserArgument(
                    optimiser: .adamW(beta1: beta1 ?? one, beta2: beta2 ?? two, epsilon: epsilon ?? small))
            case .lamb(let one, let two, let small):
                return OptimiserArgument(
                    optimiser: .lamb(beta1: beta1 ?? one, beta2: beta2 ?? two, epsilon: epsilon ?? small))
            }
        }

        private static func named(_ name: String) throws -> Optimiser {
            guard let optimiser = Optimiser(name: name) else {
                throw unknown("optimizer", name, among: Optimiser.names)
            }
            return optimiser
        }
    }

    /// `"cosine"`, or `{kind: "step", every: 10, factor: 0.1}`.
    struct ScheduleArgument: BuiltinArgument {
        let schedule: Schedule

        static var types: [ValueType] { [.string, .record] }
        static var typeDescription: String { "string | record" }
        static func describe(_ value: ScheduleArgument) -> String { "\"\(value.schedule.name)\"" }

        static func decode(_ value: Value, _ context: CallContext) throws -> ScheduleArgument? {
            let settings: Settings?
            let kind: String
            if let name = value.stringValue {
                (settings, kind) = (nil, name)
            } else if let record = RecordValue.decode(value, context) {
                let given = try Settings(
                    record, of: "a schedule", keys: ["kind", "every", "factor", "floor", "rise", "patience"], context)
                (settings, kind) = (given, try given.get("kind", String.self) ?? "constant")
            } else {
                return nil
            }
            let factor = try settings?.number("factor", in: 0...1).map(Double.init)
            switch kind {
            case "constant": return ScheduleArgument(schedule: .constant)
            case "step":
                let every = try settings?.whole("every", in: 1...1_000_000)
                return ScheduleArgument(schedule: .step(every: every ?? 10, factor: factor ?? 0.1))
            case "cosine":
                let floor = try settings?.number("floor", in: 0...1).map(Double.init)
                return ScheduleArgument(schedule: .cosine(floor: floor ?? 0))
            case "one_cycle":
                let rise = try settings?.number("rise", in: 0...1).map(Double.init)
                return ScheduleArgument(schedule: .oneCycle(rise: rise ?? 0.3))
            case "plateau":
                let patience = try settings?.whole("patience", in: 0...1_000_000)
                return ScheduleArgument(schedule: .plateau(factor: factor ?? 0.1, patience: patience ?? 3))
            default: throw unknown("schedule", kind, among: Schedule.names)
            }
        }
    }

    /// `"huber"`, or `{kind: "huber", delta: 0.5}`.
    struct LossArgument: BuiltinArgument {
        let loss: Loss

        static var types: [ValueType] { [.string, .record] }
        static var typeDescription: String { Loss.names.map { "\"\($0)\"" }.joined(separator: " | ") + " | record" }

        static func decode(_ value: Value, _ context: CallContext) throws -> LossArgument? {
            if let name = value.stringValue {
                guard let loss = Loss(name: name) else { throw unknown("loss", name, among: Loss.names) }
                return LossArgument(loss: loss)
            }
            guard let record = RecordValue.decode(value, context) else { return nil }
            let settings = try Settings(record, of: "a loss", keys: ["kind", "delta"], context)
            let name = try settings.get("kind", String.self) ?? "huber"
            guard var loss = Loss(name: name) else { throw unknown("loss", name, among: Loss.names) }
            if case .huber = loss, let delta = try settings.number("delta", in: 1e-9...1e9) {
                loss = .huber(delta: delta)
            }
            return LossArgument(loss: loss)
        }
    }

    /// `{flip: "horizontal", shift: 2, noise: 0.1}`.
    struct AugmentationArgument: BuiltinArgument {
        let augmentation: Augmentation

        static var types: [ValueType] { RecordValue.types }
        static var typeDescription: String { "record" }

        static func decode(_ value: Value, _ context: CallContext) throws -> AugmentationArgument? {
            guard let record = RecordValue.decode(value, context) else { return nil }
            let settings = try Settings(
                record, of: "`augment`",
                keys: ["flip", "invert", "crop", "shift", "stretch", "scale", "noise", "cutout", "mixup"], context)
            var result = Augmentation()
            switch try settings.get("flip", OneOf<Bool, String>.self) {
            case .first(let flips)?: result.flip = flips ? .horizontal : .none
            case .second(let name)?:
                guard let flip = Augmentation.Flip(rawValue: name) else {
                    throw unknown("flip", name, among: Augmentation.Flip.allCases.map(\.rawValue))
                }
                result.flip = flip
            case nil: break
            }
            let lengths = 0...1_000_000
            result.invert = try settings.get("invert", Bool.self) ?? false
            result.crop = try settings.whole("crop", in: lengths) ?? 0
            result.shift = try settings.whole("shift", in: lengths) ?? 0
            result.cutout = try settings.whole("cutout", in: lengths) ?? 0
            result.stretch = try settings.number("stretch", in: 0...0.9) ?? 0
            result.scale = try settings.number("scale", in: 0...0.999) ?? 0
            result.noise = try settings.number("noise", in: 0...1e9) ?? 0
            result.mixup = try settings.number("mixup", in: 0...1000) ?? 0
            return AugmentationArgument(augmentation: result)
        }
    }

    /// What is watched: a metric, or the loss.
    struct WatchedArgument: BuiltinArgument {
        let watched: WatchedMetric

        static var types: [ValueType] { [.string] }
        static var typeDescription: String { "\"loss\" | \(MetricName.typeDescription)" }

        static func decode(_ value: Value, _ context: CallContext) throws -> WatchedArgument? {
            if value.stringValue == "loss" { return WatchedArgument(watched: .loss) }
            return try MetricName.decode(value, context).map { WatchedArgument(watched: .metric($0.metric)) }
        }
    }
}
