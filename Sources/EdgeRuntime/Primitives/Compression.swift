import EdgeCompression
import EdgeLang
import EdgeModels
import EdgeTraining

extension Primitives {
    /// How the range of an activation is chosen.
    enum CalibrationChoice: String, BuiltinChoice {
        case minMax = "min_max"
        case percentile, mse, entropy
    }

    /// The type of a quantized model's inputs and outputs.
    enum BoundaryChoice: String, BuiltinChoice {
        case float, int8
    }

    /// Bits that differ from layer to layer.
    enum MixedChoice: String, BuiltinChoice {
        case mixed
    }

    /// How weights are rounded.
    enum RoundingChoice: String, BuiltinChoice {
        case automatic, nearest, compensated
    }

    /// What makes models smaller.
    static let compression: [BuiltinSpec] = [
        BuiltinSpec(
            "quantize", "Stores a model's weights in fewer bits, so that it computes with integers.",
            .value("model", ModelObject.self, "a float model"),
            .label(
                "bits", OneOf<Int, MixedChoice>.self, default: .first(8), in: 2...8,
                "bits of a weight: 8, 4 or 2, or \"mixed\" for what each layer needs within `size`"),
            .label("size", DataSize?.self, "mixed: the most that weights, biases and scales may take together"),
            .label("calibrate", DatasetObject?.self, "samples like those the model will see; a hundred or two suffice"),
            .label(
                "method", CalibrationChoice.self, default: .minMax,
                "how the range of an activation is chosen from the samples"),
            .label(
                "percentile", Double.self, default: 99.99, in: 50.0...100.0,
                "the share of values, in percent, that the method `percentile` keeps"),
            .label("symmetric", Bool.self, default: false, "activations with a zero point of 0"),
            .label(
                "group", Int?.self, in: 8...1024,
                "4 and 2 bits: neighbouring weights that share a scale, a power of two; one scale a channel without it"),
            .label(
                "per_tensor", Bool.self, default: false,
                "one scale for all weights of a layer in place of one for each channel"),
            .label("skip", [String].self, default: [], "names of layers, or of operators as `Conv`, that stay float"),
            .label("io", BoundaryChoice.self, default: .float, "the type of the model's inputs and outputs"),
            .label(
                "rounding", RoundingChoice.self, default: .automatic,
                "how weights are rounded; `compensated` lets the error of each layer on the samples decide"),
            returns: "the smaller model, with what was done in its history", type: "model",
            details: """
                With `calibrate` activations are stored in 8 bits too, and whole networks run on integers. Without it weights are
                quantized, and activations as they arrive, layer by layer. What has no integer form stays float. With `bits: "mixed"`
                the error that each layer causes with 4 and with 8 bits is measured (`sensitivity`), and the bits are chosen so that the
                sum is smallest within `size`.
                """,
            topic: "Compression", seeAlso: ["compare", "save", "sample", "sensitivity", "search", "prune"],
            examples: [
                .needs("m.onnx", code: "quantize(load(\"m\"), bits: 8).bits", result: "8"),
                .needs(
                    "m.onnx",
                    code: """
                        quantize(load("m"), bits: "mixed", size: 1MB, calibrate: dataset([[1, 2, 3, 4, 5, 6, 7, 8]])).bits
                        """, result: "8"),
            ]
        ) {
            context, object, bits, size, data, method, percentile, symmetric, group, perTensor, skip, boundary, rounding
            in
            var uniform = 8
            if case .first(let given) = bits { uniform = given }
            let options = QuantizationOptions(
                bits: uniform, method: CalibrationMethod(rawValue: method.rawValue) ?? .minMax, percentile: percentile,
                symmetric: symmetric, group: group, perTensor: perTensor, skip: skip,
                boundary: .init(rawValue: boundary.rawValue) ?? .float,
                rounding: .init(rawValue: rounding.rawValue) ?? .automatic)
            let progress = context.progressHandler("quantizing \(object.model.name)")
            switch bits {
            case .first:
                guard size == nil else {
                    throw RuntimeError(
                        .unsuitableValue, "`quantize`: `size` is for bits: \"mixed\"",
                        hint: "all layers with the same bits have the size they have")
                }
                return ModelObject(
                    try Quantizer.quantize(
                        object.model, options: options, calibration: data?.dataset, progress: progress))
            case .second:
                guard let size, let data, let bytes = Int(exactly: size.bytes.rounded()) else {
                    throw RuntimeError(
                        .unsuitableValue, "`quantize`: bits: \"mixed\" needs `size` and `calibrate`",
                        hint: "quantize(model, bits: \"mixed\", size: 30kB, calibrate: data |> sample(100))")
                }
                return ModelObject(
                    try MixedPrecision.quantize(
                        object.model, size: bytes, options: options, calibration: data.dataset, progress: progress))
            }
        }
    ]
}
