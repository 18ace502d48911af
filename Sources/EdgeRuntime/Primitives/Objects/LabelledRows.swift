import EdgeLang
import EdgeModels
import EdgeTensors

/// The outputs of a classifier as people read them: for each row a record of its classes.
enum LabelledRows {
    /// Outputs whose columns have labels as lists of records, the others as tensors.
    ///
    /// - Throws: `RuntimeError` where no output has labels.
    static func values(of outputs: [TensorObject], _ model: Model, _ context: CallContext) throws -> [Value] {
        let labels = model.graph.outputs.map { model.graph.columnLabels(of: $0) }
        guard labels.contains(where: { $0 != nil }) else {
            throw RuntimeError(
                .modelArguments, "no output of `\(model.name)` has labels",
                hint: "classifiers of the domain ai.onnx.ml bring the labels of their classes")
        }
        return try zip(outputs, labels).map { output, labels in
            guard let labels, output.tensor.rank == 2, output.tensor.shape[1] == labels.count else {
                return try output.encode(context)
            }
            let numbers = try TensorNumbers(output.tensor)
            let rows: [PlainValue] = (0..<output.tensor.shape[0]).map { row in
                .record(
                    labels.enumerated().map { column, label in
                        PlainValue.Field(label, numbers.plain(row * labels.count + column))
                    })
            }
            return try PlainValue.list(rows).encode(context)
        }
    }
}
