/// How a message that is spread over several others is put together: which of their fields say that they are parts of one.
struct Fragments: Sendable {
    /// Paths of the flags that say whether a part is the first and the last.
    let first: [String]
    let final: [String]
    /// The part's bytes.
    let data: [String]
    /// A number that grows by one from part to part.
    let sequence: [String]?
    let sequenceBits: Int
    /// Fields that parts of one message have in common.
    let key: [[String]]
    /// What the bytes are once they are together.
    let type: Element.Reference
}
