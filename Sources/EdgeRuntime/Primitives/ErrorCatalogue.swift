public import EdgeLang

/// What `edgesh explain` says of the codes of the runtime; those of the language stand in `DiagnosticCatalogue`.
public enum ErrorCatalogue {
    private typealias Entry = DiagnosticCatalogue.Entry

    /// All entries of the runtime: `E04xx` files and data, `E05xx`, `Mxxxx` and `Txxxx` models and tensors,
    /// `Lxxxx` data with labels, `Cxxxx` compression, `Vxxxx` device profiles, `Uxxxx` updates of devices, `Nxxxx` connections,
    /// `Sxxxx` device shadows, `Fxxxx` forecasting, `Rxxxx` reports.
    public static let entries: [DiagnosticCatalogue.Entry] =
        data + models + tensors + datasets + compression + protocols + federation + connections + shadows + series
        + reports

    /// The entry of a code of the language or the runtime, however its letter is written.
    public static func entry(for code: String) -> DiagnosticCatalogue.Entry? {
        DiagnosticCatalogue.entry(for: code) ?? entries.first { $0.code.rawValue.lowercased() == code.lowercased() }
    }

    private static let data = [
        Entry(
            "E0401", "not valid JSON",
            "The text does not follow RFC 8259. The message says at which line and column reading stopped."),
        Entry(
            "E0402", "not valid YAML",
            "The text does not follow YAML 1.1. Often a tab stands in the indentation, or a value with a colon stands without quotes."
        ),
        Entry(
            "E0403", "not valid CSV",
            "The table does not follow RFC 4180: a quote is open, or a row has another number of fields than the first one."
        ),
        Entry(
            "E0404", "text is not UTF-8",
            "The file holds bytes that encode no character. Save it as UTF-8, or read it as bytes."),
        Entry("E0405", "data nested too deeply", "Lists and records nest deeper in this data than is read."),
        Entry(
            "E0406", "no number for it",
            "JSON has no way to write numbers that are not finite. Replace them before writing."),
        Entry("E0407", "no memory to read", "There is not enough memory left to read the data."),
        Entry(
            "E0410", "file not found",
            "There is no file of this name in the working directory, nor along `EDGE_PATH` where that is searched."),
        Entry("E0411", "cannot read", "The operating system does not let the file be read; the message says why."),
        Entry(
            "E0412", "cannot write",
            "The operating system does not let the file be written; the message says why. The old file, if there was one, is untouched."
        ),
        Entry("E0413", "file too large", "The file is larger than what is read at once."),
        Entry(
            "E0414", "value not suitable",
            "The function cannot do with this value what it is asked to, such as writing something as a table that is no list of records."
        ),
    ]

    private static let models = [
        Entry("E0502", "arguments of a model", "The arguments do not fit the model: see its inputs with `describe`."),
        Entry("M0001", "cannot read the model", "The model file is absent or cannot be read."),
        Entry(
            "M0002", "unknown format",
            "Models are read from ONNX and TFLite files; the contents of this file are neither."),
        Entry(
            "M0003", "model file damaged",
            "The file does not follow its format. The message says at which byte reading stopped; often a download was cut off."
        ),
        Entry(
            "M0004", "operators not supported",
            "The model uses operators that the runtime does not know. All of them are named, with the nodes that use them."
        ),
        Entry(
            "M0005", "model contradicts itself",
            "Parts of the model do not fit together, such as a node whose input nobody makes."),
        Entry("M0006", "shapes do not fit", "A node of the model cannot be applied to inputs of these shapes."),
        Entry(
            "M0007", "format cannot hold the model",
            "The format has no form for a part of this model. Another format may have one."),
        Entry("M0008", "feature not supported", "The file uses a feature of its format that is not read."),
        Entry(
            "M0009", "cannot write the model",
            "The operating system does not let the file be written; the message says why."),
        Entry("M0010", "no such signature", "The model has no entry point of this name."),
        Entry("M0301", "number of inputs", "The model takes another number of inputs: see `describe`."),
        Entry("M0302", "type of an input", "An input has another element type than the model expects."),
        Entry(
            "M0303", "shape of an input",
            "An input has another shape than the model expects. The first axis is usually the batch."),
        Entry("M0304", "node cannot run", "A node of the model cannot run on the values it was given."),
        Entry("M0305", "too much memory", "Running the model on this input would take more memory than is allowed."),
        Entry("M0306", "cancelled", "The run of the model was interrupted."),
        Entry("M0307", "graph not well formed", "The model's graph has a cycle, or a value that nobody makes."),
        Entry("M0308", "shape depends on data", "A shape in the model is known only when it runs."),
        Entry(
            "M0309", "batch does not divide",
            "The model asks for a fixed batch size, and the number of samples is no multiple of it."),
        Entry("M0310", "outputs cannot be joined", "The outputs of several batches have no common shape."),
        Entry(
            "M0311", "no plan to measure",
            "Shapes in the model are known only while it runs, so that there are no planned steps to measure."),
    ]

    private static let protocols = [
        Entry(
            "P0001", "mistake in a grammar",
            "A grammar file has a key, type or name that means nothing there. The message begins with file, line and column."
        ),
        Entry("P0002", "no such protocol", "No grammar has this name. `protocols()` lists those there are."),
        Entry(
            "P0003", "bytes are not of the protocol",
            "The bytes do not follow the grammar. The message says at which byte, in which field, and why."),
        Entry(
            "P0004", "message cannot be written",
            "A field of the message is missing, not known to this kind of message, or its value does not fit the wire."),
        Entry("P0005", "not a capture", "The file is no capture of packets (pcap or pcapng), or it is damaged."),
        Entry(
            "P0006", "protocol not recognised",
            "The bytes fit none of the grammars. Name the protocol to see where they differ."),
        Entry("P0007", "no way to translate", "The map does not say how a part of the message is to be translated."),
    ]

    private static let tensors = [
        Entry(
            "E0501", "contents of a tensor",
            "The values cannot be held by, or taken out of, a tensor of this type: see the message."),
        Entry("T0001", "no memory for a tensor", "There is not enough memory for a tensor of this size."),
        Entry(
            "T0002", "shapes do not fit",
            "The shapes of the tensors do not fit the operation; shapes are broadcast by NumPy's rules."),
        Entry("T0003", "tensor too large", "A tensor of this shape has more elements than memory can address."),
        Entry("T0004", "type of a tensor", "The operation expects a tensor of another element type."),
        Entry(
            "T0005", "array file damaged",
            "The `.npy`, `.npz` or `.safetensors` file does not follow its format. The message says at which byte reading stopped."
        ),
        Entry("T0006", "no such axis", "The tensor has fewer axes than the one that is named; they count from 0."),
        Entry(
            "T0007", "no such element",
            "A position lies outside of the tensor, or an array of this name is not in the file."),
        Entry(
            "T0008", "archive of arrays too large",
            "An `.npz` file holds at most 4 GiB and 65535 arrays. Write the arrays to several files."),
        Entry("T0009", "cannot read the tensors", "The file of tensors is absent or cannot be read."),
    ]

    private static let datasets = [
        Entry(
            "L0001", "data file damaged",
            "The file does not follow the format that its name promises. The message says at which line or byte reading stopped."
        ),
        Entry(
            "L0002", "not data for this purpose",
            "The file or folder can be read but holds no samples with labels as `dataset` needs them: see the message."),
        Entry(
            "L0003", "no such samples",
            "The data set cannot give the samples that are asked for: a share outside of 0 to 1, or more than there are."
        ),
        Entry(
            "L0004", "data do not fit the model",
            "The samples have another shape, or the labels other classes, than the model expects: see its inputs with `describe`."
        ),
        Entry(
            "L0005", "metric does not fit",
            "The metric needs labels or outputs of another kind: accuracy needs classes, an error of numbers needs numbers."
        ),
        Entry(
            "L0006", "model cannot be trained",
            "The model has nothing to train, is quantized, or has operators without a gradient between weights and output: see the message."
        ),
        Entry(
            "L0007", "layers do not fit together",
            "A layer of `network` cannot stand behind the one before it. The message names it and the shape that it gets."
        ),
        Entry("L0008", "option of training", "An option of training has a value that it cannot have."),
        Entry(
            "L0009", "training diverged",
            "The loss or its gradient grew beyond all numbers. A lower learning rate, `clip: 1.0`, a warm-up, or data of moderate size help."
        ),
        Entry(
            "L0010", "no such checkpoint",
            "The checkpoint cannot be written or read, or belongs to a run with another model, other data or other options."
        ),
    ]

    private static let compression = [
        Entry("C0001", "option out of range", "An option of a compression step has a value that it cannot have."),
        Entry(
            "C0002", "model is quantized already",
            "Compression starts from a float model: the integers of a quantized one have lost what it would need."),
        Entry(
            "C0003", "no such layer",
            "A list of layers names one that the model does not have. `describe` lists the names."),
        Entry(
            "C0004", "nothing to quantize",
            "The model has no convolution and no dense layer with constant weights."),
        Entry(
            "C0005", "data cannot be used",
            "The samples do not do for what they are needed for: there are none, or they hold values that are not finite."
        ),
        Entry(
            "C0006", "nothing to prune",
            "Every channel of the model must stay. `prunable` tells of each layer why."),
        Entry("C0007", "numbers not finite", "Weights of the model, or the values it computes, are not finite."),
        Entry(
            "C0008", "size cannot be met",
            "Even with 4 bits in every layer the model is larger than asked for. Cut channels first, or allow more."),
        Entry("V0001", "no such device", "There is no device profile of this name. `devices()` lists them."),
        Entry(
            "V0002", "device profile not valid",
            "A figure of the profile is missing, not known or out of range. `docs/devices.md` shows what a profile holds."
        ),
        Entry(
            "V0003", "shapes not fixed",
            "What a model takes on a device can be told only where all shapes but the batch are fixed."),
    ]

    private static let series = [
        Entry(
            "F0001", "not a time",
            "A cell of the time column cannot be read as a time, or dates can be read in two ways. See `help series` for what is known."
        ),
        Entry(
            "F0002", "column of a series",
            "The table has no such column, several could be meant, or one holds something else than numbers."),
        Entry(
            "F0003", "not suitable as a series",
            "The values or times make no series that this can be done with: all are missing, or the step is irregular."),
        Entry(
            "F0004", "series too short",
            "The series has too few values for what is asked: the message says how many it takes."),
        Entry(
            "F0005", "model does not fit",
            "The model cannot be fitted to these values, such as a constant series, or values below zero for a multiplicative model."
        ),
        Entry(
            "F0006", "setting out of range",
            "A setting of a forecast, detector or spectrum is not possible; the message says which."),
    ]
}
