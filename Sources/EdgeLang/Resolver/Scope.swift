/// One level of names while the resolver walks through a program: a block, a function's parameters, a loop's or an arm's
/// variables.
struct Scope {
    /// The function whose variables these are.
    let function: FunctionID
    var names: [String: BindingID] = [:]
    /// Which statement of the block is being resolved; -1 before the first.
    var statement = -1
    /// Whether its variables become globals.
    let isGlobal: Bool
    /// The first slot that is free again when the scope is left.
    let firstSlot: Int
}

/// What the resolver notes of a variable beyond its `BindingInfo`, until storage is decided.
struct BindingState {
    /// One creation of a function that captures the variable.
    struct CaptureEvent: Hashable {
        /// The statement of the variable's block in which the function is created.
        let statement: Int
        /// The named function it is, if it is declared by a statement of that very block: then it may be created earlier.
        let declared: BindingID?
    }

    /// The statement of its block that declares it; -1 for what has its value from the beginning.
    let statement: Int
    /// Whether it has its value at the place that is being resolved.
    var isVisible: Bool
    var captureEvents: Set<CaptureEvent> = []
    /// The first statement of its block that mentions it.
    var firstMention = Int.max
    /// The other functions of its block that its function mentions, for a `fn`.
    var mentionedFunctions: [BindingID] = []
}

/// What the resolver notes of a function it is in or was in.
struct FunctionState {
    let id: FunctionID
    let kind: FunctionLiteral.Kind?
    let parent: FunctionID?
    /// The variable that always holds this function.
    let binding: BindingID?
    var nextSlot = 0
    var loopDepth = 0
    /// Captured variables in the order of their first use; static functions among them are dropped at the end.
    var captured: [BindingID] = []
    var capturedSet: Set<BindingID> = []
}
