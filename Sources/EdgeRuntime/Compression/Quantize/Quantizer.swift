public import EdgeModels
import EdgeTensors
public import EdgeTraining

/// Turns a float model into one that runs on integers.
public enum Quantizer {
    /// Quantizes a model.
    ///
    /// With calibration data activations are stored in 8 bits and whole networks run on integers; without, weights are
    /// quantized and activations as they arrive, layer by layer. What has no integer form stays float.
    ///
    /// - Parameters:
    ///   - calibration: Samples like those the model will see; a hundred or two suffice. Labels are not used.
    ///   - progress: Told how far the work has come; what it throws cancels it.
    /// - Returns: the model with an entry in its history that says what was done and what it did.
    /// - Throws: `CompressionError`, `TrainingError` or `ModelError` with a stable code.
    public static func quantize(
        _ model: Model, options: QuantizationOptions = QuantizationOptions(), calibration: LabelledDataset? = nil,
        progress: ProgressHandler? = nil
    ) throws -> Model {
        try options.validate()
        try refuseQuantized(model)
        // Names are checked against the model as its author sees it, before folding makes some of them disappear.
        let skipped = try SkipList(options.skip, in: model.graph)
        let prepared = try Preparation.prepare(model)
        var result =
            if let calibration {
                try withCalibration(prepared, options, skipped, calibration, progress)
            } else {
                try withoutCalibration(prepared, options, skipped, progress)
            }
        result.history.append(try historyEntry(from: model, to: result, options: options, calibration: calibration))
        try progress?(1)
        return result
    }

    static func refuseQuantized(_ model: Model, verb: String = "quantize") throws(CompressionError) {
        let graph = model.graph
        for node in graph.nodes {
            let isConversion = node.op == .quantizeLinear || node.op == .dequantizeLinear
            let touched = node.inputs.compactMap { $0 } + node.outputs
            if isConversion || touched.contains(where: { graph.type(of: $0)?.quantization != nil }) {
                throw .alreadyQuantized("\(model.name) is quantized already (layer \(node.name))", verb: verb)
            }
        }
    }

    // MARK: With data

    private static func withCalibration(
        _ model: Model, _ options: QuantizationOptions, _ skipped: SkipList, _ dataset: LabelledDataset,
        _ progress: ProgressHandler?
    ) throws -> Model {
        let graph = model.graph
        let plan = IntegerPlan(graph) { skipped.contains($0) || options.bits(of: $0.name) == 32 }
        guard plan.roles.contains(where: { $0.value == .layer }) else {
            throw CompressionError.nothingToQuantize(model.name)
        }
        let ranged = plan.values(graph).filter { plan.hasOwnRange($0) }
        let isCompensated =
            options.rounding == .compensated || (options.rounding == .automatic && options.hasNarrowWeights)
        let observed = try Calibrator.observe(model, values: ranged, on: dataset) {
            try progress?($0 * (isCompensated ? 0.2 : 0.9))
        }
        let activations = try ActivationQuantization(
            plan, graph: graph, histograms: observed.histograms, options: options)
        let layers: [Int: RoundedLayer]
        if isCompensated {
            // Both networks keep the values that are still to be read for all samples at once.
            let samples = max(1, min(dataset.count, compensationBytes / max(1, observed.largestSampleBytes)))
            var batches: [[Tensor]] = []
            try ModelRunner(model).forEachBatch(try dataset.rows(0..<samples)) { inputs, _, _ in batches.append(inputs)
            }
            var compensation = LayerwiseCompensation(graph, plan: plan, activations: activations, options: options)
            layers = try compensation.run(batches) { try progress?(0.2 + 0.7 * $0) }
        } else {
            layers = try nearestLayers(graph, options) { position, layer in
                plan.roles[position] == .layer ? activations.scale(layer.data) : nil
            }
        }
        var result = model
        result.graph = try QuantizedGraph.build(
            graph, plan: plan, activations: activations, layers: layers, options: options)
        return result
    }

    /// The most bytes that one value of all samples may take while layers are rounded one by one.
    private static let compensationBytes = 192 << 20

    /// Rounds the layers for which `inputScale` gives the scale of their input.
    private static func nearestLayers(
        _ graph: Graph, _ options: QuantizationOptions, inputScale: (Int, WeightLayer) -> Float?
    ) throws -> [Int: RoundedLayer] {
        var result: [Int: RoundedLayer] = [:]
        for (position, node) in graph.nodes.enumerated() {
            guard let layer = WeightLayer(node, position: position, in: graph),
                let scale = inputScale(position, layer)
            else { continue }
            result[position] = try LayerRounding(options: options).round(layer, in: graph, inputScale: scale)
        }
        return result
    }

    // MARK: Without data

    private static func withoutCalibration(
        _ model: Model, _ options: QuantizationOptions, _ skipped: SkipList, _ progress: ProgressHandler?
    ) throws -> Model {
        guard options.boundary == .float else {
            throw CompressionError.option(
                "integer inputs and outputs need calibration data",
                hint: "give `calibrate:` a sample of the data, or leave `io` at \"float\"")
        }
        guard options.rounding != .compensated else {
            throw CompressionError.option(
                "compensated rounding needs calibration data", hint: "give `calibrate:` a sample of the data")
        }
        var result = model
        var found = false
        for (position, node) in model.graph.nodes.enumerated() where !skipped.contains(node) {
            guard options.bits(of: node.name) < 32,
                let layer = WeightLayer(node, position: position, in: model.graph)
            else { continue }
            let rounded = try LayerRounding(options: options).round(layer, in: model.graph, inputScale: nil)
            result.graph.nodes[position].inputs[1] = try QuantizedGraph.addWeights(
                rounded.weights, bits: options.bits(of: node.name), name: model.graph[layer.weights].name,
                shape: layer.weightShape,
                to: &result.graph)
            result.graph.nodes[position].attributes["dynamic_activations"] = .int(1)
            found = true
            try progress?(Double(position) / Double(model.graph.nodes.count))
        }
        guard found else { throw CompressionError.nothingToQuantize(model.name) }
        result.graph.removeUnusedConstants()
        return result
    }

    // MARK: History

    private static func historyEntry(
        from original: Model, to result: Model, options: QuantizationOptions, calibration: LabelledDataset?
    ) throws -> HistoryEntry {
        let before = original.graph.constantBytes
        let after = result.graph.constantBytes
        var effect = "\(ByteText.text(before)) -> \(ByteText.text(after)) of weights"
        if let calibration {
            let sample = try calibration.rows(0..<min(calibration.count, 64))
            let reference = try ModelRunner(original).predictions(sample)
            let quantized = try ModelRunner(result).predictions(sample)
            if let first = reference.first, let second = quantized.first {
                let difference = try OutputDifference(second, reference: first)
                effect +=
                    difference.sqnr.isFinite
                    ? ", output SQNR \(ByteText.oneDecimal(difference.sqnr)) dB" : ", output unchanged"
            }
        }
        return HistoryEntry(step: options.step(samples: calibration?.count), effect: effect)
    }
}

extension Graph {
    /// The bytes of all constants.
    var constantBytes: Int { constants.values.reduce(0) { $0 + $1.byteCount } }
}

extension QuantizationOptions {
    /// The call as a script would write it.
    func step(samples: Int?) -> String {
        var arguments = [layerBits.isEmpty ? "bits: \(bits)" : "bits: \"mixed\""]
        if let samples {
            arguments.append("calibrate: \(samples) samples")
            if method != .minMax { arguments.append("method: \"\(method.rawValue)\"") }
            if symmetric { arguments.append("symmetric: true") }
        }
        if let group { arguments.append("group: \(group)") }
        if perTensor { arguments.append("per_tensor: true") }
        if !skip.isEmpty { arguments.append("skip: [\(skip.map { "\"\($0)\"" }.joined(separator: ", "))]") }
        if boundary != .float { arguments.append("io: \"\(boundary.rawValue)\"") }
        if rounding != .automatic { arguments.append("rounding: \"\(rounding.rawValue)\"") }
        return "quantize(\(arguments.joined(separator: ", ")))"
    }
}
