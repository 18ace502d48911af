import EdgeDeployment
public import EdgeModels
import EdgeTensors
public import EdgeTraining

/// Searches, among networks cut and quantized layer by layer, for those that give most within a budget.
///
/// Evolutionary (NSGA-II): what each network costs is known before it runs, and how good it may be is guessed from the measured
/// sensitivity of the layers. From many children of the best so far only the most promising within the budget are made and judged on
/// data. Everything follows from the seed.
public struct ModelSearch {
    private var space: SearchSpace
    private let model: Model
    private let dataset: LabelledDataset
    private let metric: Metric
    private let options: SearchOptions
    private let reference: [Predictions]
    private var generator: SeededGenerator
    private var judged: [(genome: Genome, candidate: SearchCandidate)] = []
    private var seen: Set<Genome> = []

    /// Networks that have children, children made of them at a time, and how many of these are judged.
    private static let (parents, children, chosen) = (12, 64, 4)

    /// Runs a search.
    ///
    /// - Parameters:
    ///   - model: A float network.
    ///   - dataset: Samples with labels. The first of them also serve for calibration and fitting, without their labels. Judge the
    ///     result on others: what was chosen by these looks better on them than it is.
    ///   - progress: Told how far the work has come; what it throws cancels it.
    /// - Throws: `CompressionError`, `DeploymentError`, `TrainingError` or `ModelError` with a stable code.
    public static func run(
        _ model: Model, on dataset: LabelledDataset, options: SearchOptions, metric: Metric? = nil,
        progress: ProgressHandler? = nil
    ) throws -> SearchResult {
        try options.validate()
        var search = try ModelSearch(
            model, on: dataset, options: options, metric: metric ?? Evaluation.defaultMetric(for: dataset)
        ) { try progress?(0.2 * $0) }
        while search.judged.count < options.evaluations {
            let next = try search.next(min(ModelSearch.chosen, options.evaluations - search.judged.count))
            if next.isEmpty { break }
            for genome in next {
                try search.judge(genome)
                try progress?(0.2 + 0.8 * Double(search.judged.count) / Double(options.evaluations))
            }
        }
        return try search.result()
    }

    private init(
        _ model: Model, on dataset: LabelledDataset, options: SearchOptions, metric: Metric, progress: ProgressHandler?
    ) throws {
        try Pruner.refuseUnusable(dataset)
        guard metric != .confusionMatrix else {
            throw CompressionError.option("a confusion matrix is no number to search by", hint: "\"accuracy\" is")
        }
        self.model = model
        self.dataset = dataset
        self.metric = metric
        self.options = options
        reference = try ModelRunner(model).predictions(dataset)
        space = try SearchSpace(
            model, on: dataset, device: options.device, protected: options.protected, progress: progress)
        generator = SeededGenerator(seed: options.seed)
    }

    // MARK: Choosing

    private mutating func next(_ count: Int) throws -> [Genome] {
        switch options.strategy {
        case .random: return try pick(count, from: randomGenomes(64), spreads: false) { _ in 0 }
        case .evolutionary:
            if judged.isEmpty {
                let first = try pick(
                    min(options.evaluations, max(count, options.evaluations / 3)),
                    from: unseen(space.seeds(size: options.budget.size)))
                if !first.isEmpty { return first }
            }
            return try pickChildren(count)
        }
    }

    private func unseen(_ genomes: [Genome]) -> [Genome] {
        var own = seen
        return genomes.filter { own.insert($0).inserted }
    }

    private mutating func randomGenomes(_ count: Int) -> [Genome] {
        var result: [Genome] = []
        for _ in 0..<count { result.append(Genome.random(space, &generator)) }
        return unseen(result)
    }

    /// Children of the best networks so far, and a few networks by chance. Two random ones compete to become a parent.
    ///
    /// A child is guessed to lose what its parents lost, and more by as much as its guessed error is larger than theirs.
    private mutating func pickChildren(_ count: Int) throws -> [Genome] {
        let trend = LossTrend(judged.map { (error: space.predictedError($0.genome), loss: loss($0.candidate)) })
        let ranked = ParetoRanking.order(judged.map { entry($0.candidate) }).prefix(ModelSearch.parents)
        var guesses: [Genome: Double] = [:]
        var offspring: [Genome] = []
        if !ranked.isEmpty {
            for _ in 0..<ModelSearch.children {
                let mother = ranked[min(generator.next(below: ranked.count), generator.next(below: ranked.count))]
                let father = ranked[min(generator.next(below: ranked.count), generator.next(below: ranked.count))]
                let child = judged[mother].genome.crossed(with: judged[father].genome, &generator)
                    .mutated(space, &generator)
                let surplus = (trend.surplus(mother) + trend.surplus(father)) / 2
                guesses[child] = min(guesses[child] ?? .infinity, trend.loss(space.predictedError(child)) + surplus)
                offspring.append(child)
            }
        }
        return try pick(count, from: unseen(offspring) + randomGenomes(8)) { [space] genome in
            guesses[genome] ?? trend.loss(space.predictedError(genome))
        }
    }

    /// What is to be small.
    private func loss(_ candidate: SearchCandidate) -> Double {
        metric.largerIsBetter ? -candidate.accuracy : candidate.accuracy
    }

    /// The most promising: half of them by the guessed loss alone, the others spread over the front of guesses.
    private mutating func pick(
        _ count: Int, from genomes: [Genome], spreads: Bool = true, loss: ((Genome) -> Double)? = nil
    ) throws -> [Genome] {
        var entries: [ParetoRanking.Entry] = []
        for genome in genomes {
            let cost = try space.cost(genome)
            let guess = loss?(genome) ?? space.predictedError(genome)
            let objectives =
                spreads
                ? [guess, Double(cost.size)] + [cost.latency, cost.memory.map(Double.init)].compactMap { $0 } : [guess]
            entries.append(ParetoRanking.Entry(objectives: objectives, violation: violation(cost)))
        }
        let ranked = ParetoRanking.order(entries)
        let best = entries.indices.sorted {
            (entries[$0].violation, entries[$0].objectives[0], $0) < (
                entries[$1].violation, entries[$1].objectives[0], $1
            )
        }
        var result: [Genome] = []
        for position in best.prefix((count + 1) / 2) + ranked where result.count < count {
            if seen.insert(genomes[position]).inserted { result.append(genomes[position]) }
        }
        return result
    }

    // MARK: Judging

    private mutating func judge(_ genome: Genome) throws {
        var small = try space.build(genome)
        let predictions = try ModelRunner(small).predictions(dataset)
        guard let first = predictions.first, let value = try Evaluation.measure(first, dataset, metric: metric).number
        else {
            throw CompressionError.option("the metric \(metric.name) gives no number to search by")
        }
        var cost = SearchSpace.Cost(size: ModelSummary(small).totalWeightBytes)
        if let device = options.device {
            let estimate = try CostEstimator.estimate(small, on: device)
            cost.latency = estimate.latency
            cost.memory = estimate.ram
        }
        let bits = zip(space.layers, genome.bits).map { (layer: $0.name, bits: SearchSpace.bits[$1]) }
        small.history = model.history + [HistoryEntry(step: options.step, effect: effect(small, genome, cost, value))]
        judged.append(
            (
                genome,
                SearchCandidate(
                    model: small, accuracy: value, outputError: Sensitivity.error(predictions, reference),
                    size: cost.size,
                    latency: cost.latency, memory: cost.memory, bits: bits,
                    violation: violation(cost) + shortfall(value))
            ))
    }

    /// The sum of the shares by which limits are passed.
    private func violation(_ cost: SearchSpace.Cost) -> Double {
        func over(_ value: Double?, _ limit: Double?) -> Double {
            guard let value, let limit else { return 0 }
            return max(0, value / limit - 1)
        }
        return over(Double(cost.size), options.budget.size.map(Double.init))
            + over(cost.latency, options.budget.latency)
            + over(cost.memory.map(Double.init), options.budget.memory.map(Double.init))
    }

    private func shortfall(_ value: Double) -> Double {
        guard let limit = options.budget.accuracy else { return 0 }
        guard value.isFinite else { return .infinity }
        let gap = metric.largerIsBetter ? limit - value : value - limit
        return max(0, gap / max(abs(limit), 1e-12))
    }

    private func entry(_ candidate: SearchCandidate) -> ParetoRanking.Entry {
        // Accuracies on few samples often tie; the closer to the given network, the better then.
        let objectives =
            [loss(candidate), Double(candidate.size)]
            + [candidate.latency, candidate.memory.map(Double.init)].compactMap { $0 }
        return ParetoRanking.Entry(objectives: objectives, violation: candidate.violation)
    }

    // MARK: Telling

    private func result() throws -> SearchResult {
        let candidates = judged.map(\.candidate)
        func isBetter(_ a: SearchCandidate, _ b: SearchCandidate) -> Bool {
            if a.violation != b.violation { return a.violation < b.violation }
            if a.accuracy != b.accuracy {
                return metric.largerIsBetter ? a.accuracy > b.accuracy : a.accuracy < b.accuracy
            }
            return (a.outputError, a.size) < (b.outputError, b.size)
        }
        guard let closest = candidates.min(by: isBetter) else {
            throw CompressionError.option("the search found no network to judge", hint: "allow more `evaluations`")
        }
        // The front shows what is to be had, within the budget or not.
        let free = candidates.map { candidate in
            var own = entry(candidate)
            own.violation = 0
            return own
        }
        let front = ParetoRanking.front(free).map { candidates[$0] }.sorted(by: { a, b in
            a.accuracy == b.accuracy ? a.size < b.size : metric.largerIsBetter == (a.accuracy > b.accuracy)
        })
        let isMet = closest.violation == 0
        return SearchResult(
            front: front, best: isMet ? closest : nil, closest: closest, metric: metric, evaluations: judged.count,
            message: message(closest, isMet: isMet))
    }

    private func message(_ closest: SearchCandidate, isMet: Bool) -> String {
        let facts = [
            "\(metric.name) \(SearchText.number(closest.accuracy))", ByteText.text(closest.size),
            closest.latency.map(SearchText.time), closest.memory.map { "\(ByteText.text($0)) of memory" },
        ].compactMap { $0 }.joined(separator: ", ")
        if isMet { return "best of \(judged.count) networks within the budget: \(facts)" }
        var misses: [String] = []
        if let limit = options.budget.size, closest.size > limit {
            misses.append("\(ByteText.text(closest.size - limit)) too large")
        }
        if let limit = options.budget.latency, let latency = closest.latency, latency > limit {
            misses.append("\(SearchText.time(latency - limit)) too slow")
        }
        if let limit = options.budget.memory, let memory = closest.memory, memory > limit {
            misses.append("\(ByteText.text(memory - limit)) of memory too much")
        }
        if let limit = options.budget.accuracy, shortfall(closest.accuracy) > 0 {
            misses.append(
                "\(metric.name) \(SearchText.number(closest.accuracy)) where \(SearchText.number(limit)) is asked for")
        }
        return
            "none of \(judged.count) networks meets the budget; the closest (\(facts)) is \(misses.joined(separator: " and "))"
    }

    private func effect(_ small: Model, _ genome: Genome, _ cost: SearchSpace.Cost, _ value: Double) -> String {
        let counts = SearchSpace.bits.indices.compactMap { gene -> String? in
            let count = genome.bits.count { $0 == gene }
            guard count > 0 else { return nil }
            return SearchSpace.bits[gene] == 32 ? "\(count) float" : "\(count) of \(SearchSpace.bits[gene]) bits"
        }
        let (before, after) = (ModelSummary(model), ModelSummary(small))
        return "\(counts.joined(separator: ", ")); \(before.totalMACs) -> \(after.totalMACs) multiplications, "
            + "\(ByteText.text(before.totalWeightBytes)) -> \(ByteText.text(cost.size)) of weights, "
            + "\(metric.name) \(SearchText.number(value)) on \(dataset.count) samples"
    }
}

extension SearchOptions {
    /// The call as a script would write it.
    var step: String {
        var limits: [String] = []
        if let size = budget.size { limits.append("size: \(size)B") }
        if let latency = budget.latency { limits.append("latency: \(SearchText.time(latency))") }
        if let memory = budget.memory { limits.append("memory: \(memory)B") }
        if let accuracy = budget.accuracy { limits.append("accuracy: \(accuracy)") }
        var text = "search(budget: {\(limits.joined(separator: ", "))}"
        if let device { text += ", target: \"\(device.name)\"" }
        text += ", evaluations: \(evaluations), seed: \(seed)"
        if strategy != .evolutionary { text += ", strategy: \"\(strategy.rawValue)\"" }
        return text + ")"
    }
}

/// Numbers as messages tell them.
enum SearchText {
    /// Four digits behind the point at most.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
        return "\((value * 10_000).rounded() / 10_000)"
    }

    static func time(_ seconds: Double) -> String {
        seconds < 1e-3 ? "\(ByteText.oneDecimal(seconds * 1e6))us" : "\(ByteText.oneDecimal(seconds * 1e3))ms"
    }
}
