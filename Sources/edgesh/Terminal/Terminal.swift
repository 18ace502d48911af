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

    /// The columns a line has: `COLUMNS`, else the terminal's, else 100 where the output goes to a file or a program.
    static func width(_ descriptor: Int32) -> Int {
        if let text = environment("COLUMNS"), let columns = Int(text), columns > 0 { return columns }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }

    /// The value of an environment variable.
    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
