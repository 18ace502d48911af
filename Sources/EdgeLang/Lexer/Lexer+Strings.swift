extension Lexer {
    /// Opens a string at the quotes under the cursor; the text follows with `readString`.
    mutating func beginString(from start: Int, isRaw: Bool) {
        let isMultiline = cursor.starts(with: "\"\"\"")
        cursor.advance(isMultiline ? 3 : 1)
        var literal = StringLiteral(start: start, isRaw: isRaw, isMultiline: isMultiline)
        append(.string, from: start, .text(""))
        literal.segments.append(StringLiteral.Segment(token: list.tokens.count - 1))
        if isMultiline { skipRestOfOpeningLine(&literal) }
        modes.append(.string(literal))
    }

    /// The newline behind the opening quotes is not part of the text.
    private mutating func skipRestOfOpeningLine(_ literal: inout StringLiteral) {
        var ahead = 0
        while cursor.peek(ahead).isBlank || cursor.peek(ahead) == UInt8(ascii: "\r") { ahead += 1 }
        guard cursor.peek(ahead) == UInt8(ascii: "\n") else { return }
        cursor.advance(ahead + 1)
        literal.segments[0].lineStarts.append((inText: 0, inSource: cursor.position))
    }

    /// Reads text up to the closing quotes or the next interpolation.
    mutating func readString(_ unfinished: StringLiteral) {
        var literal = unfinished
        var segment = literal.segments.removeLast()
        while !cursor.isAtEnd {
            let start = cursor.position
            switch cursor.peek() {
            case UInt8(ascii: "\"") where !literal.isMultiline || cursor.starts(with: "\"\"\""):
                cursor.advance(literal.isMultiline ? 3 : 1)
                literal.segments.append(segment)
                return finishString(literal)
            case UInt8(ascii: "\n"):
                guard literal.isMultiline else {
                    literal.segments.append(segment)
                    modes.append(.string(literal))
                    return abandonString()
                }
                if segment.bytes.last == UInt8(ascii: "\r") { segment.bytes.removeLast() }
                segment.bytes.append(UInt8(ascii: "\n"))
                cursor.advance()
                segment.lineStarts.append((inText: segment.bytes.count, inSource: cursor.position))
            case UInt8(ascii: "\\") where !literal.isRaw && cursor.peek(1) == UInt8(ascii: "("):
                literal.segments.append(segment)
                return beginInterpolation(in: literal)
            case UInt8(ascii: "\\") where !literal.isRaw:
                readEscape(into: &segment.bytes)
            default:
                cursor.skip { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\\") }
                // What stopped the run at once is text here: a quote of a multi-line string, a backslash of a raw one.
                if cursor.position == start { cursor.advance() }
                segment.bytes += cursor.bytes[start..<cursor.position]
            }
        }
        literal.segments.append(segment)
        modes.append(.string(literal))
        abandonString()
    }

    private mutating func beginInterpolation(in literal: StringLiteral) {
        var literal = literal
        let start = cursor.position
        if literal.segments.count == 1 {
            // The token made for a plain string becomes the start, and the text so far gets one of its own.
            let index = literal.segments[0].token
            let token = list.tokens[index]
            list.tokens[index] = Token(
                kind: .stringStart, span: token.span, value: .none, isFirstOnLine: token.isFirstOnLine,
                hasSpaceBefore: token.hasSpaceBefore)
            append(.stringText, from: Int(token.span.end), .text(""))
            let first = literal.segments[0]
            literal.segments[0] = StringLiteral.Segment(
                token: index + 1, bytes: first.bytes, lineStarts: first.lineStarts)
        }
        cursor.advance(2)
        append(.interpolationStart, from: start)
        modes.append(.string(literal))
        modes.append(.interpolation(parentheses: 0))
    }

    /// Called when the code of an interpolation has ended: what follows is text again.
    mutating func endInterpolation() {
        guard case .string(var literal)? = modes.last else { return }
        append(.stringText, from: cursor.position, .text(""))
        literal.segments.append(StringLiteral.Segment(token: list.tokens.count - 1))
        modes[modes.count - 1] = .string(literal)
    }

    private mutating func finishString(_ finished: StringLiteral) {
        var literal = finished
        if literal.isMultiline, let offset = literal.removeIndentation() {
            diagnostics.append(.misindentedText(Span(file: file, start: offset, end: offset)))
        }
        for segment in literal.segments {
            list.tokens[segment.token].value = .text(String(decoding: segment.bytes, as: UTF8.self))
        }
        if literal.segments.count > 1 {
            append(.stringEnd, from: cursor.position)
        } else {
            let index = literal.segments[0].token
            let token = list.tokens[index]
            list.tokens[index] = Token(
                kind: .string, span: span(from: literal.start), value: token.value,
                isFirstOnLine: token.isFirstOnLine, hasSpaceBefore: token.hasSpaceBefore)
        }
        isFirstOnLine = false
        hasSpaceBefore = false
    }

    /// Gives up the outermost string that cannot go on, with all that is open inside it, so that the parser still sees
    /// complete strings and reading goes on with the next line.
    mutating func abandonString() {
        let index =
            cursor.isAtEnd
            ? 0
            : modes.firstIndex { mode in
                if case .string(let literal) = mode { !literal.isMultiline } else { false }
            } ?? 0
        let (first, space) = (isFirstOnLine, hasSpaceBefore)
        let outermost = modes[index]
        while modes.count > index, let mode = modes.popLast() {
            switch mode {
            case .interpolation:
                append(.interpolationEnd, from: cursor.position)
                endInterpolation()
            case .string(let literal):
                if cursor.isAtEnd, literal.isMultiline { list.endsInsideString = true }
                finishString(literal)
            }
        }
        if case .string(let literal) = outermost {
            let end = min(literal.start + (literal.isMultiline ? 3 : 1), cursor.bytes.count)
            let span = Span(file: file, start: literal.start, end: end)
            diagnostics.append(.unterminatedString(span, isMultiline: literal.isMultiline))
        }
        (isFirstOnLine, hasSpaceBefore) = (first, space)
    }

    private mutating func readEscape(into bytes: inout [UInt8]) {
        let start = cursor.position
        cursor.advance()
        if cursor.isAtEnd { return }
        switch cursor.peek() {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "0"): bytes.append(0x00)
        case UInt8(ascii: "e"): bytes.append(0x1B)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes.append(cursor.peek())
        case UInt8(ascii: "u") where cursor.peek(1) == UInt8(ascii: "{"):
            return readCodePoint(from: start, into: &bytes)
        case UInt8(ascii: "\n"):
            // The end of the line is not part of the escape: the string is reported as unterminated there.
            return
        default:
            let length = cursor.scalar()?.length ?? 1
            cursor.advance(length)
            diagnostics.append(.unknownEscape(span(from: start)))
            return
        }
        cursor.advance()
    }

    private mutating func readCodePoint(from start: Int, into bytes: inout [UInt8]) {
        cursor.advance(2)
        var value: UInt32 = 0
        var digits = 0
        while let digit = cursor.peek().hexValue, digits < 8 {
            value = value << 4 | UInt32(digit)
            digits += 1
            cursor.advance()
        }
        guard cursor.take(UInt8(ascii: "}")), digits > 0, let scalar = Unicode.Scalar(value) else {
            diagnostics.append(.unknownEscape(span(from: start)))
            return
        }
        bytes += Array(String(Character(scalar)).utf8)
    }

    /// Reads `hex"0103 0000 000A"`: pairs of hexadecimal digits, white space between them as one likes.
    mutating func readHexBytes() {
        let start = cursor.position
        cursor.advance(4)
        var digits: [UInt8] = []
        var isMalformed = false
        while !cursor.isAtEnd, cursor.peek() != UInt8(ascii: "\""), cursor.peek() != UInt8(ascii: "\n") {
            let byte = cursor.peek()
            if let value = byte.hexValue {
                digits.append(value)
            } else if !byte.isBlank, byte != UInt8(ascii: "_"), byte != UInt8(ascii: "\r") {
                isMalformed = true
            }
            cursor.advance()
        }
        let isClosed = cursor.take(UInt8(ascii: "\""))
        if !isClosed || isMalformed || digits.count % 2 != 0 {
            diagnostics.append(.malformedBytes(span(from: start)))
            return append(.bytes, from: start, .bytes([]))
        }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        append(.bytes, from: start, .bytes(bytes))
    }
}
