import EdgeModels

/// The layers and operators that a user wants to be left as they are.
struct SkipList {
    private let layers: Set<String>
    private let operators: Set<String>

    /// - Throws: `CompressionError` for a name that the model does not have, with those that are spelt alike.
    init(_ names: [String], in graph: Graph, option: String = "skip") throws(CompressionError) {
        let layerNames = Set(graph.nodes.map(\.name))
        let operatorNames = Set(graph.nodes.map(\.op.rawValue))
        let known = Set(Operator.allCases.map(\.rawValue))
        for name in names where !layerNames.contains(name) && !known.contains(name) {
            let near = SkipList.nearest(name, among: layerNames.union(operatorNames))
            throw .unknownLayer(name, option: option, near: near)
        }
        layers = Set(names).intersection(layerNames)
        operators = Set(names).intersection(known)
    }

    func contains(_ node: Node) -> Bool { contains(name: node.name, op: node.op.rawValue) }

    func contains(name: String, op: String) -> Bool { layers.contains(name) || operators.contains(op) }

    /// Up to three names that are spelt alike, or contain what was asked for.
    static func nearest(_ name: String, among candidates: Set<String>) -> [String] {
        let wanted = Array(name.lowercased().utf8.prefix(200))
        let scored = candidates.compactMap { candidate -> (Int, String)? in
            let text = candidate.lowercased()
            if !name.isEmpty, text.contains(name.lowercased()) { return (1, candidate) }
            let distance = editDistance(wanted, Array(text.utf8.prefix(200)))
            return distance <= max(2, wanted.count / 3) ? (distance + 1, candidate) : nil
        }
        return scored.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }.prefix(3).map { "\"\($0.1)\"" }
    }

    /// Insertions, deletions and replacements between two texts (Levenshtein).
    private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
