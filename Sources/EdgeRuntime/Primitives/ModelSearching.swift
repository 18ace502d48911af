import EdgeCompression
import EdgeDeployment
import EdgeLang
import EdgeModels
import EdgeTraining

extension Primitives {
    /// How the next network is chosen.
    enum SearchStrategyChoice: String, BuiltinChoice {
        case evolutionary, random
    }

    /// What a searched network must keep to, as a record.
    struct BudgetArgument: BuiltinArgument {
        let budget: SearchBudget

        private static let limits: [(name: String, example: String)] = [
            ("latency", "20ms"), ("memory", "64KiB"), ("size", "30kB"), ("accuracy", "0.9"),
        ]

        static var types: [ValueType] { RecordValue.types }
        static var typeDescription: String { "record with latency, memory, size or accuracy" }
        static func decode(_ value: Value, _ context: CallContext) throws -> BudgetArgument? {
            guard let record = RecordValue.decode(value, context) else { return nil }
            var budget = SearchBudget()
            for (key, entry) in record {
                guard let limit = limits.first(where: { $0.name == key }) else {
                    let near = Spelling.closest(to: key, among: limits.map(\.name))
                    throw RuntimeError(
                        .unsuitableValue, "a budget has no limit `\(key)`", hint: near.map { "did you mean `\($0)`?" },
                        notes: ["limits: latency, memory, size, accuracy"])
                }
                switch key {
                case "latency": budget.latency = TimeSpan.decode(entry, context)?.seconds
                case "memory":
                    budget.memory = DataSize.decode(entry, context).flatMap { Int(exactly: $0.bytes.rounded()) }
                case "size": budget.size = DataSize.decode(entry, context).flatMap { Int(exactly: $0.bytes.rounded()) }
                default: budget.accuracy = Double.decode(entry, context)
                }
                let isSet: Bool =
                    switch key {
                    case "latency": budget.latency != nil
                    case "memory": budget.memory != nil
                    case "size": budget.size != nil
                    default: budget.accuracy != nil
                    }
                guard isSet else {
                    throw RuntimeError(
                        .unsuitableValue, "the limit `\(key)` of the budget cannot be this value",
                        hint: "it is given as \(limit.example)")
                }
            }
            return BudgetArgument(budget: budget)
        }
    }

    /// Searching, and what guides it.
    static let searching: [BuiltinSpec] = [search, sensitivity]

    private static var search: BuiltinSpec {
        BuiltinSpec(
            "search", "Searches for the network that gives most within a budget, by bits and widths layer by layer.",
            .value("model", ModelObject.self, "a float model"),
            .value("data", DatasetObject.self, "samples with labels; judge the result on others"),
            .label(
                "budget", BudgetArgument.self,
                "limits, any of `{size: 30kB, latency: 20ms, memory: 64KiB, accuracy: 0.9}`"),
            .label("target", DeviceArgument?.self, "the device, which latency and memory ask for"),
            .label("evaluations", Int.self, default: 40, in: 1...100_000, "how many networks are judged on the data"),
            .label("seed", Int.self, default: 0, "another seed searches elsewhere"),
            .label(
                "metric", MetricName?.self,
                "how to judge; without it accuracy for classes, else the root mean squared error"),
            .label("protect", [String].self, default: [], "names of layers, or of operators, that keep their channels"),
            .label(
                "strategy", SearchStrategyChoice.self, default: .evolutionary,
                "`random` judges networks within the budget by chance, for comparison"),
            returns: """
                a record: `best`, the model or null where none meets the budget; `message`, what was found and how close it \
                comes; `closest`, the model nearest to the budget; `front`, a list of records with the models that no other \
                beats in everything; `evaluations`
                """,
            type: "record", effects: [.readsFiles],
            details: """
                Each layer gets 4, 8 or 32 bits, each family of coupled layers keeps half of its channels or more. What every network \
                costs is known before it is made, and how good it may be is guessed from the measured sensitivity of the layers, so that \
                only promising ones within the budget are judged. Size counts weights, biases and scales, as `describe` does.
                """,
            topic: "Compression", seeAlso: ["quantize", "prune", "sensitivity", "estimate"],
            examples: [
                .needs(
                    "m.onnx",
                    code: """
                        search(load("m"), dataset([[1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1]], labels: [0, 1]), \
                        budget: {size: 1MB}, evaluations: 2).evaluations
                        """, result: "2")
            ]
        ) { context, object, data, budget, target, evaluations, seed, metric, protected, strategy in
            let options = SearchOptions(
                budget: budget.budget, device: target?.profile, evaluations: evaluations,
                seed: UInt64(bitPattern: Int64(seed)), strategy: .init(rawValue: strategy.rawValue) ?? .evolutionary,
                protected: protected)
            let result = try ModelSearch.run(
                object.model, on: data.dataset, options: options, metric: metric?.metric,
                progress: context.progressHandler("searching \(object.model.name)"))
            let front = result.front.map { fields($0, result.metric) }
            return [
                "best": result.best.map { ModelObject($0.model) }, "message": result.message,
                "closest": ModelObject(result.closest.model), "front": front, "evaluations": result.evaluations,
            ] as Fields
        }
    }

    private static func fields(_ candidate: SearchCandidate, _ metric: Metric) -> Fields {
        [
            "model": ModelObject(candidate.model), metric.name: candidate.accuracy,
            "size": DataSize(bytes: Double(candidate.size)), "latency": candidate.latency.map { TimeSpan(seconds: $0) },
            "memory": candidate.memory.map { DataSize(bytes: Double($0)) },
            "bits": Fields(candidate.bits.map { (key: $0.layer, value: $0.bits as any BuiltinResult) }),
        ]
    }

    private static var sensitivity: BuiltinSpec {
        BuiltinSpec(
            "sensitivity", "Measures how much each layer of a model suffers from weights of few bits.",
            .value("model", ModelObject.self, "a float model"),
            .value(
                "data", DatasetObject.self,
                "samples like those the model will see; the first 64 are used, without labels"),
            returns: """
                a table with the columns layer, operator, parameters, error8 and error4 (squared error of the outputs as a share of \
                their variance when this layer alone is rounded), size8 and size4
                """,
            type: "table", topic: "Compression", seeAlso: ["quantize", "search"],
            examples: [
                .needs(
                    "m.onnx", code: "sensitivity(load(\"m\"), dataset([[1, 2, 3, 4, 5, 6, 7, 8]])).columns[0]",
                    result: "\"layer\"")
            ]
        ) { context, object, data in
            let result = try Sensitivity(
                object.model, on: data.dataset, progress: context.progressHandler("measuring \(object.model.name)"))
            func size(_ layer: Sensitivity.Layer, _ bits: Int) -> PlainValue {
                .quantity(Quantity(value: Double(layer.bytes(bits: bits)), dimension: .size))
            }
            return TableObject(
                columns: ["layer", "operator", "parameters", "error8", "error4", "size8", "size4"],
                rows: result.layers.map { layer in
                    [
                        .string(layer.name), .string(layer.op), .int(layer.weights), .float(layer.errors[8] ?? 0),
                        .float(layer.errors[4] ?? 0), size(layer, 8), size(layer, 4),
                    ]
                })
        }
    }
}
