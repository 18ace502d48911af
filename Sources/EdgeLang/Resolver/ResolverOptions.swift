/// What the resolver must know from outside the program.
public struct ResolverOptions: Sendable {
    /// The builtin functions, in the order `NameReference.builtin` counts in.
    public var builtins: [Signature]
    /// Types of host objects an annotation may name: `model`, `tensor`.
    public var hostTypes: [String]
    /// Whether variables of the top level become globals: so it is at the prompt.
    public var declaresGlobals: Bool
    /// Globals of earlier entries; a later one of the same name wins.
    public var globals: [GlobalInfo]
    /// What imported modules offer, by the path as it is written in the import. A path that is missing is not checked.
    public var modules: [String: ModuleInterface]

    public init(
        builtins: [Signature] = [], hostTypes: [String] = [], declaresGlobals: Bool = false,
        globals: [GlobalInfo] = [], modules: [String: ModuleInterface] = [:]
    ) {
        self.builtins = builtins
        self.hostTypes = hostTypes
        self.declaresGlobals = declaresGlobals
        self.globals = globals
        self.modules = modules
    }
}
