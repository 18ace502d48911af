import EdgeLang
import EdgeModels

extension Primitives {
    /// Where the time of a model goes.
    static let profiling: [BuiltinSpec] = [
        BuiltinSpec(
            "profile", "Measures every layer of a model as it runs on this machine.",
            .value("model", ModelObject.self, "the model"),
            .label("runs", Int.self, default: 50, in: 1...100_000, "how many runs are measured"),
            returns: """
                a table with the columns layer, operator, output, time, share, macs, bytes and intensity, in the order in which the \
                layers run
                """,
            type: "table",
            details: """
                Layers that the engine joins (a convolution with its batch normalisation, sum and activation) are one row. `time` is
                the median over the runs with one sample of zeros, on one thread; `share` its part of the sum; `macs` counts
                multiplications with their additions; `bytes` what is read and written, weights included; `intensity` is
                their quotient: low where memory is the limit, high where arithmetic is.
                `estimate` tells what a model would take on another device.
                """,
            topic: "Models", seeAlso: ["latency", "describe", "estimate"],
            examples: [
                .needs(
                    "m.onnx", code: "profile(load(\"m\"), runs: 3).columns",
                    result:
                        "[\"layer\", \"operator\", \"output\", \"time\", \"share\", \"macs\", \"bytes\", \"intensity\"]"
                )
            ]
        ) { context, object, runs in
            let session = try Session(object.model, options: .forScripts(context))
            let profile = try context.cancellable { _ in
                try session.profile(of: ModelInputs.zeros(for: object.model), runs: runs)
            }
            return TableObject(
                columns: ["layer", "operator", "output", "time", "share", "macs", "bytes", "intensity"],
                rows: profile.layers.map { layer in
                    [
                        .string(layer.name), .string(layer.op),
                        .string(layer.outputShape.map(String.init).joined(separator: "×")),
                        .quantity(Quantity(value: layer.time / .seconds(1), dimension: .time)),
                        .float(layer.share), .int(layer.macs),
                        .quantity(Quantity(value: Double(layer.bytesMoved), dimension: .size)), .float(layer.intensity),
                    ]
                })
        }
    ]
}
