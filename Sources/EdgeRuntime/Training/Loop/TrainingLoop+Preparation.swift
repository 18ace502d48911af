#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
import EdgeModels
import EdgeTensors

/// What a run is made of: the loss that suits, weights of classes, and the mark by which a checkpoint knows its run.
extension TrainingLoop {
    /// The loss that suits labels and network where none is named.
    static func usualLoss(_ model: Model, _ data: LabelledDataset) -> Loss {
        let columns = columns(model.graph)
        if data.classes != nil { return columns == 1 ? .binaryCrossEntropy : .crossEntropy }
        if data.labels != nil, columns > 1, TrainableGraph.ending(of: model.graph).ending == .softmax {
            return .crossEntropy
        }
        return .meanSquared
    }

    /// The numbers that the first output gives a sample on its last axis; 0 where that is open.
    static func columns(_ graph: Graph) -> Int {
        guard let output = graph.outputs.first, let shape = graph.type(of: output)?.shape, shape.count > 1 else {
            return 1
        }
        return shape.last?.fixedValue ?? 0
    }

    static func classWeights(
        _ choice: TrainingOptions.ClassWeights, _ classes: [Int]?, columns: Int
    ) throws(TrainingError) -> [Float]? {
        switch choice {
        case .same: return nil
        case .given(let weights): return weights
        case .balanced:
            let count = max(2, columns)
            guard let classes else {
                throw .option("balanced classes need a class for every sample", hint: "the labels are numbers")
            }
            var members = [Int](repeating: 0, count: count)
            for label in classes where members.indices.contains(label) { members[label] += 1 }
            let present = members.count { $0 > 0 }
            return members.map { $0 == 0 ? 1 : Float(Double(classes.count) / (Double(present) * Double($0))) }
        }
    }

    static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A number that differs where model, data or options do. The count of epochs and the patience may change from run to run.
    func fingerprint() -> UInt64 {
        var mark = Fingerprint()
        for vector in [trainable.parameters, trainable.statistics] {
            for entry in vector.entries { mark.add("\(entry.name) \(entry.shape)") }
            mark.add(UnsafeRawBufferPointer(vector.values))
        }
        for data in [source.dataset, validation?.dataset] {
            for tensor in (data?.inputs ?? []) + (data?.labels.map { [$0] } ?? []) {
                mark.add("\(tensor.shape) \(tensor.dtype)")
                try? tensor.withBytes { mark.add($0) }
            }
        }
        mark.add("\(options.batch) \(options.seed) \(options.optimiser) \(rate) \(options.schedule) \(options.warmup)")
        mark.add("\(options.decay ?? options.optimiser.usualDecay) \(options.clip) \(loss) \(lossOptions) \(watched)")
        mark.add("\(options.augmentation) \(options.averaging ?? 0)")
        return mark.value
    }
}

/// A hash of what a run depends on.
private struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) { text.utf8.forEach { mix(UInt64($0)) } }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / 8
        for word in 0..<whole { mix(bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)) }
        for position in whole * 8..<bytes.count { mix(UInt64(bytes[position])) }
        mix(UInt64(bytes.count))
    }

    private mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0x100_0000_01B3
        value ^= value >> 29
    }
}

/// A clock that is never set.
enum MonotonicClock {
    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension LossValue {
    /// Mixes in another loss: its share, and of this one what is left.
    mutating func blend(with other: LossValue, share: Float) throws {
        value = Double(1 - share) * value + Double(share) * other.value
        try gradient.withMutableElements(of: Float.self) { own in
            try other.gradient.withElements(of: Float.self) { theirs in
                for index in 0..<min(own.count, theirs.count) {
                    own[index] = (1 - share) * own[index] + share * theirs[index]
                }
            }
        }
    }
}

extension TrainingResult {
    /// How the history of the model tells of it.
    func entry(_ options: TrainingOptions, rate: Double) -> HistoryEntry {
        var step =
            "train(epochs: \(options.epochs), batch: \(options.batch), optimizer: \"\(options.optimiser.name)\", lr: \(rate)"
        if options.schedule != .constant { step += ", schedule: \"\(options.schedule.name)\"" }
        if options.seed != 0 { step += ", seed: \(options.seed)" }
        step += ")"
        var effect = "\(history.count) epochs"
        if let first = history.first, let last = history.last {
            effect += ", \(loss.name) \(Self.short(first.loss)) -> \(Self.short(last.loss))"
        }
        if isValidated {
            effect += ", \(watched.name) \(Self.short(best)) on data kept apart, of epoch \(bestEpoch)"
        }
        switch ending {
        case .done: break
        case .stopped: effect += ", stopped as nothing became better"
        case .interrupted: effect += ", interrupted"
        }
        return HistoryEntry(step: step, effect: effect)
    }

    /// A number with four digits that count.
    private static func short(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return "\(number)" }
        let digits = 3 - Int(log10(abs(number)).rounded(.down))
        guard digits >= 0, digits < 12 else { return "\(number)" }
        let scale = pow(10, Double(digits))
        return "\((number * scale).rounded() / scale)"
    }
}
