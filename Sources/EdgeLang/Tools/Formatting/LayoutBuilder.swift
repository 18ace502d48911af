/// Turns the tokens of a program into a layout.
///
/// It works on the tokens, not on the tree: what somebody wrote (parentheses, pipes, how a number is spelled, comments) is
/// all there, and nothing can get lost. A stretch of tokens is read as pieces (`Piece`), a bracket with all it holds being one;
/// pieces are joined at the loosest operator among them.
///
/// Three things the writer decides, since they carry meaning for readers: a block, match or pipe that was written on several lines
/// stays so, and so do lists, records and calls with a comma behind the last element.
struct LayoutBuilder {
    /// A layout and what those around it must know of it.
    struct Part {
        var layout: Layout
        /// Whether it spans lines in any case.
        var isBroken = false
        /// Whether comments stand between its own tokens, outside of brackets.
        var hasComments = false
        /// Whether it is a closure.
        var isClosure = false
        /// Groups at its end that may break in place of a group around it.
        var lastGroups: [LayoutGroup] = []
        /// Those among them that are no arguments of a call.
        var lastBodies: [LayoutGroup] = []
    }

    /// A token, a bracket with what it holds, or an `if` or `try` with its blocks.
    struct Piece {
        let tokens: ClosedRange<Int>
        var part: Part
        /// How tightly it binds, if it is an operator between two operands at which a line may end.
        var level: Int?
        /// Whether it is an operator before its operand.
        var isPrefix = false
    }

    let tokens: LayoutTokens
    let outline: TreeOutline
    /// Tokens whose comments are written by what they are a part of.
    var ownLeading: Set<Int> = []
    var ownTrailing: Set<Int> = []

    /// The layout of a whole text.
    mutating func program() -> Layout {
        let end = tokens.count - 1
        return .sequence(
            entries(outline.topLevel, from: 0, to: end, droppedEnds: [.semicolon]).layouts + [.hardLine(blank: false)])
    }

    // MARK: Tokens

    /// A token with the comments around it.
    mutating func token(_ index: Int) -> Layout {
        var parts: [Layout] = []
        if !ownLeading.contains(index) { parts += tokens.leading[index].map { .comment($0.text) } }
        if !tokens[index].text.isEmpty { parts.append(.text(tokens[index].text)) }
        if !ownTrailing.contains(index), let comment = tokens.trailing[index] {
            parts.append(.trailingComment(comment))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// The comments on lines of their own above a token; whoever asks writes them.
    mutating func leadingComments(_ index: Int) -> [(layout: Layout, isAfterBlankLine: Bool)] {
        guard ownLeading.insert(index).inserted else { return [] }
        return tokens.leading[index].map { (.comment($0.text), $0.isAfterBlankLine) }
    }

    /// The comment behind a token; whoever asks writes it.
    mutating func trailingComment(_ index: Int) -> Layout? {
        guard ownTrailing.insert(index).inserted else { return nil }
        return tokens.trailing[index].map { .trailingComment($0) }
    }

    // MARK: Lines of statements and arms

    /// Statements or arms, each on a line of its own, with the comments between them and at most one empty line.
    ///
    /// - Parameters:
    ///   - starts: The tokens they begin with.
    ///   - first: The token behind the opening brace.
    ///   - end: The closing brace, or the end of the text.
    ///   - droppedEnds: What separates them and is not written: the end of the line says it.
    mutating func entries(
        _ starts: [Int], from first: Int, to end: Int, droppedEnds: Set<TokenKind>
    ) -> (layouts: [Layout], parts: [Part]) {
        var layouts: [Layout] = []
        var parts: [Part] = []
        func add(_ layout: Layout, isAfterBlankLine: Bool) {
            if !layouts.isEmpty { layouts.append(.hardLine(blank: isAfterBlankLine)) }
            layouts.append(layout)
        }
        for index in first..<(starts.first ?? end) where index < end {
            for comment in leadingComments(index) { add(comment.layout, isAfterBlankLine: comment.isAfterBlankLine) }
            if let comment = trailingComment(index) { add(comment, isAfterBlankLine: false) }
        }
        // Whether an empty line stood before a separator that is not written.
        var hadBlankLine = false
        for (position, start) in starts.enumerated() {
            let next = position + 1 < starts.count ? starts[position + 1] : end
            var last = next
            while last > start, droppedEnds.contains(tokens[last - 1].kind) { last -= 1 }
            let comments = leadingComments(start)
            for comment in comments { add(comment.layout, isAfterBlankLine: comment.isAfterBlankLine) }
            let part = sequence(start, last)
            add(part.layout, isAfterBlankLine: tokens.isAfterBlankLine[start] || hadBlankLine)
            parts.append(part)
            hadBlankLine = false
            for index in last..<next {
                for comment in leadingComments(index) {
                    add(comment.layout, isAfterBlankLine: comment.isAfterBlankLine)
                }
                if tokens.isAfterBlankLine[index] { hadBlankLine = true }
                if let comment = trailingComment(index) { layouts.append(comment) }
            }
        }
        for comment in leadingComments(end) { add(comment.layout, isAfterBlankLine: comment.isAfterBlankLine) }
        return (layouts, parts)
    }

    // MARK: Operators

    /// How operators at which a line may end are joined, from the loosest on.
    private static let levels: [TokenKind: Int] = [
        .coalesce: 0, .pipe: 1, .keywordOr: 2, .keywordAnd: 3, .keywordIn: 4, .keywordNot: 4, .equal: 4, .notEqual: 4,
        .less: 4, .lessOrEqual: 4, .greater: 4, .greaterOrEqual: 4, .bar: 5, .caret: 5, .ampersand: 5, .shiftLeft: 5,
        .shiftRight: 5, .plus: 6, .minus: 6, .star: 7, .slash: 7, .doubleSlash: 7, .percent: 7,
    ]

    /// The layout of a stretch of tokens that belong together: a statement, an element, a condition.
    mutating func sequence(_ start: Int, _ end: Int) -> Part {
        let pieces = pieces(start, end)
        return joined(pieces[...])
    }

    private mutating func joined(_ pieces: ArraySlice<Piece>) -> Part {
        guard let level = pieces.compactMap(\.level).min() else { return plain(pieces) }
        var operands: [Part] = []
        var operators: [Piece] = []
        var start = pieces.startIndex
        for index in pieces.indices where pieces[index].level == level {
            operands.append(joined(pieces[start..<index]))
            operators.append(pieces[index])
            start = index + 1
        }
        operands.append(joined(pieces[start...]))
        return level <= 1 ? stages(operands, operators) : operation(operands, operators, pieces)
    }

    /// Operands and operators; where they do not fit, lines end behind operators.
    private func operation(_ operands: [Part], _ operators: [Piece], _ pieces: ArraySlice<Piece>) -> Part {
        var rest: [Layout] = []
        for (symbol, operand) in zip(operators, operands.dropFirst()) {
            rest += [.space, symbol.part.layout, .line, operand.layout]
        }
        let hasComments =
            operands.contains(where: \.hasComments)
            || pieces.dropLast().contains { tokens.trailing[$0.tokens.upperBound] != nil }
            || pieces.dropFirst().contains { !tokens.leading[$0.tokens.lowerBound].isEmpty }
        let isBroken = hasComments || operands.contains(where: \.isBroken)
        let group = LayoutGroup([operands[0].layout, .indentedIfBroken(.sequence(rest))], isBroken: isBroken)
        return Part(
            layout: .group(group), isBroken: isBroken, hasComments: hasComments, isClosure: operands[0].isClosure)
    }

    /// A pipe or a chain of `??`; where it does not fit, or was written so, each stage begins a line.
    private func stages(_ operands: [Part], _ operators: [Piece]) -> Part {
        var rest: [Layout] = []
        for (symbol, operand) in zip(operators, operands.dropFirst()) {
            rest += [.line, symbol.part.layout, .space, operand.layout]
        }
        let wasBroken = operators.contains { tokens[$0.tokens.lowerBound].isFirstOnLine }
        let isBroken =
            wasBroken || operands.contains(where: \.hasComments)
            || operands.dropFirst().dropLast().contains(where: \.isBroken)
        let bodies = operators.count == 1 ? operands[operands.count - 1].lastBodies : []
        let group = LayoutGroup(
            [operands[0].layout, .indentedIfBroken(.sequence(rest))], isBroken: isBroken, lastGroups: bodies)
        return Part(
            layout: .group(group), isBroken: isBroken || operands.contains(where: \.isBroken), hasComments: wasBroken,
            isClosure: operands[0].isClosure)
    }

    /// Pieces without an operator at which a line could end.
    private func plain(_ pieces: ArraySlice<Piece>) -> Part {
        var result = Part(layout: .sequence([]))
        var layouts: [Layout] = []
        var previous: Piece?
        for piece in pieces {
            let first = tokens[piece.tokens.lowerBound]
            if let previous {
                let beginsLine = isPostfix(piece, after: previous) && first.isFirstOnLine
                if beginsLine {
                    // Behind a pipe it makes a difference whether `.` and `[` begin a line.
                    layouts.append(.indented(.sequence([.hardLine(blank: false), piece.part.layout])))
                    result.isBroken = true
                } else {
                    if needsSpace(between: previous, and: piece) { layouts.append(.space) }
                    layouts.append(piece.part.layout)
                }
                if tokens.trailing[previous.tokens.upperBound] != nil
                    || !tokens.leading[piece.tokens.lowerBound].isEmpty
                {
                    result.hasComments = true
                }
            } else {
                layouts.append(piece.part.layout)
            }
            if piece.part.isBroken { result.isBroken = true }
            if first.kind == .arrow { result.isClosure = true }
            previous = piece
        }
        if result.hasComments { result.isBroken = true }
        result.layout = layouts.count == 1 ? layouts[0] : .sequence(layouts)
        result.lastGroups = previous?.part.lastGroups ?? []
        result.lastBodies = previous?.part.lastBodies ?? []
        return result
    }

    // MARK: Pieces

    private mutating func pieces(_ start: Int, _ end: Int) -> [Piece] {
        var pieces: [Piece] = []
        var index = start
        while index < end {
            let previous = pieces.last
            var piece = piece(at: index, after: previous, end: end)
            let kind = tokens[index].kind
            let endsValue = previous.map { self.endsValue($0) } ?? false
            if piece.tokens.count == 1 || kind == .keywordNot {
                switch kind {
                case .minus, .tilde: piece.isPrefix = !endsValue
                case .ellipsis, .dot: piece.isPrefix = true
                default: break
                }
                if endsValue, kind != .keywordNot || piece.tokens.count == 2 { piece.level = Self.levels[kind] }
            }
            index = piece.tokens.upperBound + 1
            pieces.append(piece)
        }
        return pieces
    }

    private mutating func piece(at index: Int, after previous: Piece?, end: Int) -> Piece {
        switch tokens[index].kind {
        case .leftParenthesis, .leftBracket, .leftBrace:
            return Piece(tokens: index...tokens[index].partner, part: bracket(index, after: previous))
        case .keywordIf where isKeyword(index): return branches(index, end)
        case .keywordTry where isKeyword(index): return attempt(index, end)
        case .keywordFor where isKeyword(index): return loop(index, end)
        case .keywordMatch, .keywordWhile:
            guard isKeyword(index) else { break }
            return head(index, end)
        case .keywordNot
        where index + 1 < end && tokens[index + 1].kind == .keywordIn && previous.map(endsValue) == true:
            let layout = Layout.sequence([token(index), .space, token(index + 1)])
            return Piece(tokens: index...index + 1, part: Part(layout: layout))
        default: break
        }
        return Piece(tokens: index...index, part: Part(layout: token(index)))
    }

    /// Whether a reserved word is more than the name of a field or label here.
    private func isKeyword(_ index: Int) -> Bool {
        (index == 0 || tokens[index - 1].kind != .dot) && tokens[index + 1].kind != .colon
    }

    /// Whether a piece may be the end of an operand.
    func endsValue(_ piece: Piece) -> Bool {
        let index = piece.tokens.upperBound
        switch tokens[index].kind {
        case .identifier, .integer, .float, .quantity, .bytes, .string, .keywordTrue, .keywordFalse, .keywordNull,
            .rightParenthesis, .rightBracket, .rightBrace, .question, .keywordBreak, .keywordContinue:
            return true
        // The upper end of `xs[a..]` may be left out.
        case .range: return false
        default: return index > 0 && tokens[index - 1].kind == .dot
        }
    }

    private func isPostfix(_ piece: Piece, after previous: Piece) -> Bool {
        switch tokens[piece.tokens.lowerBound].kind {
        case .dot: true
        case .leftBracket: endsValue(previous)
        default: false
        }
    }

    /// The first brace with which a body of the given kind opens, behind a head that may hold bodies of its own.
    func bodyBrace(_ kind: TreeOutline.Brace, from start: Int, to end: Int) -> Int? {
        var index = start
        while index < end {
            let token = tokens[index]
            switch token.kind {
            case .leftBrace where outline.brace(index) == kind && !isOperandBrace(index, from: start):
                return index
            case .leftParenthesis, .leftBracket, .leftBrace: index = token.partner + 1
            case .keywordIf where isKeyword(index): index = endOfBranches(index, end)
            case .keywordMatch where isKeyword(index):
                guard let brace = bodyBrace(.match, from: index + 1, to: end) else { return nil }
                index = tokens[brace].partner + 1
            case .keywordTry where isKeyword(index): index = endOfAttempt(index, end)
            default: index += 1
            }
        }
        return nil
    }

    /// Whether a brace opens a block that is an operand, as in `while { a } {`: it stands where a value is expected.
    private func isOperandBrace(_ index: Int, from start: Int) -> Bool {
        guard outline.brace(index) == .block else { return false }
        if index == start { return true }
        let before = index - 1
        return !endsValue(Piece(tokens: before...before, part: Part(layout: .space)))
    }

    /// Behind the last block of an `if`.
    private func endOfBranches(_ start: Int, _ end: Int) -> Int {
        guard bodyBrace(.branch, from: start + 1, to: end) != nil else { return start + 1 }
        var index = start
        while let brace = bodyBrace(.branch, from: index + 1, to: end) {
            index = tokens[brace].partner + 1
            guard index < end, tokens[index].kind == .keywordElse else { return index }
            index += 1
            if tokens[index].kind != .keywordIf { return tokens[index].partner + 1 }
        }
        return end
    }

    private func endOfAttempt(_ start: Int, _ end: Int) -> Int {
        var index = tokens[start + 1].partner + 2
        while index < end, tokens[index].kind != .leftBrace { index += 1 }
        return index < end ? tokens[index].partner + 1 : end
    }
}
