import EdgeCompression
import EdgeLang
import EdgeModels

extension Primitives {
    /// How channels are ranked.
    enum PruneCriterionChoice: String, BuiltinChoice {
        case magnitude
        case batchNorm = "batch_norm"
        case activation
    }

    /// Cutting channels.
    static let pruning: [BuiltinSpec] = [prune, prunable]

    private static var prune: BuiltinSpec {
        BuiltinSpec(
            "prune", "Cuts the channels that matter least out of a model, so that it is smaller and faster.",
            .value("model", ModelObject.self, "a float model"),
            .label(
                "ratio", Double?.self, in: 0.0...0.99,
                "the share of the channels that can be cut; at 0 only channels that change nothing go"),
            .label(
                "flops", Double?.self, in: 0.001...1.0,
                "in place of `ratio`: the share of the multiplications that may stay"),
            .label(
                "criterion", PruneCriterionChoice.self, default: .magnitude,
                "how channels are ranked: by the size of weights, of batch normalisation's scales, or of values on data"
            ),
            .label(
                "data", DatasetObject?.self,
                "samples like those the model will see: what is left is fitted to what the model gave on them"),
            .label(
                "protect", [String].self, default: [], "names of layers, or of operators as `Conv`, that stay whole"),
            .label(
                "floor", Double.self, default: 0.1, in: 0.0...1.0,
                "the share of each layer's channels that stays in any case; at least one does"),
            returns: "the smaller model, with what was done in its history", type: "model",
            details: """
                Channels that depend on each other, as those that a sum joins, go together. Inputs and outputs of the model never
                change. All channels stand in one ranking, each measured by the mean of its layer. Where an operator does
                something with channels that cannot be followed, the layers before it stay whole and the history says so;
                `prunable` lists the reasons. Give `data`: without it accuracy falls quickly. Prune first, quantize then.
                """,
            topic: "Compression", seeAlso: ["prunable", "quantize", "compare"],
            examples: [
                .needs(
                    "m.onnx", code: "prune(load(\"m\"), ratio: 0.5).parameters < load(\"m\").parameters", result: "true"
                )
            ]
        ) { context, object, ratio, share, criterion, data, protected, floor in
            let amount: PruneOptions.Amount
            switch (ratio, share) {
            case (let ratio?, nil): amount = .ratio(ratio)
            case (nil, let share?): amount = .multiplications(share)
            case (nil, nil), (.some, .some):
                throw RuntimeError(
                    .unsuitableValue, "`prune` takes either `ratio` or `flops`",
                    hint: "ratio: 0.3 cuts 30 % of the channels; flops: 0.5 keeps half of the multiplications")
            }
            let options = PruneOptions(
                amount, criterion: .init(rawValue: criterion.rawValue) ?? .magnitude, protected: protected, floor: floor
            )
            let result = try Pruner.prune(
                object.model, options: options, data: data?.dataset,
                progress: context.progressHandler("pruning \(object.model.name)"))
            return ModelObject(result.model)
        }
    }

    private static var prunable: BuiltinSpec {
        BuiltinSpec(
            "prunable", "Lists what `prune` could cut of each layer of a model, and why the rest must stay.",
            .value("model", ModelObject.self, "a float model"),
            .label("protect", [String].self, default: [], "as for `prune`"),
            returns: "a table with the columns layer, operator, channels, prunable, coupled and reason", type: "table",
            details: "`coupled` counts the other layers whose channels stand or fall with those of the layer.",
            topic: "Compression", seeAlso: ["prune", "describe"],
            examples: [.needs("m.onnx", code: "prunable(load(\"m\")).columns")]
        ) { _, object, protected in
            let report = try Pruner.report(object.model, protected: protected)
            return TableObject(
                columns: ["layer", "operator", "channels", "prunable", "coupled", "reason"],
                rows: report.layers.map { layer in
                    [
                        .string(layer.name), .string(layer.op), .int(layer.channels), .int(layer.prunable),
                        .int(layer.coupledWith.count), layer.reason.map { .string($0) } ?? .null,
                    ]
                })
        }
    }
}
