import EdgeDeployment
import EdgeModels
import EdgeTensors
import EdgeTraining

/// The networks that a search may come to, what each costs, and a guess of how good it is, without running it.
struct SearchSpace {
    /// The bits of a layer's weights; 32 stands for float.
    static let bits = [8, 4, 32]
    /// The share of a family's channels that is cut.
    static let shares = [0, 0.125, 0.25, 0.375, 0.5]
    static let methods: [CalibrationMethod] = [.minMax, .percentile, .mse]
    /// Samples for calibration and for fitting what is left after a cut.
    static let fittingSamples = 64
    /// The share at which families are compared.
    private static let probe = 2

    let prepared: Pruner.Prepared
    let layers: [Sensitivity.Layer]
    private let otherBytes: Int
    /// Root atoms of channels that layers share, the least important first.
    let families: [[Int]]
    /// The error of the outputs when each family is cut at the probed share.
    private let widthErrors: [Double]
    private let device: DeviceProfile?
    /// Networks by widths, before they are quantized: as they are cut, and fitted on data.
    private var cutGraphs: [[Int]: Model] = [:]
    private var fitted: [[Int]: Model] = [:]
    let fitting: LabelledDataset
    /// All samples, whose labels the biases of the last layer are fitted to.
    private let dataset: LabelledDataset

    init(
        _ model: Model, on dataset: LabelledDataset, device: DeviceProfile?, protected: [String],
        progress: ProgressHandler?
    ) throws {
        let fitting = try dataset.rows(0..<min(dataset.count, SearchSpace.fittingSamples))
        let prepared = try Pruner.prepare(model, PruneOptions(.ratio(0), protected: protected))
        let sensitivity = try Sensitivity(prepared.model, on: fitting) { try progress?(0.5 * $0) }
        let families = try SearchSpace.families(prepared, on: fitting)
        var compared = prepared.model
        compared.graph.outputs = Sensitivity.comparedValues(compared.graph)
        let reference = try ModelRunner(compared).predictions(fitting)
        var errors: [Double] = []
        for family in families {
            let cut = Set(family.prefix(SearchSpace.count(family, SearchSpace.probe)))
            var small = try Pruner.apply(cut, to: prepared, data: fitting, progress: nil)
            small.graph.outputs = Sensitivity.comparedValues(small.graph)
            errors.append(Sensitivity.error(try ModelRunner(small).predictions(fitting), reference))
            try progress?(0.5 + 0.5 * Double(errors.count) / Double(families.count))
        }
        self.prepared = prepared
        self.layers = sensitivity.layers
        self.otherBytes = sensitivity.otherBytes
        self.families = families
        self.widthErrors = errors
        self.device = device
        self.fitting = fitting
        self.dataset = dataset
    }

    /// Groups of coupled channels, sorted into families that the same layers hold.
    private static func families(_ prepared: Pruner.Prepared, on data: LabelledDataset) throws -> [[Int]] {
        let channels = prepared.channels
        let measured = try ChannelScores.measure(prepared.model, channels, on: data, progress: nil)
        let scores = try ChannelScores(channels, criterion: .activation, measured: measured).byRoot
        var holders: [Int: Set<Int>] = [:]
        for (index, layer) in channels.layers.enumerated() {
            for atom in layer.atoms { holders[channels.atoms.root(atom), default: []].insert(index) }
        }
        let grouped = Dictionary(grouping: scores.keys) { (holders[$0] ?? []).sorted() }
        return grouped.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { entry in
            entry.value.sorted { (scores[$0] ?? 0, $0) < (scores[$1] ?? 0, $1) }
        }.filter { $0.count >= 4 }
    }

    private static func count(_ family: [Int], _ share: Int) -> Int {
        Int((shares[share] * Double(family.count)).rounded())
    }

    private func cut(_ widths: [Int]) -> Set<Int> {
        zip(families, widths).reduce(into: []) { $0.formUnion($1.0.prefix(SearchSpace.count($1.0, $1.1))) }
    }

    // MARK: Without running

    /// What a network costs.
    struct Cost {
        var size: Int
        var latency: Double?
        var memory: Int?
    }

    mutating func cost(_ genome: Genome) throws -> Cost {
        let model = try cutModel(genome.widths)
        let places = Dictionary(model.graph.nodes.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first
        }
        var size = otherBytes
        var bits: [String: Int] = [:]
        for (layer, gene) in zip(layers, genome.bits) {
            bits[layer.name] = SearchSpace.bits[gene]
            var own = layer
            if let weights = places[layer.name].flatMap({ model.graph.nodes[$0].input(1) }).flatMap({
                model.graph.constants[$0]
            }) {
                own.weights = weights.count
                own.channels = weights.shape[0]
            }
            size += own.bytes(bits: SearchSpace.bits[gene])
        }
        guard let device else { return Cost(size: size) }
        let estimate = try CostEstimator.estimate(model, on: device, assumedBits: bits)
        return Cost(size: size, latency: estimate.latency, memory: estimate.ram)
    }

    /// A guess of the error of the outputs: the measured errors of single changes, added up. Cuts count with their square.
    func predictedError(_ genome: Genome) -> Double {
        let rounding = zip(layers, genome.bits).reduce(0.0) { $0 + ($1.0.errors[SearchSpace.bits[$1.1]] ?? 0) }
        return zip(widthErrors, genome.widths).reduce(rounding) { sum, entry in
            let ratio = SearchSpace.shares[entry.1] / SearchSpace.shares[SearchSpace.probe]
            return sum + entry.0 * ratio * ratio
        }
    }

    private mutating func cutModel(_ widths: [Int]) throws -> Model {
        if let known = cutGraphs[widths] { return known }
        var model = prepared.model
        model.graph = try GraphCutter(channels: prepared.channels, cut: cut(widths)).build()
        // Weights are shared with other networks of the search where nothing was cut; still, they are not kept without end.
        if cutGraphs.count >= 256 { cutGraphs = [:] }
        cutGraphs[widths] = model
        return model
    }

    // MARK: Making

    /// The network itself: cut, fitted, quantized.
    mutating func build(_ genome: Genome) throws -> Model {
        let small: Model
        if let known = fitted[genome.widths] {
            small = known
        } else {
            let data = genome.widths.contains { $0 > 0 } ? fitting : nil
            let cutModel = try Pruner.apply(cut(genome.widths), to: prepared, data: data, progress: nil)
            small = try OutputBias.fitted(cutModel, on: dataset) ?? cutModel
            if fitted.count >= 64 { fitted = [:] }
            fitted[genome.widths] = small
        }
        guard genome.bits.contains(where: { SearchSpace.bits[$0] < 32 }) else { return small }
        var options = QuantizationOptions(bits: 8, method: SearchSpace.methods[genome.method])
        for (layer, gene) in zip(layers, genome.bits) { options.layerBits[layer.name] = SearchSpace.bits[gene] }
        return try Quantizer.quantize(small, options: options, calibration: fitting)
    }

    /// Networks to begin with: all layers alike, and the best guesses for sizes from the budget down.
    func seeds(size: Int?) -> [Genome] {
        let whole = families.map { _ in 0 }
        var result = [0, 1].map { gene in Genome(bits: layers.map { _ in gene }, widths: whole, method: 0) }
        let largest = size ?? layers.reduce(otherBytes) { $0 + $1.bytes(bits: 8) }
        for share in [1, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6] {
            let parts = layers.map { layer in
                SearchSpace.bits.map { (size: layer.bytes(bits: $0), cost: layer.errors[$0] ?? 0) }
            }
            let room = Int(share * Double(largest)) - otherBytes
            if let chosen = Knapsack.solve(parts, capacity: room) {
                result.append(Genome(bits: chosen, widths: whole, method: 0))
            }
        }
        return result
    }
}
