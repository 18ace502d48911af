/// A network with what is known about it.
public struct Model: Sendable {
    public var name: String
    public var graph: Graph
    /// Where it came from, for people: `ONNX (pytorch 2.1), opset 13`.
    public var origin: String
    /// Free text that travels with the file.
    public var metadata: [String: String]
    /// What was done to it since it was loaded, oldest first.
    public var history: [HistoryEntry]

    public init(
        name: String, graph: Graph, origin: String, metadata: [String: String] = [:], history: [HistoryEntry] = []
    ) {
        self.name = name
        self.graph = graph
        self.origin = origin
        self.metadata = metadata
        self.history = history
    }
}

/// One step of compression, with its measured effect.
public struct HistoryEntry: Sendable, Hashable {
    /// What was done, as a script would write it: `quantize(bits: 8)`.
    public var step: String
    /// What it did: `212 kB -> 61 kB`.
    public var effect: String

    public init(step: String, effect: String) {
        self.step = step
        self.effect = effect
    }
}
