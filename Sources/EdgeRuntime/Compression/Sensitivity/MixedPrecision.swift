public import EdgeModels
public import EdgeTraining

/// Gives each layer the bits that its sensitivity asks for, within a size.
public enum MixedPrecision {
    /// Quantizes a model with 4 or 8 bits a layer, so that the sum of the measured errors is smallest among all that fit.
    ///
    /// - Parameters:
    ///   - size: The most bytes that weights, biases and scales may take together, as `describe` counts them.
    ///   - options: What holds for all layers; `bits` and `layerBits` are chosen here.
    /// - Throws: `CompressionError` when the size cannot be met, with how far off it is.
    public static func quantize(
        _ model: Model, size: Int, options: QuantizationOptions = QuantizationOptions(), calibration: LabelledDataset,
        progress: ProgressHandler? = nil
    ) throws -> Model {
        guard size > 0 else { throw CompressionError.option("`size` must be positive, found \(size) B") }
        let skipped = try SkipList(options.skip, in: model.graph)
        let sensitivity = try Sensitivity(model, on: calibration) { try progress?(0.5 * $0) }
        let bits = try choose(sensitivity, size: size, model: model.name) { name, op in
            skipped.contains(name: name, op: op)
        }
        var options = options
        options.bits = 8
        options.layerBits = bits
        return try Quantizer.quantize(model, options: options, calibration: calibration) {
            try progress?(0.5 + 0.5 * $0)
        }
    }

    /// The bits of each layer.
    static func choose(
        _ sensitivity: Sensitivity, size: Int, model: String, isFloat: (String, String) -> Bool
    ) throws -> [String: Int] {
        let choices = sensitivity.layers.map { isFloat($0.name, $0.op) ? [32] : Sensitivity.bits }
        let parts = zip(sensitivity.layers, choices).map { layer, own in
            own.map { (size: layer.bytes(bits: $0), cost: layer.errors[$0] ?? 0) }
        }
        guard let chosen = Knapsack.solve(parts, capacity: size - sensitivity.otherBytes) else {
            let least = parts.reduce(sensitivity.otherBytes) { $0 + ($1.map(\.size).min() ?? 0) }
            throw CompressionError(
                code: "C0008",
                message:
                    "\(model) does not fit \(ByteText.text(size)): with 4 bits everywhere it takes \(ByteText.text(least))",
                hint: "`prune` it first, or allow \(ByteText.text(least))")
        }
        var result: [String: Int] = [:]
        for (index, layer) in sensitivity.layers.enumerated() { result[layer.name] = choices[index][chosen[index]] }
        return result
    }
}
