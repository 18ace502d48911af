public import EdgeLang

/// Everything a script can call: the core library and what the runtime binds to the language.
public enum Primitives {
    /// The built-in functions of an interpreter, by chapter; each is made at first use.
    public static func chapters(_ environment: RuntimeEnvironment = RuntimeEnvironment()) -> [BuiltinChapter] {
        CoreLibrary.chapters + bound(environment)
    }

    /// All built-in functions.
    public static func builtins(_ environment: RuntimeEnvironment = RuntimeEnvironment()) -> [BuiltinSpec] {
        Array(BuiltinLibrary(chapters(environment)))
    }

    /// What the runtime adds to the core library.
    static func bound(_ environment: RuntimeEnvironment) -> [BuiltinChapter] {
        [
            BuiltinChapter(
                "read_text read_lines read_bytes write_text write_bytes exists list_dir make_dir", files),
            BuiltinChapter(
                """
                parse_json to_json read_json write_json parse_yaml to_yaml read_yaml write_yaml read_csv write_csv
                """, dataFormats),
            BuiltinChapter("stream_lines stdin follow sink", streams),
            BuiltinChapter("args env here", self.environment(environment)),
            BuiltinChapter("tensor to_list", tensors),
            BuiltinChapter("table", tables),
            BuiltinChapter("load save describe run reset latency", models(environment)),
            BuiltinChapter("profile", profiling),
            BuiltinChapter("dataset sample", datasets(environment)),
            BuiltinChapter("evaluate compare", judging),
            BuiltinChapter(
                """
                network conv conv1d depthwise dense max_pool avg_pool global_pool batch_norm layer_norm dropout residual attention
                embedding lstm gru
                """, layers),
            BuiltinChapter("train finetune", training),
            BuiltinChapter("quantize", compression),
            BuiltinChapter("prune prunable", pruning),
            BuiltinChapter("protocols decode encode identify translate read_capture", protocols(environment)),
            BuiltinChapter(
                """
                aggregate model_parameters model_delta apply_delta compress_update decompress_update privatize
                privacy_spent select
                """, federation),
            BuiltinChapter("connect serve read write exchange publish subscribe receive", connections),
            BuiltinChapter("shadow desire report_state delta state", shadows),
            BuiltinChapter("series resample between", series(environment)),
            BuiltinChapter("forecast backtest detect detector observe", forecasting),
            BuiltinChapter("spectrum envelope bearing_frequencies harmonics", vibration),
            BuiltinChapter("plot sparkline report add", reports),
            BuiltinChapter("search sensitivity", searching),
            BuiltinChapter("devices device estimate", devices),
        ]
    }
}
