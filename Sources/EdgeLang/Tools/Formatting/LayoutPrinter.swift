/// Writes a layout in lines of a given width, where that can be done.
struct LayoutPrinter {
    private struct Step {
        let indentation: Int
        let isBroken: Bool
        let layout: Layout
    }

    private static let indentation = 2

    private let width: Int
    private var output = ""
    private var column = 0
    /// Whether nothing but the indentation stands on the line; that is written with what follows.
    private var isAtLineStart = true
    /// Whether a space is to be written before what follows on the line.
    private var needsSpace = false
    /// Whether a comment has been written, which only the end of the line ends.
    private var mustEndLine = false
    private var stack: [Step] = []

    private init(width: Int) { self.width = width }

    static func print(_ layout: Layout, width: Int) -> String {
        var printer = LayoutPrinter(width: width)
        printer.stack = [Step(indentation: 0, isBroken: true, layout: layout)]
        while let step = printer.stack.popLast() { printer.write(step) }
        return printer.output
    }

    private mutating func write(_ step: Step) {
        switch step.layout {
        case .text(let text): write(text, step.indentation)
        case .space: writeSpace()
        case .line: if step.isBroken { endLine() } else { writeSpace() }
        case .softLine: if step.isBroken { endLine() }
        case .hardLine(let blank): endLine(blank: blank)
        case .fillLine(let next):
            if step.isBroken, !fits(next, room: width - column - 1, rest: 0) { endLine() } else { writeSpace() }
        case .comment(let text):
            if !isAtLineStart { endLine() }
            write(text, step.indentation)
            mustEndLine = true
        case .trailingComment(let text):
            if mustEndLine { endLine() }
            writeSpace()
            write(text, step.indentation)
            mustEndLine = true
        case .sequence(let parts):
            for part in parts.reversed() { push(part, step) }
        case .indented(let layout): push(layout, step, deeper: true)
        case .indentedIfBroken(let layout): push(layout, step, deeper: step.isBroken)
        case .ifBroken(let layout): if step.isBroken { push(layout, step) }
        case .ifFlat(let layout): if !step.isBroken { push(layout, step) }
        case .group(let group): write(group, step)
        }
    }

    private mutating func push(_ layout: Layout, _ step: Step, deeper: Bool = false) {
        let indentation = step.indentation + (deeper ? LayoutPrinter.indentation : 0)
        stack.append(Step(indentation: indentation, isBroken: step.isBroken, layout: layout))
    }

    private mutating func write(_ group: LayoutGroup, _ step: Step) {
        var isBroken = group.isBroken
        if !isBroken, step.isBroken {
            let room = width - (isAtLineStart || mustEndLine ? step.indentation : column)
            if !fits(group.content, room: room, rest: stack.count) {
                let last = group.lastGroups.first { candidate in
                    // One that breaks in any case has been tried just now.
                    guard !candidate.isBroken else { return false }
                    candidate.isBroken = true
                    if fits(group.content, room: room, rest: stack.count) { return true }
                    candidate.isBroken = false
                    return false
                }
                isBroken = last == nil
            }
        }
        stack.append(Step(indentation: step.indentation, isBroken: isBroken, layout: group.content))
    }

    // MARK: Writing

    private mutating func write(_ text: String, _ indentation: Int) {
        if mustEndLine { endLine() }
        if isAtLineStart {
            output += String(repeating: " ", count: indentation)
            column = indentation
            isAtLineStart = false
        }
        if needsSpace { output += " " }
        needsSpace = false
        output += text
        if let newline = text.lastIndex(of: "\n") {
            column = DisplayWidth.of(String(text[text.index(after: newline)...]))
        } else {
            column += DisplayWidth.of(text)
        }
    }

    private mutating func writeSpace() {
        guard !isAtLineStart, !mustEndLine, !needsSpace else { return }
        needsSpace = true
        column += 1
    }

    private mutating func endLine(blank: Bool = false) {
        if !isAtLineStart { output += "\n" }
        if blank, !output.isEmpty { output += "\n" }
        column = 0
        isAtLineStart = true
        needsSpace = false
        mustEndLine = false
    }

    // MARK: Measuring

    /// Whether a layout, written on one line, and what follows it up to the next place where a line may end, fit.
    private func fits(_ layout: Layout, room: Int, rest: Int) -> Bool {
        var room = room
        var rest = rest
        var work: [(isBroken: Bool, layout: Layout)] = [(false, layout)]
        while room >= 0 {
            guard let (isBroken, layout) = work.popLast() else {
                if rest == 0 { return true }
                rest -= 1
                work.append((stack[rest].isBroken, stack[rest].layout))
                continue
            }
            switch layout {
            case .text(let text):
                if let newline = text.firstIndex(of: "\n") { return room >= DisplayWidth.of(String(text[..<newline])) }
                room -= DisplayWidth.of(text)
            case .space: room -= 1
            case .line, .fillLine:
                if isBroken { return true }
                room -= 1
            case .softLine: if isBroken { return true }
            case .hardLine, .comment, .trailingComment: return true
            case .sequence(let parts): for part in parts.reversed() { work.append((isBroken, part)) }
            case .indented(let layout), .indentedIfBroken(let layout): work.append((isBroken, layout))
            case .ifBroken(let layout): if isBroken { work.append((isBroken, layout)) }
            case .ifFlat(let layout): if !isBroken { work.append((isBroken, layout)) }
            case .group(let group): work.append((isBroken || group.isBroken, group.content))
            }
        }
        return false
    }
}
