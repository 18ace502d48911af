/// Makes the program of a regular expression, by recursive descent; groups nest to a bounded depth.
struct PatternCompiler {
    private let text: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var program: [Pattern.Instruction] = []

    private static let depthLimit = 64
    private static let repeatLimit = 1000

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    mutating func compile() throws(PatternError) -> [Pattern.Instruction] {
        try alternatives()
        guard position == text.count else { throw PatternError(problem: "a `)` closes nothing") }
        try emit(.match)
        return program
    }

    private mutating func emit(_ instruction: Pattern.Instruction) throws(PatternError) {
        program.append(instruction)
        guard program.count <= Pattern.programLimit else { throw PatternError(problem: "it stands for too much") }
    }

    private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        guard next == character else { return false }
        position += 1
        return true
    }

    // MARK: Structure

    private mutating func alternatives() throws(PatternError) {
        let start = program.count
        try sequence()
        guard next == "|" else { return }
        var ends: [Int] = []
        var first = start
        while takes("|") {
            insert(.split(first + 1, program.count + 2), at: first)
            ends.append(program.count)
            try emit(.jump(0))
            first = program.count
            try sequence()
        }
        for end in ends { program[end] = .jump(program.count) }
    }

    /// Puts an instruction before a part, whose own places move on by one.
    private mutating func insert(_ instruction: Pattern.Instruction, at place: Int) {
        for later in place..<program.count { program[later] = Self.moved(program[later], by: 1, from: place) }
        program.insert(instruction, at: place)
    }

    private static func moved(_ instruction: Pattern.Instruction, by offset: Int, from place: Int)
        -> Pattern.Instruction
    {
        func target(_ old: Int) -> Int { old >= place ? old + offset : old }
        return switch instruction {
        case .split(let first, let second): .split(target(first), target(second))
        case .jump(let old): .jump(target(old))
        case .character, .begin, .end, .wordBoundary, .match: instruction
        }
    }

    private mutating func sequence() throws(PatternError) {
        while let character = next, character != "|", character != ")" {
            let start = program.count
            try atom()
            while let (least, most) = try repetition() { try repeated(from: start, least, most, isLazy: takes("?")) }
        }
    }

    private mutating func repetition() throws(PatternError) -> (least: Int, most: Int?)? {
        if takes("*") { return (0, nil) }
        if takes("+") { return (1, nil) }
        if takes("?") { return (0, 1) }
        guard next == "{" else { return nil }
        let begin = position
        position += 1
        let least = number()
        var most = least
        if takes(",") { most = number() }
        let isOpen = position > begin && text[position - 1] == ","
        // Braces without numbers stand for themselves.
        guard let least, takes("}") else {
            position = begin
            return nil
        }
        guard least <= Self.repeatLimit, (most ?? 0) <= Self.repeatLimit, isOpen || (most ?? 0) >= least else {
            throw PatternError(problem: "it repeats a part more than \(Self.repeatLimit) times")
        }
        return (least, isOpen ? nil : most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 48), 1 << 20)
            position += 1
        }
        return value
    }

    /// Writes a part again as often as it may stand.
    private mutating func repeated(from start: Int, _ least: Int, _ most: Int?, isLazy: Bool) throws(PatternError) {
        let part = Array(program[start...])
        program.removeSubrange(start...)
        func copy(_ builder: inout PatternCompiler) throws(PatternError) {
            let offset = builder.program.count - start
            for instruction in part { try builder.emit(Self.moved(instruction, by: offset, from: start)) }
        }
        func choice(_ inside: Int, _ outside: Int) -> Pattern.Instruction {
            isLazy ? .split(outside, inside) : .split(inside, outside)
        }
        for _ in 0..<least { try copy(&self) }
        guard let most else {
            let place = program.count
            try emit(.jump(0))
            try copy(&self)
            try emit(.jump(place))
            program[place] = choice(place + 1, program.count)
            return
        }
        var choices: [Int] = []
        for _ in least..<max(most, least) {
            choices.append(program.count)
            try emit(.jump(0))
            try copy(&self)
        }
        for place in choices { program[place] = choice(place + 1, program.count) }
    }

    // MARK: Atoms

    private mutating func atom() throws(PatternError) {
        guard let character = next else { return }
        if character == "{" || character == "}" || character == "]" {
            position += 1
            return try emit(.character(CharacterRanges(ranges: [character.value...character.value])))
        }
        position += 1
        switch character {
        case "(": try group()
        case "[": try emit(.character(try characterClass()))
        case ".": try emit(.character(.any))
        case "^": try emit(.begin)
        case "$": try emit(.end)
        case "*", "+", "?": throw PatternError(problem: "a `\(character)` repeats nothing")
        case "\\":
            if takes("b") { return try emit(.wordBoundary(true)) }
            if takes("B") { return try emit(.wordBoundary(false)) }
            if takes("A") { return try emit(.begin) }
            if takes("z") { return try emit(.end) }
            try emit(.character(try escaped()))
        default: try emit(.character(CharacterRanges(ranges: [character.value...character.value])))
        }
    }

    private mutating func group() throws(PatternError) {
        depth += 1
        guard depth <= Self.depthLimit else { throw PatternError(problem: "its groups nest too deep") }
        if takes("?") {
            if takes("P") || next == "<" {
                guard takes("<") else { throw PatternError(problem: "it begins a group in a way that is not known") }
                while let character = next, character != ">" {
                    guard CharacterRanges.word.contains(character.value) else { break }
                    position += 1
                }
                guard takes(">") else { throw PatternError(problem: "the name of a group does not end") }
            } else if !takes(":") {
                throw PatternError(problem: "it begins a group in a way that is not known")
            }
        }
        try alternatives()
        guard takes(")") else { throw PatternError(problem: "a `(` is not closed") }
        depth -= 1
    }

    private mutating func escaped() throws(PatternError) -> CharacterRanges {
        guard let character = next else { throw PatternError(problem: "it ends with a `\\`") }
        position += 1
        func opposite(_ ranges: CharacterRanges) -> CharacterRanges {
            CharacterRanges(ranges: ranges.ranges, isNegated: true)
        }
        func single(_ value: UInt32) -> CharacterRanges { CharacterRanges(ranges: [value...value]) }
        switch character {
        case "d": return .digit
        case "D": return opposite(.digit)
        case "w": return .word
        case "W": return opposite(.word)
        case "s": return .space
        case "S": return opposite(.space)
        case "n": return single(10)
        case "t": return single(9)
        case "r": return single(13)
        case "f": return single(12)
        case "v": return single(11)
        case "a": return single(7)
        case "x": return single(try hexadecimal())
        default:
            guard !CharacterRanges.word.contains(character.value) else {
                throw PatternError(problem: "it uses `\\\(character)`, which is not known")
            }
            return single(character.value)
        }
    }

    private mutating func hexadecimal() throws(PatternError) -> UInt32 {
        let isBraced = takes("{")
        var value: UInt32 = 0
        var digits = 0
        while let digit = next.flatMap({ Character($0).hexDigitValue }), digits < (isBraced ? 6 : 2) {
            value = value * 16 + UInt32(digit)
            digits += 1
            position += 1
        }
        guard digits > 0, !isBraced || takes("}"), value <= 0x10FFFF else {
            throw PatternError(problem: "its `\\x` names no character")
        }
        return value
    }

    private mutating func characterClass() throws(PatternError) -> CharacterRanges {
        var result = CharacterRanges(ranges: [], isNegated: takes("^"))
        var isFirst = true
        while true {
            guard let character = next else { throw PatternError(problem: "a `[` is not closed") }
            if character == "]", !isFirst {
                position += 1
                return result
            }
            isFirst = false
            guard let low = try member(into: &result) else { continue }
            guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
                result.ranges.append(low...low)
                continue
            }
            position += 1
            guard let high = try member(into: &result), high >= low else {
                throw PatternError(problem: "a range of characters runs backwards")
            }
            result.ranges.append(low...high)
        }
    }

    /// One character of a class; nil where it was a class of its own.
    private mutating func member(into result: inout CharacterRanges) throws(PatternError) -> UInt32? {
        guard let character = next else { throw PatternError(problem: "a `[` is not closed") }
        if character == "[", position + 1 < text.count, text[position + 1] == ":" {
            throw PatternError(problem: "it uses a class by name, `[:…:]`")
        }
        position += 1
        guard character == "\\" else { return character.value }
        let escaped = try escaped()
        if !escaped.isNegated, escaped.ranges.count == 1, escaped.ranges[0].count == 1 {
            return escaped.ranges[0].lowerBound
        }
        result.ranges += escaped.plain
        return nil
    }
}
