import Glibc

/// Leaves the terminal as it was where the program is ended from outside while a line is edited.
///
/// Readline turns echo and line mode off. Ended by a signal (`kill`, a window that is closed), the program would leave the user a
/// shell that shows nothing of what is typed. A handler can use static state only; what it calls is safe in one (signal-safety(7)).
struct TerminalGuard {
    private static let signals = [SIGTERM, SIGHUP, SIGQUIT]
    /// How the terminal was before readline changed it. Set before the handlers are installed, by the one thread that edits lines.
    private nonisolated(unsafe) static var original = termios()

    /// Guards from now on; to be made before readline takes the terminal.
    init() {
        guard tcgetattr(STDIN_FILENO, &TerminalGuard.original) == 0 else { return }
        TerminalGuard.original.c_lflag |= tcflag_t(ECHO | ICANON | ISIG)
        TerminalGuard.original.c_iflag |= tcflag_t(ICRNL)
        TerminalGuard.original.c_oflag |= tcflag_t(OPOST)
        for number in TerminalGuard.signals {
            var action = sigaction()
            // A signal that the caller had us ignore, as nohup does, stays ignored.
            guard sigaction(number, nil, &action) == 0, !TerminalGuard.isIgnored(action) else { continue }
            action = sigaction()
            action.__sigaction_handler.sa_handler = { TerminalGuard.end($0) }
            sigaction(number, &action, nil)
        }
    }

    /// Ends the guard: the program is ended by a signal as any other.
    func release() {
        for number in TerminalGuard.signals {
            var action = sigaction()
            guard sigaction(number, nil, &action) == 0, !TerminalGuard.isIgnored(action) else { continue }
            signal(number, SIG_DFL)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func end(_ number: Int32) {
        tcsetattr(STDIN_FILENO, TCSANOW, &original)
        // Bracketed paste off, and a line of its own for the shell's prompt.
        let ending: StaticString = "\u{1B}[?2004l\n"
        _ = write(STDOUT_FILENO, ending.utf8Start, ending.utf8CodeUnitCount)
        signal(number, SIG_DFL)
        raise(number)
    }
}
