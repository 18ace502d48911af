import Glibc

/// What the program knows of the terminal it may be running in.
enum Terminal {
    /// Whether a descriptor is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether colour may be written to a descriptor: it is a terminal that can, and the user did not ask for none
    /// (https://no-color.org).
    static func hasColour(_ descriptor: Int32) -> Bool {
        guard isTerminal(descriptor), environment("NO_COLOR")?.isEmpty ?? true else { return false }
        return environment("TERM") != "dumb"
    }

    /// The columns a line has: the terminal's, else `COLUMNS`, else 100 where the output goes to a file or a program.
    static func width(_ descriptor: Int32) -> Int { size(descriptor).columns }

    /// The columns and rows of a terminal. The terminal is asked first: the variables say what it had when it was opened.
    static func size(_ descriptor: Int32) -> (columns: Int, rows: Int) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        func variable(_ name: String, _ usual: Int) -> Int {
            environment(name).flatMap { Int($0) }.flatMap { $0 > 0 ? min($0, 10_000) : nil } ?? usual
        }
        return (
            isKnown && size.ws_col > 0 ? Int(size.ws_col) : variable("COLUMNS", 100),
            isKnown && size.ws_row > 0 ? Int(size.ws_row) : variable("LINES", 24)
        )
    }

    /// The value of an environment variable.
    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
