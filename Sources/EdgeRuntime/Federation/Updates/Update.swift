public import EdgeTensors

/// Named tensors in a fixed order: the parameters of a model, or how training changed them.
public struct Update: Sendable {
    /// One tensor and what messages call it.
    public struct Part: Sendable {
        public var name: String
        public var tensor: Tensor

        public init(name: String, tensor: Tensor) {
            self.name = name
            self.tensor = tensor
        }
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// The number of elements of all tensors.
    public var count: Int { parts.reduce(0) { $0 + $1.tensor.count } }
    /// The bytes that the elements take.
    public var byteCount: Int { parts.reduce(0) { $0 + $1.tensor.byteCount } }
}

/// What one device sends after it trained on its own data.
public struct ClientUpdate: Sendable {
    /// The device that trained.
    public var client: String
    /// The trained parameters, or their difference to the round's start.
    public var update: Update
    /// The number of samples it trained on: its weight in federated averaging. Nil where it did not say.
    public var sampleCount: Int?
    /// The rounds that passed since the device fetched the model it trained.
    public var staleness: Int

    public init(client: String, update: Update, sampleCount: Int? = nil, staleness: Int = 0) {
        self.client = client
        self.update = update
        self.sampleCount = sampleCount
        self.staleness = staleness
    }
}
