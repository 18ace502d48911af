import EdgeLang
import EdgeModels

/// The memory of a model's activations for people: how much, how little it could be, and the largest values with their places.
enum ActivationText {
    /// Values shown; the rest is summed up.
    private static let shown = 8

    static func describe(_ map: ActivationMap, _ options: DisplayOptions) -> String {
        let heading =
            "activations: \(ReadableValue.bytes(map.byteCount)) at the fullest moment, "
            + "no arrangement below \(ReadableValue.bytes(map.lowerBound))"
        let largest = map.blocks.filter { $0.name != nil }.sorted {
            ($1.byteCount, $0.offset) < ($0.byteCount, $1.offset)
        }
        guard !largest.isEmpty else { return heading }
        let table = TextTable(
            columns: [.init("offset", .right), .init("bytes", .right), .init("steps", .right), .init("values")],
            rows: largest.prefix(shown).map { block in
                [
                    ReadableValue.count(block.offset), ReadableValue.count(block.byteCount),
                    block.first == block.last ? "\(block.first)" : "\(block.first)–\(block.last)",
                    shortened(block.name ?? ""),
                ]
            },
            footer: largest.count <= shown ? [] : [["", "", "", "and \(largest.count - shown) smaller blocks"]])
        return heading + "\n" + table.render(width: options.width)
    }

    private static func shortened(_ name: String) -> String {
        name.count <= 60 ? name : "\(name.prefix(20))…\(name.suffix(39))"
    }
}
