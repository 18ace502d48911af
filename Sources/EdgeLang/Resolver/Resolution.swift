/// What the resolver found out about a program, in arrays indexed by the identifiers in the tree.
///
/// The compiler reads it together with the tree and asks no question about names again.
public struct Resolution: Sendable {
    /// By `NameID`.
    public internal(set) var names: [NameReference]
    /// By `BindingID`.
    public internal(set) var bindings: [BindingInfo]
    /// By `FunctionID`.
    public internal(set) var functions: [FunctionInfo]
    /// By `CallID`.
    public internal(set) var calls: [ResolvedCall]
    /// What other files get by importing this one.
    public internal(set) var interface: ModuleInterface
    /// At the prompt: the globals this entry declares, in order, to be known to the next one.
    public internal(set) var declaredGlobals: [GlobalInfo]

    public subscript(name: NameID) -> NameReference { names[name.index] }
    public subscript(binding: BindingID) -> BindingInfo { bindings[binding.index] }
    public subscript(function: FunctionID) -> FunctionInfo { functions[function.index] }
    public subscript(call: CallID) -> ResolvedCall { calls[call.index] }
}

/// What a use of a name means.
public enum NameReference: Hashable, Sendable {
    /// A variable of the same function; its `BindingInfo` says whether it lives in a box.
    case local(BindingID)
    /// A variable of an enclosing function: the index into the `captures` of the function the use stands in.
    case captured(Int, BindingID)
    /// The function the use stands in, called by its own name; nothing is captured for it.
    case currentFunction
    /// A named function that captures nothing: a constant, there is only one instance of it.
    case function(FunctionID)
    /// A variable that outlives the entry it was typed in; only with `ResolverOptions.globals`.
    case global(String)
    /// Index into the list of builtin signatures the resolver was given.
    case builtin(Int)
    /// Nothing of that name; an error has been reported.
    case unresolved
}

/// What is known of a variable.
public struct BindingInfo: Sendable {
    public enum Kind: Hashable, Sendable {
        case `let`, `var`, function, parameter, loop, pattern, error, module
    }

    /// Where a variable's value lives.
    public enum Storage: Hashable, Sendable {
        /// In a register: it is not captured, or never changes after it is captured, so that closures hold copies.
        case register
        /// In a box made where it is declared: it is captured, and assigned to later.
        case box
        /// In a box made, without a value, when its block is entered: a function is created before the variable gets
        /// its value and captures it. Using it too early is an error of the run ("used before it has a value").
        case boxFromBlockEntry
        /// Under its name among the interpreter's globals.
        case global
    }

    public let name: String
    public let span: Span
    public let kind: Kind
    /// The function it belongs to.
    public let function: FunctionID
    /// Dense number within its function; variables whose scopes do not overlap may share one.
    public let slot: Int
    public internal(set) var storage: Storage = .register
    /// Whether an inner function uses it.
    public internal(set) var isCaptured = false
    /// Whether anything but its declaration assigns to it or updates it.
    public internal(set) var isReassigned = false
    /// Only for `fn`: its closure is created when the block is entered, in the order of the declarations, since something
    /// before it uses it; else it is created where it stands.
    public internal(set) var isHoisted = false
    /// The function it always holds: a `fn`, or a `let` whose value is written as a closure.
    public internal(set) var knownFunction: FunctionID?
}

/// What is known of a function.
public struct FunctionInfo: Sendable {
    /// Where a captured variable comes from when the closure is created.
    public enum CaptureSource: Hashable, Sendable {
        /// A variable of the function that creates the closure.
        case local(BindingID)
        /// One the creating function has captured itself: index into its captures.
        case captured(Int)
        /// The creating function itself.
        case currentFunction
    }

    public struct Capture: Hashable, Sendable {
        public let binding: BindingID
        public internal(set) var source: CaptureSource
    }

    /// The function it is written in; nil for the top level.
    public let parent: FunctionID?
    public let name: String?
    public internal(set) var captures: [Capture] = []
    /// How many slots its variables need.
    public internal(set) var slotCount = 0
    /// Whether it captures nothing, so that one instance serves for all.
    public var isStatic: Bool { captures.isEmpty }
}

/// How the arguments of a call meet the parameters of its callee.
public struct ResolvedCall: Sendable {
    public enum Target: Hashable, Sendable {
        /// Known only when the program runs: labels are matched then.
        case dynamic
        /// Index into the list of builtin signatures.
        case builtin(Int)
        /// A function of this program.
        case function(FunctionID)
    }

    /// What a parameter gets.
    public enum ArgumentSource: Hashable, Sendable {
        /// Its default.
        case omitted
        /// Index into `Call.arguments`.
        case argument(Int)
        /// All of these, as a list: for a variadic parameter, possibly none.
        case variadic([Int])
    }

    public let target: Target
    /// By parameter; empty where the target is dynamic.
    public let arguments: [ArgumentSource]

    public static let dynamic = ResolvedCall(target: .dynamic, arguments: [])
}

/// What a module offers to files that import it.
public struct ModuleInterface: Sendable {
    public struct Export: Sendable {
        public let name: String
        /// Where it is declared.
        public let binding: BindingID
        /// For functions: what calls are checked against.
        public let signature: Signature?
        public let documentation: String?
    }

    /// What is known of an export's type: its own, and that of what a function gives.
    struct ExportType: Sendable {
        let value: StaticType
        let result: StaticType?
    }

    public internal(set) var exports: [Export] = []
    /// The types of exports, by name, once the module has been checked.
    var types: [String: ExportType] = [:]

    public init() {}
}

/// A variable that outlives the entry it was typed in.
public struct GlobalInfo: Sendable {
    public let name: String
    public let isMutable: Bool
    /// For functions: what calls are checked against.
    public let signature: Signature?
    public let documentation: String?

    public init(name: String, isMutable: Bool, signature: Signature? = nil, documentation: String? = nil) {
        self.name = name
        self.isMutable = isMutable
        self.signature = signature
        self.documentation = documentation
    }
}
