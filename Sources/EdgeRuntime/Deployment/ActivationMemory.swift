import EdgeModels

/// Where the activations of a network lie while it runs, on a device that holds them in one block.
struct ActivationMemory {
    /// Bytes that must be held while each node runs.
    private(set) var live: [Int]
    /// The size of the block.
    let peak: Int

    /// - Parameters:
    ///   - isFree: Nodes whose result takes the place of their input.
    ///   - bytes: The size of a value.
    init(_ graph: Graph, isFree: (Int) -> Bool, bytes: (ValueID) throws -> Int) throws {
        var place: [ValueID: ValueID] = [:]
        func owner(_ id: ValueID) -> ValueID { place[id] ?? id }
        var spans: [ValueID: (first: Int, last: Int, size: Int)] = [:]
        for id in graph.inputs { spans[id] = (0, 0, try bytes(id)) }
        for id in graph.variables { spans[id] = (0, graph.nodes.count, try bytes(id)) }
        for (position, node) in graph.nodes.enumerated() {
            for id in node.inputs.compactMap({ $0 }) where graph.constants[id] == nil {
                let own = owner(id)
                let last = spans[own]?.last ?? 0
                spans[own]?.last = max(last, position)
            }
            for id in node.outputs {
                if isFree(position), let input = node.input(0), graph.constants[input] == nil {
                    place[id] = owner(input)
                    let size = max(spans[owner(input)]?.size ?? 0, try bytes(id))
                    spans[owner(input)]?.size = size
                } else {
                    spans[id] = (position, position, try bytes(id))
                }
            }
        }
        for id in graph.outputs where spans[owner(id)] != nil { spans[owner(id)]?.last = graph.nodes.count }
        live = [Int](repeating: 0, count: graph.nodes.count)
        var planner = MemoryPlanner(alignment: 16, slack: 0)
        for (_, span) in spans.sorted(by: { $0.key < $1.key }) {
            _ = planner.addBlock(byteCount: span.size, first: span.first, last: span.last)
            for position in span.first...max(span.first, min(span.last, graph.nodes.count - 1))
            where position < live.count {
                live[position] += span.size
            }
        }
        peak = planner.place(limit: .max / 2)?.byteCount ?? live.max() ?? 0
    }
}
