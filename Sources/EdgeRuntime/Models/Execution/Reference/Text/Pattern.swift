/// A regular expression that is matched in time proportional to the text: all ways through it are followed at once (Thompson, 1968), none
/// is tried again. It speaks RE2's language without its rarer words: literals, `.`, classes, groups, `|`, `* + ? {m,n}` (and their lazy forms),
/// `^ $ \b \B`, `\d \w \s` and their opposites, `\x41`.
struct Pattern: Sendable {
    enum Instruction: Sendable {
        case character(CharacterRanges)
        /// Goes on at both places, the first preferred.
        case split(Int, Int)
        case jump(Int)
        case begin, end
        case wordBoundary(Bool)
        case match
    }

    let program: [Instruction]

    /// The longest program: `{m,n}` repeats its part.
    static let programLimit = 10_000

    /// - Throws: `PatternError` for what is no pattern or uses a word that is not known.
    init(_ text: String) throws(PatternError) {
        var compiler = PatternCompiler(text)
        program = try compiler.compile()
    }

    /// The threads of a search, in the order of preference: where each stands, and where it began.
    private struct Threads {
        var places: [(place: Int, start: Int)] = []
        private var seen: [Bool]

        init(count: Int) { seen = [Bool](repeating: false, count: count) }

        mutating func clear() {
            for item in places { seen[item.place] = false }
            places.removeAll(keepingCapacity: true)
        }

        /// Marks a place; false where a preferred thread stands there already.
        mutating func enter(_ place: Int) -> Bool {
            if seen[place] { return false }
            seen[place] = true
            return true
        }
    }

    /// Whether the whole text matches.
    func matchesWhole(_ text: [Unicode.Scalar]) -> Bool {
        var found = false
        search(text, from: 0, isAnchored: true) { _, end in
            if end == text.count { found = true }
            return false
        }
        return found
    }

    /// The leftmost match that begins at a position or behind it, as a preferred way through the pattern finds it.
    func firstMatch(in text: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        var best: Range<Int>?
        search(text, from: start, isAnchored: false) { begin, end in
            best = begin..<end
            return true
        }
        return best
    }

    /// Follows all ways at once.
    ///
    /// - Parameter found: told of each match in the order of preference at each position; true leaves the less preferred ways.
    private func search(_ text: [Unicode.Scalar], from first: Int, isAnchored: Bool, found: (Int, Int) -> Bool) {
        var current = Threads(count: program.count)
        var next = Threads(count: program.count)
        var hasMatch = false
        var position = first
        add(0, start: first, to: &current, text, position)
        while position <= text.count {
            next.clear()
            if current.places.isEmpty && (isAnchored || hasMatch) { return }
            for thread in current.places {
                if case .character(let ranges) = program[thread.place] {
                    guard position < text.count, ranges.contains(text[position].value) else { continue }
                    add(thread.place + 1, start: thread.start, to: &next, text, position + 1)
                } else if case .match = program[thread.place], found(thread.start, position) {
                    // What stands behind is preferred less.
                    hasMatch = true
                    break
                }
            }
            position += 1
            if !isAnchored, !hasMatch, position <= text.count { add(0, start: position, to: &next, text, position) }
            swap(&current, &next)
        }
    }

    /// Adds a thread and all that stand where it goes without a character.
    private func add(
        _ place: Int, start: Int, to threads: inout Threads, _ text: [Unicode.Scalar], _ position: Int
    ) {
        var waiting = [place]
        while let place = waiting.popLast() {
            guard threads.enter(place) else { continue }
            threads.places.append((place, start))
            switch program[place] {
            case .jump(let target): waiting.append(target)
            case .split(let preferred, let other):
                waiting.append(other)
                waiting.append(preferred)
            case .begin: if position == 0 { waiting.append(place + 1) }
            case .end: if position == text.count { waiting.append(place + 1) }
            case .wordBoundary(let isThere):
                let before = position > 0 && CharacterRanges.word.contains(text[position - 1].value)
                let after = position < text.count && CharacterRanges.word.contains(text[position].value)
                if (before != after) == isThere { waiting.append(place + 1) }
            case .character, .match: break
            }
        }
    }
}

/// Why a regular expression cannot be used.
struct PatternError: Error {
    let problem: String
}

/// Characters, as ranges of their numbers.
struct CharacterRanges: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    static let word = CharacterRanges(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let digit = CharacterRanges(ranges: [0x30...0x39])
    static let space = CharacterRanges(ranges: [9...10, 12...13, 32...32])
    /// Everything but the end of a line.
    static let any = CharacterRanges(ranges: [10...10], isNegated: true)

    func contains(_ character: UInt32) -> Bool {
        for range in ranges where range.contains(character) { return !isNegated }
        return isNegated
    }

    /// The same characters without a negation.
    var plain: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }
}
