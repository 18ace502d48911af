@preconcurrency import CReadline
import Glibc

/// Line editing by GNU readline.
///
/// Readline's blocking `readline()` loses keys after Ctrl-C and cannot wait for anything but the keyboard. Its callback interface
/// leaves the waiting to us: `read` installs a handler, waits with `poll`, feeds readline a key at a time and returns when the
/// handler was given a line. Between two calls the terminal is as the user left it, so that Ctrl-C is a signal again.
///
/// Readline keeps its state in C globals and calls back without a context, hence the one static reference: there is one keyboard,
/// and the thread that reads it is the only one that comes here.
final class ReadlineEditor: LineEditor {
    var completer: (any LineCompleter)?

    private nonisolated(unsafe) static weak var current: ReadlineEditor?
    private let history: HistoryFile
    private var received: LineEvent?
    /// What the last Tab completed, to tell a second Tab from a first.
    private var lastCompletion: (line: String, cursor: Int)?

    /// More candidates are counted and not listed.
    private static let mostListed = 120

    init(history: HistoryFile) {
        self.history = history
        ReadlineEditor.current = self
        rl_readline_name = UnsafePointer(strdup("edgesh"))
        // Signals are ours: readline would turn Ctrl-C into one that we then see at some later time.
        rl_catch_signals = 0
        rl_catch_sigwinch = 1
        // Readline would write the size of today into COLUMNS and LINES, where we and our children read it tomorrow.
        rl_change_environment = 0
        rl_variable_bind("enable-bracketed-paste", "on")
        rl_variable_bind("bell-style", "none")
        // A pager would wait for keys where nobody listens to Ctrl-C; `list` bounds what is shown.
        rl_variable_bind("page-completions", "off")
        rl_initialize()
        rl_bind_key(9) { _, _ in
            ReadlineEditor.current?.complete()
            return 0
        }
        stifle_history(Int32(HistoryFile.maximumEntries))
        for entry in history.load() { add_history(entry) }
    }

    func read(prompt: String) -> LineEvent {
        received = nil
        // The terminal may have changed its size while an entry was evaluated, when readline does not look.
        rl_reset_screen_size()
        // Before readline changes the terminal, so that there is no moment at which nobody would give it back.
        let ending = TerminalGuard()
        defer { ending.release() }
        rl_callback_handler_install(prompt) { ReadlineEditor.current?.receive($0) }
        while true {
            switch Keyboard.wait() {
            case .signal: rl_check_signals()
            case .interrupted:
                rl_callback_sigcleanup()
                rl_free_line_state()
                rl_callback_handler_remove()
                show("^C\n")
                return .interrupted
            case .ready:
                rl_callback_read_char()
                if let received { return received }
            }
        }
    }

    func remember(_ entry: String) {
        guard entry != newestEntry else { return }
        add_history(entry)
        history.append(entry)
    }

    private var newestEntry: String? {
        guard history_length > 0, let entry = history_get(history_base + history_length - 1) else { return nil }
        return entry.pointee.line.map { String(cString: $0) }
    }

    private func receive(_ line: UnsafeMutablePointer<CChar>?) {
        // Removing the handler here, inside it, gives the terminal back before the line is evaluated.
        rl_callback_handler_remove()
        guard let line else {
            show("\n")
            received = .end
            return
        }
        received = .line(String(cString: line))
        free(line)
    }

    /// Replaces the word at the cursor by what its candidates share; a second Tab lists them.
    private func complete() {
        guard let completer, let buffer = rl_line_buffer else { return }
        let line = String(cString: buffer)
        let cursor = Int(rl_point)
        let completion = completer.completions(line: line, cursor: cursor)
        guard completion.start <= cursor, let first = completion.candidates.first else { return }
        let shared = completion.candidates.dropFirst().reduce(first.text) { commonPrefix($0, $1.text) }
        let isOnly = completion.candidates.count == 1
        let replacement = shared + (isOnly ? first.ending : "")
        let word = String(decoding: Array(line.utf8)[completion.start..<cursor], as: UTF8.self)
        if replacement != word, isOnly || shared.utf8.count > word.utf8.count {
            rl_begin_undo_group()
            rl_delete_text(Int32(completion.start), Int32(cursor))
            rl_point = Int32(completion.start)
            rl_insert_text(replacement)
            rl_end_undo_group()
        } else if !isOnly, let lastCompletion, lastCompletion == (line, cursor) {
            list(completion.candidates.map(\.shown))
        }
        lastCompletion = (rl_line_buffer.map { String(cString: $0) } ?? "", Int(rl_point))
    }

    /// Shows candidates below the line, in columns.
    private func list(_ candidates: [String]) {
        let shown = candidates.prefix(ReadlineEditor.mostListed)
        // The first of readline's matches is what the others share; it is not shown.
        var matches: [UnsafeMutablePointer<CChar>?] = ([""] + shown).map { strdup($0) } + [nil]
        defer { for match in matches { free(match) } }
        let longest = shown.map { $0.utf8.count }.max() ?? 0
        rl_display_match_list(&matches, Int32(shown.count), Int32(longest))
        if candidates.count > shown.count { show("… \(candidates.count - shown.count) more\n") }
        rl_forced_update_display()
    }

    private func commonPrefix(_ left: String, _ right: String) -> String {
        String(zip(left, right).prefix { $0 == $1 }.map(\.0))
    }

    /// Writes through the stream that readline writes to.
    private func show(_ text: String) {
        fputs(text, rl_outstream ?? stdout)
        fflush(rl_outstream ?? stdout)
    }
}
