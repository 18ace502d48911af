/// Texts of data as labels: one line, no control characters, of bounded length.
enum PlainLabel {
    static func text(_ text: String, limit: Int = 120) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit + 1) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: result.append(" ")
            default: result.append(scalar)
            }
        }
        let shown = String(result)
        return text.unicodeScalars.count > limit ? String(shown.prefix(limit - 1)) + "…" : shown
    }
}
