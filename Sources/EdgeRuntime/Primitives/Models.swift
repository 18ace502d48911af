import EdgeData
import EdgeLang
import EdgeModels
import EdgeTensors

extension Primitives {
    /// Models: reading, writing, looking at and running them.
    static func models(_ environment: RuntimeEnvironment) -> [BuiltinSpec] {
        [load(environment), save, describe, run, reset, latency]
    }

    private static func load(_ environment: RuntimeEnvironment) -> BuiltinSpec {
        BuiltinSpec(
            "load", "Reads a model from an ONNX or TFLite file, or named tensors from a `.safetensors` or `.npz` file.",
            .value("path", String.self, "the file, with or without its ending"),
            .label(
                "signature", String?.self, "the entry point of a TFLite model that has several; its main one else"),
            returns: "the model; a record of tensors for a file of tensors", type: "model | record",
            effects: [.readsFiles],
            details: """
                A path that does not start at the root is looked for in the working directory, in the script's folder, and in the
                folders that the environment variable `EDGE_PATH` lists (separated by colons), each time as it is written and
                then with the endings `.onnx`, `.tflite`, `.safetensors` and `.npz`. Large weights are read when they are used.
                """,
            topic: "Models", seeAlso: ["save", "describe", "run"],
            examples: [.needs("m.onnx", code: "load(\"m\").inputs")]
        ) { context, path, signature -> Value in
            let endings = (ModelFile.endings + NamedTensors.endings).map { "." + $0 }
            let (found, tried) = try environment.find(path, endings: endings, authorize: context.authorize)
            guard let found else {
                let isFolder = tried.contains { Folder.entry(at: $0) == .folder }
                throw RuntimeError(
                    .fileNotFound, isFolder ? "`\(path)` is a folder, not a model" : "there is no model `\(path)`",
                    hint: "models are also looked for beside the script and in the folders of EDGE_PATH",
                    notes: ["tried: \(tried.joined(separator: ", "))"])
            }
            if NamedTensors.isFile(found) {
                guard signature == nil else {
                    throw RuntimeError(.unsuitableValue, "a file of tensors has no signatures")
                }
                return try NamedTensors.read(found, context)
            }
            return try ModelObject(try ModelFile.read(path: found, signature: signature)).encode(context)
        }
    }

    private static var save: BuiltinSpec {
        BuiltinSpec(
            "save", "Writes a model, a report, or tensors with names to a file.",
            .value("model", SavedArgument.self, "the model, the report, or a record of tensors"),
            .value(
                "path", String?.self,
                "the file; its ending says in which format: `.onnx` or `.tflite` for a model, `.safetensors` or `.npz` for tensors. A report has a path of its own"
            ),
            returns: "the path", type: "string", effects: [.writesFiles, .runsPrograms],
            details: """
                The file is written under a temporary name and renamed, so that nobody ever reads half of it. The pictures of a
                report are drawn by gnuplot where it is installed, else in characters.
                """,
            topic: "Models", seeAlso: ["load", "quantize", "report"],
            examples: [
                .needs("m.onnx", code: "save(load(\"m\"), \"copy.tflite\")", result: "\"copy.tflite\""),
                .needs(
                    "m.onnx",
                    code: "load(save({w: tensor([1, 2])}, \"weights.safetensors\")).w.shape", result: "[2]"),
            ]
        ) { context, object, path -> String in
            switch object {
            case .model, .tensors:
                guard let path else {
                    throw RuntimeError(.unsuitableValue, "`save` needs an argument for parameter `path`")
                }
                try context.authorize(.writeFile(path))
                if case .model(let model) = object { try ModelFile.write(model.model, to: path) }
                if case .tensors(let tensors) = object { try NamedTensors.write(tensors, to: path) }
                return path
            case .report(let report):
                try report.save(to: path ?? report.path, gnuplot: permittedGnuplot(context), context)
                return path ?? report.path
            }
        }
    }

    private static var describe: BuiltinSpec {
        BuiltinSpec(
            "describe", "Prints what a model, data set or tensor is made of.",
            .value("value", OneOf<ModelObject, Value>.self, "a model, or anything else"),
            returns: "the value, so that a pipe can go on with it", type: "any",
            details: """
                A model is shown as a table of its layers: operator, shape of the output, parameters, multiplications (MACs), bytes
                of weights and bits of a weight, with totals below; then what was done to it since it was read. The table's
                rows are also in the field `layers` of the model. Last comes the memory that the activations of one sample take
                here, and which values lie where in it, and when (steps are counted after layers were joined, from 0).
                """,
            topic: "Models", seeAlso: ["load", "compare", "profile"],
            examples: [.needs("m.onnx", code: "describe(load(\"m\")).parameters")]
        ) { context, value -> Value in
            switch value {
            case .first(let object):
                context.write(object.display(context.displayOptions) + "\n")
                // A model that cannot be planned for one sample is described without its memory.
                if let inputs = try? ModelInputs.zeros(for: object.model),
                    let memory = try? object.session(context).activationMap(for: inputs)
                {
                    context.write("\n" + ActivationText.describe(memory, context.displayOptions) + "\n")
                }
                return try object.encode(context)
            case .second(let other):
                context.write(context.display(other, context.displayOptions) + "\n")
                return other
            }
        }
    }

    private static var run: BuiltinSpec {
        BuiltinSpec(
            "run", "Runs a model once.",
            .value("model", ModelObject.self, "the model"),
            .rest(
                "inputs", OneOf<TensorObject, PlainValue>.self,
                "a tensor, or lists of numbers or texts, for each input of the model"),
            .label(
                "labels", Bool.self, default: false,
                "give each row of probabilities as a record, its keys the labels of the classes"),
            returns: "the output; a list of them where the model has several",
            type: "tensor | list of record | list of tensor",
            details: """
                Numbers are converted to the type of the model's input, quantized ones to its quantization, and reshaped where
                the count of elements allows it; one sample may leave out the axis of the batch. Recurrent models keep their
                state from one run to the next, until `reset`. Labels that are texts come as a tensor of texts. The classes whose
                probabilities an output holds are in `labels` of the model's `outputs`.
                """,
            topic: "Models", seeAlso: ["load", "evaluate", "latency", "reset"],
            examples: [.needs("m.onnx", code: "run(load(\"m\"), tensor([1, 2, 3, 4, 5, 6, 7, 8])).shape")]
        ) { context, object, inputs, labels -> Value in
            let tensors = try inputs.map { input in
                switch input {
                case .first(let object): object.tensor
                case .second(let plain): try TensorBuilder.input(plain)
                }
            }
            let fitted = try ModelInputs.fit(tensors, to: object.model)
            let outputs = try context.cancellable { _ in
                try object.session(context).run(fitted).map { TensorObject($0) }
            }
            if labels {
                let values = try LabelledRows.values(of: outputs, object.model, context)
                return values.count == 1 ? values[0] : try values.encode(context)
            }
            return outputs.count == 1 ? try outputs[0].encode(context) : try outputs.encode(context)
        }
    }

    private static var reset: BuiltinSpec {
        BuiltinSpec(
            "reset", "Lets a model forget what it remembers of earlier runs.",
            .value("model", ModelObject.self, "the model"),
            returns: "the model, so that a pipe can go on with it", type: "model",
            details: """
                Recurrent networks and variables of TFLite models go back to what they began with. A model without such a state
                stays as it is.
                """,
            topic: "Models", seeAlso: ["run"],
            examples: [
                .needs(
                    "m.onnx", code: "load(\"m\") |> reset |> run(tensor([1, 2, 3, 4, 5, 6, 7, 8])) |> to_list |> len")
            ]
        ) { context, object -> ModelObject in
            object.resetState()
            return object
        }
    }

    private static var latency: BuiltinSpec {
        BuiltinSpec(
            "latency", "Measures how long one run of a model takes on this machine.",
            .value("model", ModelObject.self, "the model"),
            .label("runs", Int.self, default: 100, in: 1...100_000, "how many runs are measured"),
            returns: "median and best time of a run with one sample, on one thread", type: "record",
            topic: "Models", seeAlso: ["compare", "run"],
            examples: [.needs("m.onnx", code: "latency(load(\"m\"), runs: 10).median < 1s", result: "true")]
        ) { context, object, runs in
            let session = try Session(object.model, options: .forScripts(context))
            let measured = try context.cancellable { _ in
                try session.latency(of: ModelInputs.zeros(for: object.model), runs: runs)
            }
            return [
                "median": TimeSpan(seconds: measured.median / .seconds(1)),
                "best": TimeSpan(seconds: measured.best / .seconds(1)), "runs": measured.runs,
            ] as Fields
        }
    }
}

extension CallContext {
    /// How values are shown that a primitive itself writes.
    var displayOptions: DisplayOptions { DisplayOptions() }
}
