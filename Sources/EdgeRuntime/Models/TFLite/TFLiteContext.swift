import EdgeTensors

/// What all subgraphs of one file share while they are read.
final class TFLiteContext {
    let file: TFLiteFile
    private var unsupported: [String: [String]] = [:]
    private var order: [String] = []
    /// What the variables hold at first, as the subgraphs of `CALL_ONCE` assign it.
    var initial: [String: Tensor] = [:]
    /// The types of the variables, from what is read or assigned first.
    var variableTypes: [String: TensorType] = [:]
    /// Subgraphs within subgraphs; a file whose subgraphs call themselves has no end.
    var depth = 0
    static let depthLimit = 16

    init(file: TFLiteFile) { self.file = file }

    /// Remembers an operator that has no form in the graph, to report all of them at once.
    func reportUnsupported(_ op: String, node: String) {
        if unsupported[op] == nil { order.append(op) }
        unsupported[op, default: []].append(node)
    }

    func throwUnsupported() throws {
        guard !order.isEmpty else { return }
        throw ModelError.unsupportedOperators(order.map { ($0, unsupported[$0] ?? []) })
    }
}
