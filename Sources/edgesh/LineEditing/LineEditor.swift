/// Asks a person for one line.
protocol LineEditor: AnyObject {
    /// Shows the prompt and waits for a line.
    func read(prompt: String) -> LineEvent
    /// Remembers an entry, which may have several lines, for the arrow keys.
    func remember(_ entry: String)
    /// What the Tab key offers.
    var completer: (any LineCompleter)? { get set }
}

/// What a person did at the prompt.
enum LineEvent: Equatable {
    /// A line without its end; a paste may hold several.
    case line(String)
    /// Ctrl-C.
    case interrupted
    /// Ctrl-D on an empty line, or the end of the input.
    case end
}

/// Knows how a line may go on.
protocol LineCompleter: AnyObject {
    /// - Parameters:
    ///   - line: what has been typed.
    ///   - cursor: where the cursor stands in it, in bytes.
    func completions(line: String, cursor: Int) -> Completion
}
