import EdgeFederation
import EdgeLang
import EdgeModels
import EdgeTensors

extension Primitives {
    /// How updates of many devices become one.
    enum StrategyChoice: String, BuiltinChoice {
        case fedavg, median
        case trimmedMean = "trimmed_mean"
        case krum
        case dynamicWeighted = "dynamic_weighted"
    }

    /// What becomes of an update with numbers that are not finite.
    enum NotFiniteChoice: String, BuiltinChoice {
        case exclude, refuse
    }

    /// Learning over devices that keep their data.
    static let federation: [BuiltinSpec] = [
        aggregate, modelParameters, modelDelta, applyDelta, compressUpdate, decompressUpdate, privatize, privacySpent,
        selectDevices,
    ]

    private static var aggregate: BuiltinSpec {
        BuiltinSpec(
            "aggregate", "Joins what several devices learned.",
            .value(
                "updates", [ClientArgument].self,
                "models, or what training changed in them; each alone or as a record `{update, client, samples, staleness}`"
            ),
            .label(
                "strategy", StrategyChoice.self, default: .fedavg,
                "`fedavg` is the mean weighted by samples; `median`, `trimmed_mean` and `krum` withstand hostile updates; `dynamic_weighted` weighs samples, age and agreement"
            ),
            .label(
                "weights", [Double]?.self,
                "what each update counts, in place of its samples; for `fedavg` and `dynamic_weighted`"),
            .label(
                "trim", Double.self, default: 0.2, in: 0.0...0.499,
                "`trimmed_mean`: the share that is cut off at each end"),
            .label(
                "hostile", Int?.self, in: 0...1_000_000,
                "`krum`: how many updates may be hostile; one in five without it"),
            .label(
                "not_finite", NotFiniteChoice.self, default: .exclude,
                "whether an update with NaN or infinite numbers is left out, with a warning, or the round refused"),
            returns: "the joined update, in the form of the first one; a model carries a line of history",
            type: "model | tensor | list | record",
            details: """
                All updates have the same tensors. The mean of a coordinate is computed in double precision, as NumPy's `average`
                does with weights in double precision. `dynamic_weighted` counts an update
                `min(samples, 10 * median samples) / sqrt(1 + staleness) / (1 + (d / D)^2)`, where `d` is its distance to the median of
                all updates and `D` the median of these distances.
                """,
            topic: "Federation", seeAlso: ["model_delta", "compress_update", "privatize", "select"],
            examples: [
                Example("to_list(aggregate([[1, 2], [3, 6]]))", "[2.0, 4.0]"),
                Example(
                    "to_list(aggregate([{update: [0, 0], samples: 10}, {update: [4, 8], samples: 30}]))", "[3.0, 6.0]"),
                Example(
                    "to_list(aggregate([[1, 1], [1.5, 1], [-90, 70]], strategy: \"median\"))", "[1.0, 1.0]"),
            ]
        ) { context, clients, strategy, weights, trim, hostile, notFinite -> Value in
            let updates = clients.enumerated().map { $1.update(at: $0) }
            let chosen = strategy.strategy(trim: trim, hostile: hostile)
            let result = try Aggregation(
                updates, strategy: chosen, weights: weights,
                notFinite: NotFinitePolicy(rawValue: notFinite.rawValue) ?? .exclude,
                progress: context.progressHandler("aggregating"))
            for left in result.excluded { context.warn("aggregate: left out \(left.client): \(left.reason)") }
            guard let first = clients.first?.argument else { return .null }
            guard case .model(let model) = first.form else {
                return try result.update.value(first.container, context)
            }
            let entry = HistoryEntry(
                step: "aggregate(strategy: \"\(strategy.rawValue)\")", effect: summary(result, updates))
            return try ModelObject(result.update.model(like: model, history: entry)).encode(context)
        }
    }

    private static func summary(_ result: Aggregation, _ updates: [ClientUpdate]) -> String {
        var text = "\(result.count) updates"
        let samples = updates.compactMap(\.sampleCount).reduce(0.0) { $0 + Double($1) }
        if samples > 0 { text += " of \(ReadableValue.number(samples)) samples" }
        if result.excluded.isEmpty { return text }
        return text + ", without " + result.excluded.map(\.client).joined(separator: ", ") + " (not finite)"
    }

    private static var modelParameters: BuiltinSpec {
        BuiltinSpec(
            "model_parameters", "Gives the weights of a model by name.",
            .value("model", ModelObject.self, "a float model"),
            returns: "a record of tensors", type: "record",
            details: """
                Weights, biases and the statistics of batch normalisation; what only says how an operator works, such as the bounds
                of a `Clip`, is left out.
                """,
            topic: "Federation", seeAlso: ["model_delta", "apply_delta"],
            examples: [.needs("m.onnx", code: "len(model_parameters(load(\"m\"))) > 0", result: "true")]
        ) { context, object -> Value in
            try Update(parametersOf: object.model).value(.record, context)
        }
    }

    private static var modelDelta: BuiltinSpec {
        BuiltinSpec(
            "model_delta", "Gives what training changed in a model.",
            .value("model", ModelObject.self, "the trained model"),
            .value("base", ModelObject.self, "the model it was trained from"),
            returns: "a record of tensors: the trained parameters less those of the base", type: "record",
            topic: "Federation", seeAlso: ["apply_delta", "aggregate", "compress_update"],
            examples: [
                .needs("m.onnx", code: "let m = load(\"m\")\nlen(model_delta(m, m)) > 0", result: "true")
            ]
        ) { context, model, base -> Value in
            try Update(parametersOf: model.model).difference(from: Update(parametersOf: base.model))
                .value(.record, context)
        }
    }

    private static var applyDelta: BuiltinSpec {
        BuiltinSpec(
            "apply_delta", "Adds a change to the weights of a model.",
            .value("model", ModelObject.self, "the model that was trained from"),
            .value("delta", UpdateArgument.self, "the change: a record of tensors with the model's names"),
            .label("scale", Double.self, default: 1, "what the change is multiplied by: the server's learning rate"),
            returns: "the changed model, with a line of history", type: "model", topic: "Federation",
            seeAlso: ["model_delta", "aggregate", "decompress_update"],
            examples: [
                .needs(
                    "m.onnx",
                    code:
                        "let m = load(\"m\")\napply_delta(m, model_delta(m, m), scale: 0.5).parameters == m.parameters",
                    result: "true")
            ]
        ) { context, object, delta, scale in
            try delta.mustBeChange("apply_delta")
            guard scale.isFinite else { throw RuntimeError(.unsuitableValue, "`scale` is \(scale)") }
            try delta.update.checkUsable("the change")
            let changed = try Update(parametersOf: object.model).adding(delta.update, scale: scale)
            let norm = try delta.update.norm() * scale.magnitude
            let entry = HistoryEntry(
                step: scale == 1 ? "apply_delta()" : "apply_delta(scale: \(ReadableValue.number(scale)))",
                effect: "moved by \(ReadableValue.number(norm)) (L2 norm)")
            return ModelObject(try changed.model(like: object.model, history: entry))
        }
    }
}

extension Primitives.StrategyChoice {
    func strategy(trim: Double, hostile: Int?) -> AggregationStrategy {
        switch self {
        case .fedavg: .weightedMean
        case .median: .median
        case .trimmedMean: .trimmedMean(trim: trim)
        case .krum: .krum(hostile: hostile)
        case .dynamicWeighted: .dynamicallyWeighted
        }
    }
}
