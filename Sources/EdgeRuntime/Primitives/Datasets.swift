import EdgeData
import EdgeLang
import EdgeTensors
import EdgeTraining

extension Primitives {
    /// Data sets: reading, making and dividing them.
    static func datasets(_ environment: RuntimeEnvironment) -> [BuiltinSpec] { [dataset(environment), sample] }

    private static func dataset(_ environment: RuntimeEnvironment) -> BuiltinSpec {
        BuiltinSpec(
            "dataset", "Makes a data set of files, or of samples in the script.",
            .value(
                "samples", OneOf<String, OneOf<TensorObject, PlainValue>>.self,
                "a file (`.npy`, `.csv`, IDX), a folder with one sub-folder for each class, a tensor, or a list of samples"
            ),
            .label(
                "labels", OneOf<String, OneOf<TensorObject, PlainValue>>?.self,
                "a file (`.npy`, IDX), a tensor or a list with the label of each sample"),
            .label("label", String?.self, "CSV: the column with the label"),
            .label("columns", [String]?.self, "CSV: the columns that make up a sample; without it all but the label"),
            .label("ignore", [String].self, default: [], "CSV: columns that are passed over"),
            .label("classes", [String].self, default: [], "the name of each class by its number"),
            .label("frames", Int?.self, in: 1..., "folders of sounds: the length that each is cut or filled to"),
            .label("scale", Double?.self, "what every input value is multiplied by, after `zero` is taken off"),
            .label("zero", Double.self, default: 0, "what is taken off every input value"),
            returns: "the data set", type: "dataset", effects: [.readsFiles],
            details: """
                Files are looked for in the working directory, in the script's folder, and in the folders of `EDGE_PATH`.
                Labels that are whole numbers are classes, others are targets.
                """,
            topic: "Data sets", seeAlso: ["sample", "split", "evaluate"],
            examples: [
                Example("len(dataset([[1, 2], [3, 4], [5, 6]], labels: [0, 1, 0]))", "3"),
                Example(
                    "write_text(\"d.csv\", \"x,y,kind\\n1,2,a\\n3,4,b\\n\")\ndataset(\"d.csv\", label: \"kind\").classes",
                    "[\"a\", \"b\"]"),
            ]
        ) { context, samples, labels, label, columns, ignored, classes, frames, scale, zero in
            func path(_ name: String) throws -> String {
                let (found, tried) = try environment.find(name, authorize: context.authorize)
                guard let found else {
                    throw RuntimeError(
                        .fileNotFound, "there is no file or folder `\(name)`",
                        notes: ["tried: \(tried.joined(separator: ", "))"])
                }
                try authorizeContents(of: found, context)
                return found
            }
            var labelFile: String?
            if case .first(let name)? = labels { labelFile = try path(name) }
            var result: LabelledDataset
            switch samples {
            case .first(let name):
                let source = try path(name)
                let isFolder = Folder.entry(at: source) == .folder
                let isTable = source.lowercased().hasSuffix(".csv")
                guard labelFile == nil || !(isFolder || isTable) else {
                    throw RuntimeError(
                        .unsuitableValue,
                        "`dataset`: the labels of a \(isFolder ? "folder" : "CSV file") come from itself",
                        hint: isFolder ? "the names of its sub-folders are the classes" : "`label` names the column")
                }
                if isFolder {
                    result = try LabelledDataset(folder: source, frames: frames)
                } else if isTable {
                    result = try LabelledDataset(
                        csv: source, options: .init(label: label, columns: columns, ignored: ignored))
                } else {
                    result = try LabelledDataset(inputs: [source], labels: labelFile)
                    labelFile = nil
                }
            case .second(.first(let object)): result = LabelledDataset(inputs: [object.tensor], labels: nil)
            case .second(.second(let plain)):
                result = LabelledDataset(inputs: [try TensorBuilder.tensor(plain, dtype: .f32)], labels: nil)
            }
            if let labelFile {
                let tensor = try LabelledDataset(inputs: [labelFile], labels: nil).inputs[0]
                result.labels = try DatasetLabels.tensor(.first(TensorObject(tensor)))
            }
            if case .second(let given)? = labels { result.labels = try DatasetLabels.tensor(given) }
            if !classes.isEmpty { result.classNames = classes }
            try result.validate()
            if scale != nil || zero != 0 { result = try result.rescaled(scale: Float(scale ?? 1), zero: Float(zero)) }
            return DatasetObject(result)
        }
    }

    /// Asks for every file of a folder with one sub-folder for each class: a link in there may lead elsewhere.
    private static func authorizeContents(of path: String, _ context: CallContext) throws {
        guard context.isRestricted, Folder.entry(at: path) == .folder else { return }
        for name in try Folder.names(in: path) {
            let inner = Folder.join(path, name)
            try context.authorize(.readFile(inner))
            guard Folder.entry(at: inner) == .folder else { continue }
            for file in try Folder.names(in: inner) { try context.authorize(.readFile(Folder.join(inner, file))) }
        }
    }

    private static var sample: BuiltinSpec {
        BuiltinSpec(
            "sample", "Chooses samples of a data set at random.",
            .value("data", DatasetObject.self, "the data set"),
            .value("count", Int.self, in: 1..., "how many; all of them, in random order, where there are no more"),
            .label("seed", Int.self, default: 0, "another seed chooses others"),
            .label("stratify", Bool.self, default: false, "take from each class in proportion to its share"),
            returns: "the chosen samples", type: "dataset", topic: "Data sets", seeAlso: ["split", "quantize"],
            examples: [Example("len(dataset([[1], [2], [3], [4]]) |> sample(2))", "2")]
        ) { _, object, count, seed, stratified in
            DatasetObject(
                try object.dataset.sample(count, seed: UInt64(bitPattern: Int64(seed)), stratified: stratified))
        }
    }
}

/// Labels that stand in a script.
enum DatasetLabels {
    /// Whole numbers as classes (`i32`), others as targets (`f32`).
    static func tensor(_ labels: OneOf<TensorObject, PlainValue>) throws -> Tensor {
        let tensor =
            switch labels {
            case .first(let object): object.tensor
            case .second(let plain): try TensorBuilder.tensor(plain, dtype: nil)
            }
        let numbers = try TensorNumbers(tensor)
        let values = (0..<tensor.count).map { numbers[$0] }
        return try TensorBuilder.tensor(values, shape: tensor.shape, dtype: tensor.dtype.isFloat ? .f32 : .i32)
    }
}
