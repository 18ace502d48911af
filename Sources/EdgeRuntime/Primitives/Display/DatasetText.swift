import EdgeLang
import EdgeTensors
import EdgeTraining

/// A data set for people: how many samples of which shape, and how many of each class.
enum DatasetText {
    static func describe(_ dataset: LabelledDataset, _ options: DisplayOptions) -> String {
        let shapes = dataset.inputs.map { "\($0.dtype.rawValue) \(Array($0.shape.dropFirst()))" }
        var text = "dataset of \(dataset.count) samples, \(shapes.joined(separator: " and "))"
        let counts = classCounts(dataset)
        if !counts.isEmpty {
            let table = TextTable(
                columns: [.init("class"), .init("samples", .right)], rows: counts.map { [$0.name, String($0.count)] })
            text += "\n" + table.render(width: options.width)
        } else if let labels = dataset.labels {
            text += ", targets \(labels.dtype.rawValue) \(Array(labels.shape.dropFirst()))"
        }
        return text
    }

    /// How many samples each class has, in the order of the classes; empty without classes.
    static func classCounts(_ dataset: LabelledDataset) -> [(name: String, count: Int)] {
        guard let classes = dataset.classes else { return [] }
        var counts: [Int: Int] = [:]
        for number in classes { counts[number, default: 0] += 1 }
        return counts.keys.sorted().map { number in
            let name = dataset.classNames.indices.contains(number) ? dataset.classNames[number] : String(number)
            return (name, counts[number] ?? 0)
        }
    }
}
