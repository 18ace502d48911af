/// What the resolver must know from outside the program.
public struct ResolverOptions {
    /// The builtin functions.
    public var builtins: BuiltinSignatures
    /// Types of host objects an annotation may name: `model`, `tensor`. Asked for only where an annotation names none of the language's types.
    public var hostTypes: () -> [String]
    /// Whether variables of the top level become globals: so it is at the prompt.
    public var declaresGlobals: Bool
    /// Globals of earlier entries; a later one of the same name wins.
    public var globals: [GlobalInfo]
    /// What imported modules offer, by the path as it is written in the import. A path that is missing is not checked.
    public var modules: [String: ModuleInterface]

    public init(
        builtins: BuiltinSignatures = .init([]), hostTypes: @escaping () -> [String] = { [] },
        declaresGlobals: Bool = false, globals: [GlobalInfo] = [], modules: [String: ModuleInterface] = [:]
    ) {
        self.builtins = builtins
        self.hostTypes = hostTypes
        self.declaresGlobals = declaresGlobals
        self.globals = globals
        self.modules = modules
    }

    /// The types an annotation accepts; empty for everything, and for what it names in vain.
    func types(of annotation: TypeAnnotation) -> [ValueType] {
        var types: [ValueType] = []
        for name in annotation.names {
            if let known = ValueType.named(name.name) {
                types += known
            } else if hostTypes().contains(name.name) {
                types.append(.host(name.name))
            } else {
                return []
            }
        }
        return types.contains(.any) ? [] : types
    }
}

/// The signatures of builtin functions, each made when it is asked for.
public struct BuiltinSignatures {
    /// In the order `NameReference.builtin` counts in.
    let names: [String]
    let positions: [String: Int]
    let signature: (Int) -> Signature
    /// What a function declares as its result, nil where it says nothing.
    let result: (Int) -> String?

    public init(_ signatures: [Signature]) {
        names = signatures.map(\.name)
        positions = Dictionary(zip(names, names.indices)) { _, later in later }
        signature = { signatures[$0] }
        result = { _ in nil }
    }

    init(_ library: BuiltinLibrary) {
        names = library.names
        positions = library.positions
        signature = { library[$0].signature }
        result = { library[$0].result.type }
    }
}
