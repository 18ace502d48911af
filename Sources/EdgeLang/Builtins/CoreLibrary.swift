/// The functions every script can call, whatever else the program binds.
public enum CoreLibrary {
    /// All of them, by chapter; each is made at first use.
    public static var chapters: [BuiltinChapter] {
        [
            BuiltinChapter(
                """
                len first last push insert remove_at take drop reverse flatten chunk zip enumerate fill list contains
                index_of unique
                """, ListBuiltins.all),
            BuiltinChapter("map filter reduce each build sort find any all count group_by", ListTransformBuiltins.all),
            BuiltinChapter("sum min max mean median std quantile cumulative_sum", StatisticsBuiltins.all),
            BuiltinChapter("keys values entries from_entries has get merge without map_values", RecordBuiltins.all),
            BuiltinChapter(
                """
                split join lines chars trim upper lower replace starts_with ends_with pad_left pad_right repeat code
                from_code
                """, StringBuiltins.all),
            BuiltinChapter(
                """
                abs floor ceil round clamp sign pow hypot atan2 is_nan is_finite pi
                sqrt exp log log2 log10 sin cos tan asin acos atan tanh
                """, NumberBuiltins.all),
            BuiltinChapter("bit_and bit_or bit_xor bit_not shift_left shift_right bit_count", BitBuiltins.all),
            BuiltinChapter("int float str bytes format type_of", ConversionBuiltins.all),
            BuiltinChapter("random random_int random_normal shuffle seed", RandomBuiltins.all),
            BuiltinChapter("now clock sleep format_time parse_time", TimeBuiltins.all),
            BuiltinChapter("print warn fail expect", OutputBuiltins.all),
            BuiltinChapter("stream every collect channel send close", StreamBuiltins.all),
            BuiltinChapter(
                "scan take_while drop_while batch window debounce timeout", StreamStageBuiltins.all),
        ]
    }

    /// All of them.
    public static var builtins: [BuiltinSpec] { Array(BuiltinLibrary(chapters)) }
}
