/// How the history of a model is kept in the text entries of a file: `edgesh.history.0.step`, `edgesh.history.0.effect`, …
enum ModelHistory {
    private static let prefix = "edgesh.history."

    static func encoded(_ model: Model) -> [(key: String, value: String)] {
        var entries = model.metadata.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
        for (position, entry) in model.history.enumerated() {
            entries.append(("\(prefix)\(position).step", entry.step))
            entries.append(("\(prefix)\(position).effect", entry.effect))
        }
        return entries
    }

    static func decoded(_ entries: [(String, String)]) -> (metadata: [String: String], history: [HistoryEntry]) {
        var metadata: [String: String] = [:]
        var steps: [Int: HistoryEntry] = [:]
        for (key, value) in entries {
            let parts = key.hasPrefix(prefix) ? key.dropFirst(prefix.count).split(separator: ".") : []
            guard parts.count == 2, let position = Int(parts[0]), parts[1] == "step" || parts[1] == "effect" else {
                metadata[key] = value
                continue
            }
            var entry = steps[position] ?? HistoryEntry(step: "", effect: "")
            if parts[1] == "step" { entry.step = value } else { entry.effect = value }
            steps[position] = entry
        }
        return (metadata, steps.sorted { $0.key < $1.key }.map(\.value))
    }
}
