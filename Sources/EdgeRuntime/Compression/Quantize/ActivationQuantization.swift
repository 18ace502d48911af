import EdgeModels

/// The quantization of every value that an integer plan stores.
struct ActivationQuantization {
    private(set) var byGroup: [ValueID: Quantization] = [:]
    private let plan: IntegerPlan

    init(
        _ plan: IntegerPlan, graph: Graph, histograms: [ValueID: Histogram], options: QuantizationOptions
    ) throws(CompressionError) {
        self.plan = plan
        let selection = RangeSelection(
            method: options.method, percentile: options.percentile, symmetric: options.symmetric)
        var ranges: [ValueID: ActivationRange] = [:]
        for id in plan.values(graph).sorted() where plan.hasOwnRange(id) {
            let group = plan.representative(id)
            guard plan.fixed[group] == nil else { continue }
            guard let histogram = histograms[id], !histogram.isEmpty else {
                throw .calibration("the calibration data gave no finite number for \(graph[id].name)")
            }
            // A constant is known whole; clipping it would only lose.
            let range =
                graph.constants[id] == nil
                ? selection.range(of: histogram) : ActivationRange(low: histogram.minimum, high: histogram.maximum)
            ranges[group] = ranges[group]?.union(range) ?? range
        }
        for (group, range) in ranges { byGroup[group] = range.quantization(symmetric: options.symmetric) }
        byGroup.merge(plan.fixed) { _, fixed in fixed }
    }

    /// The quantization of a value, nil for one that stays float.
    subscript(id: ValueID) -> Quantization? { byGroup[plan.representative(id)] }

    /// The scale of a value; 1 for one that stays float.
    func scale(_ id: ValueID) -> Float { self[id]?.scales.first ?? 1 }
}
