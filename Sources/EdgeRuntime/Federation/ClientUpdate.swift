public import EdgeTensors

/// What one device sends after it trained on its own data.
public struct ClientUpdate: Sendable {
    /// The device that trained.
    public var client: String
    /// The trained weights, or their difference to the round's start, in the order of the model's parameters.
    public var parameters: [Tensor]
    /// The number of samples it trained on: its weight in federated averaging.
    public var sampleCount: Int

    public init(client: String, parameters: [Tensor], sampleCount: Int) {
        self.client = client
        self.parameters = parameters
        self.sampleCount = sampleCount
    }
}
