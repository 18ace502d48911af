/// The arena of a plan: which value lies where, and when.
public struct ActivationMap: Sendable, Hashable {
    /// A stretch of the arena.
    public struct Block: Sendable, Hashable {
        /// The values that live here, one after the other where a later one took the place over; nil for scratch memory.
        public var name: String?
        /// Bytes from the start of the arena.
        public var offset: Int
        public var byteCount: Int
        /// The first and the last step that need it, counted from 0.
        public var first: Int
        public var last: Int
    }

    /// The bytes of the arena, room for alignment and for reads past the end of a block included.
    public var byteCount: Int
    /// The largest sum of the bytes that are needed at the same time: no arrangement takes less.
    public var lowerBound: Int
    /// In the order in which they come alive.
    public var blocks: [Block]
}
