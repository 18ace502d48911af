public import EdgeModels
import EdgeTensors
public import EdgeTraining

/// Cuts whole channels out of a network, so that it is really smaller.
public enum Pruner {
    /// Prunes a float model.
    ///
    /// - Parameters:
    ///   - data: Samples like those the model will see. With them the layers that lose inputs are fitted to what the network
    ///     gave before, and batch normalisation gets new statistics. Labels are not used.
    ///   - progress: Told how far the work has come; what it throws cancels it.
    /// - Returns: the smaller model, with an entry in its history that says what was done and what it did.
    /// - Throws: `CompressionError`, `TrainingError` or `ModelError` with a stable code.
    public static func prune(
        _ model: Model, options: PruneOptions, data: LabelledDataset? = nil, progress: ProgressHandler? = nil
    ) throws -> (model: Model, report: PruneReport) {
        try options.validate(hasData: data != nil)
        let prepared = try prepare(model, options)
        if let data { try refuseUnusable(data) }
        let channels = prepared.channels
        var measured: [ValueID: [Double]] = [:]
        if options.criterion == .activation, let data {
            measured = try ChannelScores.measure(prepared.model, channels, on: data) { try progress?(0.3 * $0) }
        }
        let scores = try ChannelScores(channels, criterion: options.criterion, measured: measured)
        let plan = PrunePlan(channels, scores, floor: options.floor)
        guard plan.prunable > 0 else { throw CompressionError.nothingToPrune(model.name, why: reasons(channels).first) }
        let cut = plan.cut(options.amount)
        var result = try apply(cut, to: prepared, data: data) { try progress?(0.3 + 0.7 * $0) }
        let report = report(channels, cut: cut)
        result.history.append(
            HistoryEntry(
                step: options.step(samples: data?.count),
                effect: effect(from: model, to: result, report, plan, cut, options, reasons(channels))))
        try progress?(1)
        return (result, report)
    }

    /// What of a model can be cut, and why the rest cannot.
    public static func report(_ model: Model, protected: [String] = []) throws -> PruneReport {
        let prepared = try prepare(model, PruneOptions(.ratio(0), protected: protected))
        return report(prepared.channels, cut: [])
    }

    // MARK: Steps

    /// A model in the form in which channels are followed, with what was found of them.
    struct Prepared {
        let model: Model
        let channels: ChannelGraph
    }

    static func prepare(_ model: Model, _ options: PruneOptions) throws -> Prepared {
        try Quantizer.refuseQuantized(model, verb: "prune")
        let kept = try SkipList(options.protected, in: model.graph, option: "protect")
        var prepared = model
        try prepared.graph.foldConstants()
        prepared.graph.removeIdentities()
        try prepared.graph.foldBiases()
        try DenseLayers.run(&prepared.graph)
        prepared.graph.removeDeadNodes()
        try refuseNotFinite(prepared.graph)
        let channels = try ChannelGraph(prepared.graph) { kept.contains($0) }
        return Prepared(model: prepared, channels: channels)
    }

    /// The most bytes that one value of all samples may take while layers are fitted one by one.
    private static let reconstructionBytes = 128 << 20

    static func apply(
        _ cut: Set<Int>, to prepared: Prepared, data: LabelledDataset?, progress: ProgressHandler?
    ) throws -> Model {
        let cutter = GraphCutter(channels: prepared.channels, cut: cut)
        var result = prepared.model
        result.graph = try cutter.build()
        guard let data, !cut.isEmpty else { return result }
        let largest = prepared.model.graph.values.reduce(1) { size, value in
            let extents = value.type?.shape?.map { $0.fixedValue ?? 1 } ?? []
            return max(size, 4 * (Tensor.elementCount(of: extents) ?? 1))
        }
        let samples = max(1, min(data.count, reconstructionBytes / largest))
        var batches: [[Tensor]] = []
        try ModelRunner(prepared.model).forEachBatch(try data.rows(0..<samples)) { inputs, _, _ in
            batches.append(inputs)
        }
        var reconstruction = Reconstruction(original: prepared.model.graph, pruned: result.graph, cutter: cutter)
        result.graph = try reconstruction.run(batches, progress: progress)
        result.graph.removeUnusedConstants()
        return result
    }

    static func refuseUnusable(_ data: LabelledDataset) throws {
        try data.validate()
        guard data.count > 0 else { throw CompressionError.calibration("the data has no samples") }
        for input in data.inputs where input.dtype == .f32 {
            let wrong = try input.withElements(of: Float.self) { $0.firstIndex { !$0.isFinite } }
            if let wrong {
                throw CompressionError.calibration(
                    "sample \(wrong / max(1, input.count / max(1, data.count))) of the data holds a value that is not finite",
                    hint: "drop such samples, or replace the value")
            }
        }
    }

    private static func refuseNotFinite(_ graph: Graph) throws {
        for node in graph.nodes {
            for id in node.inputs.compactMap({ $0 }) {
                guard let constant = graph.constants[id], constant.dtype == .f32 else { continue }
                // An open end of a clamp, or what a pad fills in, is written as an infinity.
                let isBound = constant.count == 1
                let isWrong = try constant.withElements(of: Float.self) { values in
                    values.contains { isBound ? $0.isNaN : !$0.isFinite }
                }
                if isWrong { throw CompressionError.notFinite(layer: node.name) }
            }
        }
    }

    // MARK: Telling

    static func report(_ channels: ChannelGraph, cut: Set<Int>) -> PruneReport {
        var owners: [Int: Set<Int>] = [:]
        for (index, layer) in channels.layers.enumerated() {
            for atom in layer.atoms { owners[channels.atoms.root(atom), default: []].insert(index) }
        }
        return PruneReport(
            layers: channels.layers.enumerated().map { index, layer in
                let roots = layer.atoms.map(channels.atoms.root)
                let others = roots.reduce(into: Set<Int>()) { $0.formUnion(owners[$1] ?? []) }.subtracting([index])
                let frozen = layer.atoms.compactMap { channels.atoms.reason($0) }
                return PruneReport.Layer(
                    name: layer.name, op: channels.graph.nodes[layer.node].op.rawValue, channels: roots.count,
                    prunable: roots.count - frozen.count, kept: roots.count { !cut.contains($0) },
                    coupledWith: others.sorted().map { channels.layers[$0].name }, reason: frozen.first)
            })
    }

    /// Why layers must stay whole, but for the model's own outputs and what was asked to stay.
    private static func reasons(_ channels: ChannelGraph) -> [String] {
        var result: [String] = []
        for layer in channels.layers {
            guard let reason = layer.atoms.lazy.compactMap({ channels.atoms.reason($0) }).first,
                reason != ChannelGraph.output, reason != ChannelGraph.protected, !result.contains(reason)
            else { continue }
            result.append(reason)
        }
        return result
    }

    private static func effect(
        from model: Model, to result: Model, _ report: PruneReport, _ plan: PrunePlan, _ cut: Set<Int>,
        _ options: PruneOptions, _ reasons: [String]
    ) -> String {
        let (before, after) = (ModelSummary(model), ModelSummary(result))
        let channels = report.layers.reduce(0) { $0 + $1.channels }
        let kept = report.layers.reduce(0) { $0 + $1.kept }
        var text = "\(channels) -> \(kept) channels, \(before.totalMACs) -> \(after.totalMACs) multiplications, "
        text += "\(ByteText.text(before.totalWeightBytes)) -> \(ByteText.text(after.totalWeightBytes)) of weights"
        let isShort: Bool
        switch options.amount {
        case .ratio(let ratio): isShort = cut.count < Int((ratio * Double(plan.prunable)).rounded())
        case .multiplications(let share):
            isShort = Double(after.totalMACs) > share * Double(before.totalMACs) * 1.0001
        }
        if isShort { text += "; the floor of channels a layer allowed no more" }
        if !reasons.isEmpty {
            text += "; kept whole: " + reasons.prefix(3).joined(separator: "; ")
            if reasons.count > 3 { text += "; and \(reasons.count - 3) more" }
        }
        return text
    }
}

extension PruneOptions {
    /// The call as a script would write it.
    func step(samples: Int?) -> String {
        var arguments: [String] = []
        switch amount {
        case .ratio(let ratio): arguments.append("ratio: \(ratio)")
        case .multiplications(let share): arguments.append("flops: \(share)")
        }
        if criterion != .magnitude { arguments.append("criterion: \"\(criterion.rawValue)\"") }
        if let samples { arguments.append("data: \(samples) samples") }
        if !protected.isEmpty {
            arguments.append("protect: [\(protected.map { "\"\($0)\"" }.joined(separator: ", "))]")
        }
        return "prune(\(arguments.joined(separator: ", ")))"
    }
}
