import EdgeModels

/// What works on one node, and refuses by the node's name what it cannot do.
protocol NodeReading {
    var node: Node { get }
}

extension NodeReading {
    func refused(_ problem: String) -> TrainingError {
        .untrainable("node `\(node.name)` (\(node.op.rawValue)): \(problem)")
    }

    /// An axis counted from the front.
    func axis(_ axis: Int, rank: Int) throws(TrainingError) -> Int {
        let position = axis < 0 ? axis &+ rank : axis
        guard position >= 0, position < rank else { throw refused("axis \(axis) is not one of the \(rank) axes") }
        return position
    }
}
