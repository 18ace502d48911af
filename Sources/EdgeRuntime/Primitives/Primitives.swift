public import EdgeLang

/// Everything a script can call: the core library and what the runtime binds to the language.
public enum Primitives {
    /// The built-in functions of an interpreter.
    public static func builtins(_ environment: RuntimeEnvironment = RuntimeEnvironment()) -> [BuiltinSpec] {
        CoreLibrary.builtins + bound(environment)
    }

    /// What the runtime adds to the core library.
    static func bound(_ environment: RuntimeEnvironment) -> [BuiltinSpec] {
        files + dataFormats + self.environment(environment) + tensors + tables + models(environment)
            + datasets(environment) + judging + compression
    }
}
