/// What the program tells its caller about how it ended; `docs/getting-started.md` documents the numbers.
enum ExitStatus: Int32 {
    case success = 0
    /// The command line makes no sense.
    case usage = 64
    /// The script does not compile, or cannot be read.
    case doesNotCompile = 65
    /// The script failed while it ran.
    case failed = 70
    /// Ctrl-C.
    case interrupted = 130
}
