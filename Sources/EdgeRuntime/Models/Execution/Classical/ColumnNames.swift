/// The names of columns that a node gives (`ZipMap`) or takes (`DictVectorizer`).
struct ColumnNames: Sendable {
    let labels: ClassLabels

    init(_ node: Node) throws(ModelError) {
        if node.op == .dictVectorizer {
            if case .strings(let words)? = node.attributes["string_vocabulary"], !words.isEmpty {
                labels = .texts(words)
            } else {
                labels = .numbers((node.ints("int64_vocabulary") ?? []).map(Int64.init))
            }
        } else {
            labels = try ClassLabels(node)
        }
        guard labels.count > 0 else { throw node.bad("it names no columns") }
        guard labels.areDifferent else { throw node.bad("it names two columns alike") }
    }
}

extension Node {
    /// The names that the node gives to columns.
    func columnNames() throws(ModelError) -> ClassLabels { try ColumnNames(self).labels }
}

extension ClassLabels {
    /// Whether no label stands twice.
    var areDifferent: Bool {
        switch self {
        case .numbers(let numbers): Set(numbers).count == numbers.count
        case .texts(let texts): Set(texts).count == texts.count
        }
    }
}
