extension LayoutBuilder {
    private enum Bracket {
        case call, list, record
        /// Parentheses around an expression, or an index: no comma may stand in it.
        case single
    }

    /// An element of a bracket, between commas.
    private struct Element {
        let first: Int
        /// Behind its last token.
        let end: Int
        /// The comma behind it.
        let comma: Int?
    }

    /// Lists of at least so many numbers and short strings are filled line by line.
    private static let shortestFilledList = 8
    /// How many bytes such a string has at most, with its quotes.
    private static let longestFilledString = 18

    /// A bracket with what it holds.
    mutating func bracket(_ open: Int, after previous: Piece?) -> Part {
        let isPostfix = previous.map { endsValue($0) } ?? false
        switch tokens[open].kind {
        case .leftBrace:
            return outline.brace(open) == .record ? elements(of: open, in: .record) : block(open)
        case .leftBracket:
            return elements(of: open, in: isPostfix ? .single : .list)
        default:
            let isParameters =
                outline.parameterLists.contains(open)
                || previous.map { tokens[$0.tokens.upperBound].kind == .keywordFn } == true
            return elements(of: open, in: isPostfix || isParameters ? .call : .single)
        }
    }

    private mutating func elements(of open: Int, in bracket: Bracket) -> Part {
        let close = tokens[open].partner
        let elements = split(open, close)
        if elements.isEmpty {
            let comments = leadingComments(close).map(\.layout)
            var layouts = [token(open)]
            if !comments.isEmpty { layouts += [.indented(.sequence(comments)), .hardLine(blank: false)] }
            let isBroken = tokens.hasComment(between: open, and: close)
            return Part(layout: .sequence(layouts + [token(close)]), isBroken: isBroken)
        }
        let hasLastComma = elements.last?.comma != nil
        var isBroken = bracket != .single && hasLastComma || tokens.trailing[open] != nil
        var parts: [Part] = []
        var comments: [(before: [(layout: Layout, isAfterBlankLine: Bool)], behind: [Layout])] = []
        for element in elements {
            let around = commentsAround(element)
            if !around.before.isEmpty || !around.behind.isEmpty { isBroken = true }
            comments.append(around)
            parts.append(sequence(element.first, element.end))
        }
        let last = parts[parts.count - 1]
        let ending = leadingComments(close)
        let mayHug = (parts.count == 1 && bracket != .record || last.isClosure) && !last.lastGroups.isEmpty
        if !ending.isEmpty || parts.dropLast().contains(where: \.isBroken) || last.isBroken && !mayHug
            || last.hasComments
        {
            isBroken = true
        }

        if !isBroken, parts.count == 1, elements[0].end - elements[0].first == 1 {
            // A word is no shorter on a line of its own.
            return Part(layout: .sequence([token(open), parts[0].layout, token(close)]))
        }

        var inner: [Layout] = [.softLine]
        if bracket == .list, isFilled(elements), !tokens.hasComment(between: open, and: close) {
            for (index, part) in parts.enumerated() {
                let item = index + 1 < parts.count ? Layout.sequence([part.layout, .text(",")]) : part.layout
                if index > 0 { inner.append(.fillLine(next: item)) }
                inner.append(item)
            }
            inner.append(.ifBroken(.text(",")))
        } else {
            for (index, part) in parts.enumerated() {
                for (position, comment) in comments[index].before.enumerated() {
                    if index > 0 || position > 0 { inner.append(.hardLine(blank: comment.isAfterBlankLine)) }
                    inner.append(comment.layout)
                }
                if isBroken {
                    let isFirst = index == 0 && comments[0].before.isEmpty
                    if !isFirst { inner.append(.hardLine(blank: tokens.isAfterBlankLine[elements[index].first])) }
                } else if index > 0 {
                    inner.append(.line)
                }
                inner.append(part.layout)
                if index + 1 < parts.count {
                    inner.append(.text(","))
                } else if bracket != .single {
                    inner.append(.ifBroken(.text(",")))
                }
                inner += comments[index].behind
            }
            for comment in ending { inner += [.hardLine(blank: comment.isAfterBlankLine), comment.layout] }
        }
        let group = LayoutGroup(
            [token(open), .indentedIfBroken(.sequence(inner)), .softLine, token(close)], isBroken: isBroken,
            lastGroups: mayHug ? (bracket == .call && parts.count == 1 ? last.lastGroups : last.lastBodies) : [])
        return Part(
            layout: .group(group), isBroken: isBroken || parts.contains(where: \.isBroken),
            lastGroups: (mayHug ? last.lastGroups : []) + [group],
            lastBodies: (mayHug ? last.lastBodies : []) + (bracket == .call ? [] : [group]))
    }

    private func split(_ open: Int, _ close: Int) -> [Element] {
        var elements: [Element] = []
        var first = open + 1
        var index = first
        while index < close {
            if tokens[index].kind == .comma {
                elements.append(Element(first: first, end: index, comma: index))
                first = index + 1
            }
            index = max(index + 1, tokens[index].partner + 1)
        }
        if first < close { elements.append(Element(first: first, end: close, comma: nil)) }
        return elements
    }

    /// The comments that are written before an element, and behind the comma that follows it.
    private mutating func commentsAround(
        _ element: Element
    ) -> (before: [(layout: Layout, isAfterBlankLine: Bool)], behind: [Layout]) {
        let before = leadingComments(element.first)
        var behind: [Layout] = []
        if let comment = trailingComment(element.end - 1) { behind.append(comment) }
        if let comma = element.comma {
            behind += leadingComments(comma).map(\.layout)
            if let comment = trailingComment(comma) { behind.append(comment) }
        }
        return (before, behind)
    }

    /// Whether a list holds nothing but numbers and short strings, and many of them.
    private func isFilled(_ elements: [Element]) -> Bool {
        elements.count >= Self.shortestFilledList
            && elements.allSatisfy { element in
                let last = tokens[element.end - 1]
                switch (last.kind, element.end - element.first) {
                case (.integer, 1), (.float, 1), (.quantity, 1): return true
                case (.integer, 2), (.float, 2), (.quantity, 2): return tokens[element.first].kind == .minus
                case (.string, 1): return last.text.utf8.count <= Self.longestFilledString
                default: return false
                }
            }
    }
}
