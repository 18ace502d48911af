/// The functions every script can call, whatever else the program binds.
public enum CoreLibrary {
    /// All of them.
    public static let builtins: [BuiltinSpec] = []
}
