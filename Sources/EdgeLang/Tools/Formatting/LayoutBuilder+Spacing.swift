extension LayoutBuilder {
    /// Whether a space stands between two pieces on a line.
    func needsSpace(between previous: Piece, and next: Piece) -> Bool {
        let left = tokens[previous.tokens.upperBound].kind
        let right = tokens[next.tokens.lowerBound].kind
        if previous.isPrefix { return false }
        switch right {
        case .comma, .semicolon, .colon, .question, .dot: return false
        case .leftParenthesis where left == .keywordFn || endsValue(previous): return false
        case .leftBracket where endsValue(previous): return false
        case .range, .closedRange: return !endsValue(previous)
        default: break
        }
        if left == .range || left == .closedRange {
            // The upper end is missing, or begins with a word.
            switch right {
            case .arrow, .bar, .keywordIf, .keywordMatch, .keywordTry, .keywordFn, .assign: return true
            default: return false
            }
        }
        return true
    }
}
