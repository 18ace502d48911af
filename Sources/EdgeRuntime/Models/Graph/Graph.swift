public import EdgeTensors

/// A network: nodes in an order in which they can run, over values that are each made once (static single assignment).
///
/// One form for every file format: readers translate into it, writers out of it, compression and the executor know nothing else.
/// In a subgraph (the body of `Scan`, `Loop`, `If`) a value of the outer graph is named by `captures`.
public struct Graph: Sendable {
    /// A value: its name and what is known of its type.
    public struct Value: Sendable {
        public var name: String
        public var type: TensorType?
    }

    /// All values that were ever made, by `ValueID`.
    public private(set) var values: [Value] = []
    /// In an order in which they can run.
    public var nodes: [Node] = []
    public var inputs: [ValueID] = []
    public var outputs: [ValueID] = []
    /// The values that are known before the model runs: weights and constants, as stored (integers where quantized).
    public var constants: [ValueID: Tensor] = [:]
    /// Values that keep their content from one run to the next and begin at zero: the states of a TFLite recurrence.
    public var variables: Set<ValueID> = []
    /// Subgraphs only: values of this graph that stand for a value of the outer graph, by its name there.
    public var captures: [ValueID: String] = [:]

    public init() {}

    /// Makes a value. Names are for people and files; the identity is the `ValueID`.
    public mutating func addValue(name: String, type: TensorType? = nil) -> ValueID {
        values.append(Value(name: name, type: type))
        return ValueID(values.count - 1)
    }

    /// Makes a constant, its type taken from the tensor.
    public mutating func addConstant(
        name: String, _ tensor: Tensor, quantization: Quantization? = nil
    ) -> ValueID {
        let type = TensorType(
            dtype: tensor.dtype, shape: tensor.shape.map(Dimension.fixed), quantization: quantization)
        let id = addValue(name: name, type: type)
        constants[id] = tensor
        return id
    }

    public subscript(id: ValueID) -> Value {
        get { values[id.index] }
        set { values[id.index] = newValue }
    }

    /// What is known of a value's type.
    public func type(of id: ValueID) -> TensorType? { values[id.index].type }

    /// The position of the node that makes each value (constants and inputs have none).
    public func producers() -> [ValueID: Int] {
        var result: [ValueID: Int] = [:]
        for (position, node) in nodes.enumerated() { for output in node.outputs { result[output] = position } }
        return result
    }

    /// The positions of the nodes that read each value, in order.
    public func consumers() -> [ValueID: [Int]] {
        var result: [ValueID: [Int]] = [:]
        for (position, node) in nodes.enumerated() {
            for input in node.inputs { if let input { result[input, default: []].append(position) } }
        }
        return result
    }
}
