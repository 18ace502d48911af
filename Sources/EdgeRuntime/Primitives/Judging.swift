import EdgeData
import EdgeLang
import EdgeModels
import EdgeTraining

extension Primitives {
    /// A metric by its name; `top5` stands for any number.
    struct MetricName: BuiltinArgument {
        let metric: Metric

        static var types: [ValueType] { [.string] }
        static var typeDescription: String { Metric.names.map { "\"\($0)\"" }.joined(separator: " | ") }
        static func decode(_ value: Value, _ context: CallContext) throws -> MetricName? {
            guard let name = value.stringValue else { return nil }
            guard let metric = Metric(name) else {
                let near = Spelling.closest(to: name, among: Metric.names)
                throw RuntimeError(
                    .unsuitableValue, "there is no metric \"\(name)\"",
                    hint: near.map { "did you mean \"\($0)\"?" },
                    notes: ["metrics: \(Metric.names.joined(separator: ", "))"])
            }
            return MetricName(metric: metric)
        }
        static func describe(_ value: MetricName) -> String { "\"\(value.metric.name)\"" }
    }

    /// Models judged on data.
    static let judging: [BuiltinSpec] = [
        BuiltinSpec(
            "evaluate", "Judges a model on labelled data.",
            .value("model", ModelObject.self, "the model"),
            .value("data", DatasetObject.self, "the samples and their labels"),
            .label(
                "metric", MetricName?.self,
                "how to judge; without it accuracy for classes, else the root mean squared error"),
            returns: "the value of the metric; for `confusion` a list of rows", type: "float | list",
            details: """
                `accuracy` and `top5` (any number) are shares between 0 and 1; `mse`, `rmse` and `mae` are errors of numbers; `auc`
                is the area under the ROC curve; `confusion` counts the samples of each class (row) by the class they were taken
                for (column). Without labels a model that reconstructs its input is judged by its error.
                """,
            topic: "Models", seeAlso: ["compare", "dataset"],
            examples: [
                .needs(
                    "m.onnx",
                    code: "evaluate(load(\"m\"), dataset([[1, 2, 3, 4, 5, 6, 7, 8]], labels: [0]))")
            ]
        ) { context, model, data, metric -> PlainValue in
            let evaluation = try Evaluation(
                model.model, on: data.dataset, metric: metric?.metric ?? Evaluation.defaultMetric(for: data.dataset),
                options: .forScripts(context), progress: context.progressHandler("evaluating \(model.model.name)"))
            return MetricText.plain(evaluation.value)
        },
        BuiltinSpec(
            "compare", "Sets two models side by side on one data set.",
            .value("first", ModelObject.self, "the model that the other is compared with"),
            .value("second", ModelObject.self, "the other"),
            .label("on", DatasetObject.self, "the samples, with labels where accuracy matters"),
            .label(
                "metric", MetricName?.self,
                "how to judge; without it accuracy for classes, else the root mean squared error"),
            .label("runs", Int.self, default: 30, in: 1...10_000, "how many runs the latency is measured over"),
            returns:
                "a comparison, which prints as a table and has the fields `first`, `second`, `agreement`, `error` and `sqnr`",
            type: "comparison",
            details: """
                `agreement` is the share of samples that both models put into the same class, `error` the mean absolute difference
                of their outputs, `sqnr` the ratio of signal to quantization noise in decibel. Latency is the median of single
                runs on one thread of this machine.
                """,
            topic: "Models", seeAlso: ["evaluate", "latency", "quantize"],
            examples: [
                .needs(
                    "m.onnx",
                    code:
                        "compare(load(\"m\"), load(\"m\"), on: dataset([[1, 2, 3, 4, 5, 6, 7, 8]], labels: [0])).agreement",
                    result: "1.0")
            ]
        ) { context, first, second, data, metric, runs in
            let comparison = try Comparison(
                zip(columnNames(first.model, second.model), [first.model, second.model]).map { (name: $0, model: $1) },
                on: data.dataset, metric: metric?.metric, options: .forScripts(context), timedRuns: runs,
                progress: context.progressHandler("comparing"))
            return ComparisonObject(comparison)
        },
    ]

    /// What the columns of a comparison are called: the models' names, what tells the two apart where those are the same.
    private static func columnNames(_ first: Model, _ second: Model) -> [String] {
        guard first.name == second.name else { return [first.name, second.name] }
        let bits = [first, second].map { ModelFacts.weightBits(ModelSummary($0)) }
        guard let one = bits[0], let other = bits[1], one != other else { return ["first", "second"] }
        return ["\(first.name), \(one) bits", "\(second.name), \(other) bits"]
    }
}

extension CallContext {
    /// Shows how far a task has come, and ends it where the user has cancelled.
    func progressHandler(_ task: String) -> ProgressHandler {
        { fraction in
            try self.checkCancellation()
            self.progress(fraction, task)
        }
    }

    /// Runs work that asks now and then whether it should end, and may then give back anything: the run ends as cancelled.
    func cancellable<Result>(_ body: (@escaping @Sendable () -> Bool) throws -> Result) throws -> Result {
        let cancellation = self.cancellation
        do {
            let result = try body { cancellation.isCancelled }
            try checkCancellation()
            return result
        } catch {
            try checkCancellation()
            throw error
        }
    }

    /// Runs work that reads or writes data files, whose parts ask `DataWork` whether they should end.
    func cancellableDataWork<Result>(_ body: () throws -> Result) throws -> Result {
        try cancellable { isCancelled in try DataWork.withCancellation(isCancelled, body) }
    }
}
