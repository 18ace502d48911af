/// What comes of asking a stream for its next element.
public enum Pull {
    case element(Value)
    /// There is none and there will be none.
    case end
    /// None came before the deadline.
    case late
}

/// How long a stage that leaves out elements may look for one that stays: until the deadline, and where that has passed already, a moment,
/// so that a merge of several streams does not give up at each element that is left out.
struct Patience {
    private let limit: Moment

    init(_ deadline: Moment) {
        limit = deadline == .never ? .never : max(deadline, Moment.now.advanced(bySeconds: 0.002))
    }

    var isOver: Bool { limit != .never && Moment.now >= limit }
}
