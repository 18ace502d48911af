extension LayoutBuilder {
    /// The parts of a block: its braces and what stands between them, which break with the group they are put into.
    private mutating func body(_ open: Int) -> (layouts: [Layout], isBroken: Bool) {
        let close = tokens[open].partner
        let starts = outline.starts[open] ?? []
        let isMatch = outline.brace(open) == .match
        let separators: Set<TokenKind> = isMatch ? [.comma, .semicolon] : [.semicolon]
        let hasComments = tokens.hasComment(between: open, and: close)
        guard !starts.isEmpty || hasComments else { return ([token(open), token(close)], false) }
        let (layouts, parts) = entries(starts, from: open + 1, to: close, droppedEnds: separators)
        let isBroken =
            hasComments || starts.isEmpty || tokens[starts[0]].isFirstOnLine || parts.contains(where: \.isBroken)
            || starts.count > 1 && !isMatch
        var content = layouts
        if isMatch, !isBroken {
            // Arms on one line are separated by commas.
            content = []
            for part in parts {
                if !content.isEmpty { content += [.ifFlat(.text(",")), .line] }
                content.append(part.layout)
            }
        }
        return ([token(open), .indented(.sequence([.line] + content)), .line, token(close)], isBroken)
    }

    /// A block or the arms of a match.
    mutating func block(_ open: Int) -> Part {
        let (layouts, isBroken) = body(open)
        let group = LayoutGroup(layouts, isBroken: isBroken)
        return Part(layout: .group(group), isBroken: isBroken, lastGroups: [group], lastBodies: [group])
    }

    /// `if a { … } else if b { … } else { … }`: all blocks on one line, or none.
    mutating func branches(_ start: Int, _ end: Int) -> Piece {
        // Behind a pattern, `if` has no block: it is the guard of an arm.
        guard bodyBrace(.branch, from: start + 1, to: end) != nil else { return words(start) }
        var layouts: [Layout] = []
        var isBroken = false
        var index = start
        var last = start
        while let brace = bodyBrace(.branch, from: index + 1, to: end) {
            let condition = sequence(index + 1, brace)
            if condition.isBroken { isBroken = true }
            layouts += [token(index), .space, condition.layout, .space]
            last = add(brace, to: &layouts, &isBroken)
            guard last + 1 < end, tokens[last + 1].kind == .keywordElse else { break }
            layouts += [.space, token(last + 1), .space]
            index = last + 2
            if tokens[index].kind == .keywordIf { continue }
            last = add(index, to: &layouts, &isBroken)
            break
        }
        return shared(layouts, start...last, isBroken)
    }

    /// `try { … } catch e { … }`: both blocks on one line, or none.
    mutating func attempt(_ start: Int, _ end: Int) -> Piece {
        var layouts: [Layout] = [token(start), .space]
        var isBroken = false
        var last = add(start + 1, to: &layouts, &isBroken)
        var index = last + 1
        while index < end, tokens[index].kind != .leftBrace {
            layouts += [.space, token(index)]
            index += 1
        }
        layouts.append(.space)
        last = add(index, to: &layouts, &isBroken)
        return shared(layouts, start...last, isBroken)
    }

    /// Adds the parts of a block; returns the index of its closing brace.
    private mutating func add(_ open: Int, to layouts: inout [Layout], _ isBroken: inout Bool) -> Int {
        let body = body(open)
        layouts += body.layouts
        if body.isBroken { isBroken = true }
        return tokens[open].partner
    }

    private func shared(_ layouts: [Layout], _ range: ClosedRange<Int>, _ isBroken: Bool) -> Piece {
        let group = LayoutGroup(layouts, isBroken: isBroken)
        let part = Part(layout: .group(group), isBroken: isBroken, lastGroups: [group], lastBodies: [group])
        return Piece(tokens: range, part: part)
    }

    /// `for pattern in sequence { … }`
    mutating func loop(_ start: Int, _ end: Int) -> Piece {
        var word = start + 1
        while word < end, tokens[word].kind != .keywordIn {
            word = tokens[word].partner > word ? tokens[word].partner + 1 : word + 1
        }
        guard word < end, let brace = bodyBrace(.block, from: word + 1, to: end) else { return words(start) }
        let head: [Layout] = [
            token(start), .space, sequence(start + 1, word).layout, .space, token(word), .space,
            sequence(word + 1, brace).layout, .space,
        ]
        return withBody(head, start, brace)
    }

    /// `while condition { … }`, `match subject { … }`
    mutating func head(_ start: Int, _ end: Int) -> Piece {
        let kind: TreeOutline.Brace = tokens[start].kind == .keywordMatch ? .match : .block
        guard let brace = bodyBrace(kind, from: start + 1, to: end) else { return words(start) }
        return withBody([token(start), .space, sequence(start + 1, brace).layout, .space], start, brace)
    }

    private mutating func withBody(_ head: [Layout], _ start: Int, _ brace: Int) -> Piece {
        var part = block(brace)
        part.layout = .sequence(head + [part.layout])
        return Piece(tokens: start...tokens[brace].partner, part: part)
    }

    private mutating func words(_ start: Int) -> Piece {
        Piece(tokens: start...start, part: Part(layout: token(start)))
    }
}
