/// What can be cut of each layer, and what was.
public struct PruneReport: Sendable, Hashable {
    /// A layer with channels of its own.
    public struct Layer: Sendable, Hashable {
        public var name: String
        public var op: String
        /// Its output channels before.
        public var channels: Int
        /// How many of them may be cut.
        public var prunable: Int
        /// How many stayed.
        public var kept: Int
        /// The layers whose channels stand or fall with these.
        public var coupledWith: [String]
        /// Why channels must stay, where some must.
        public var reason: String?
    }

    public var layers: [Layer]
}
