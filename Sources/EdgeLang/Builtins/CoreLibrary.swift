/// The functions every script can call, whatever else the program binds.
public enum CoreLibrary {
    /// All of them, by chapter of the reference.
    public static var builtins: [BuiltinSpec] {
        ListBuiltins.all + ListTransformBuiltins.all + StatisticsBuiltins.all + RecordBuiltins.all + StringBuiltins.all
            + NumberBuiltins.all + BitBuiltins.all + ConversionBuiltins.all + RandomBuiltins.all + TimeBuiltins.all
            + OutputBuiltins.all
    }
}
