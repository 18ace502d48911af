import EdgeTensors

/// Who makes and who reads the values of a graph, as fusion asks it: a node may swallow its reader where nobody else sees its result.
struct GraphUses {
    private let producers: [ValueID: Int]
    private let consumers: [ValueID: [Int]]
    private let outputs: Set<ValueID>

    init(_ graph: Graph) {
        producers = graph.producers()
        consumers = graph.consumers()
        outputs = Set(graph.outputs)
    }

    /// The position of the node that makes a value.
    func producer(of value: ValueID) -> Int? { producers[value] }

    /// The position of the only reader of a value that is no output of the graph.
    func onlyReader(of value: ValueID) -> Int? {
        guard !outputs.contains(value), let readers = consumers[value], readers.count == 1 else { return nil }
        return readers[0]
    }
}

extension Graph {
    /// Whether a value is a float that no rounding applies to.
    func isPlainFloat(_ id: ValueID) -> Bool {
        guard let type = type(of: id) else { return true }
        return type.dtype == .f32 && type.quantization == nil
    }

    /// Removes nodes at the positions given.
    mutating func removeNodes(at positions: Set<Int>) {
        guard !positions.isEmpty else { return }
        nodes = nodes.enumerated().filter { !positions.contains($0.offset) }.map(\.element)
    }

    /// The elements of a constant of f32 without quantization.
    func floatConstant(_ id: ValueID?) -> [Float]? {
        guard let id, let tensor = constants[id], tensor.dtype == .f32, isPlainFloat(id) else { return nil }
        return try? tensor.elements(as: Float.self)
    }
}
