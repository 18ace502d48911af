extension Lexer {
    /// Skips white space and comments, notes the ends of lines, and gathers doc comments for the token that follows.
    mutating func skipSpace() {
        let start = cursor.position
        // How many newlines since the last doc comment: two make an empty line, which cuts the comment loose.
        var newlines = 0
        while !cursor.isAtEnd {
            switch cursor.peek() {
            case UInt8(ascii: "\n"):
                isFirstOnLine = true
                newlines += 1
                if newlines == 2 { detachDocumentation() }
                cursor.advance()
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                cursor.advance()
            case UInt8(ascii: "#"):
                readComment()
                newlines = 0
            default:
                if cursor.position > start { hasSpaceBefore = true }
                return
            }
        }
        hasSpaceBefore = cursor.position > start
        detachDocumentation()
    }

    private mutating func readComment() {
        let start = cursor.position
        cursor.skip { $0 != UInt8(ascii: "\n") }
        // `###…` is a ruler, not documentation; a comment behind code documents nothing.
        let bytes = cursor.bytes[start..<cursor.position]
        guard isFirstOnLine, bytes.starts(with: [0x23, 0x23]), bytes.dropFirst(2).first != 0x23 else {
            return
        }
        var text = bytes.dropFirst(2)
        if text.first == UInt8(ascii: " ") { text.removeFirst() }
        while let last = text.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { text.removeLast() }
        pendingDocumentation.append(String(decoding: text, as: UTF8.self))
    }

    /// The first comment of a file that no declaration follows directly describes the file.
    private mutating func detachDocumentation() {
        guard !pendingDocumentation.isEmpty else { return }
        if list.tokens.isEmpty, list.fileDocumentation == nil {
            list.fileDocumentation = pendingDocumentation.joined(separator: "\n")
        }
        pendingDocumentation = []
    }
}
