@testable import EdgeLang

/// Makes programs by a seed: well-typed for the most part, always ending, full of what compilers get wrong: updates of shared
/// values, captured variables, exits through `defer`, numbers at the limits.
///
/// Types of expressions are followed, so that most programs run to their end; now and then an operand of another type is slipped
/// in, and the error is part of what the program does. Loops are bounded, calls go to functions declared before, recursion counts
/// down.
struct ProgramGenerator {
    /// What an expression is made to give.
    enum Kind: CaseIterable {
        case int, float, bool, text, ints, grid, record, function, quantity, bytes
    }

    struct Variable {
        let name: String
        let kind: Kind
        let isMutable: Bool
    }

    struct Function {
        let name: String
        /// Those with a label have to be given by it; those with a default may be left out.
        let parameters: [(name: String, kind: Kind, isLabelled: Bool, hasDefault: Bool)]
        let result: Kind
        /// Whether the first argument counts a recursion down.
        let isRecursive: Bool
    }

    /// What can be named in a block.
    struct Block {
        var variables: [Variable] = []
        var functions: [Function] = []
        /// Names used within it that come from outside: they may not be declared here any more.
        var borrowed: Set<String> = []
    }

    private var random: SplitMix
    var blocks: [Block] = []
    var names = 0
    /// How many loops, and how many functions, are around the place being written.
    var loopDepth = 0
    var functionDepth = 0
    /// Loops of the innermost function: only those can be left.
    var ownLoopDepth = 0
    var resultKind: Kind?
    var isInDefer = false

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    /// A program.
    static func program(seed: UInt64) -> String {
        var generator = ProgramGenerator(seed: seed)
        return generator.program()
    }

    private mutating func program() -> String {
        blocks = [Block()]
        var lines: [String] = []
        for kind in [Kind.int, .ints, .record, .text, .grid, .float] {
            lines.append(declaration(of: kind, isMutable: true))
        }
        for _ in 0..<(5 + below(10)) {
            let declared = blocks[0]
            let line = statement(depth: 0)
            let isDeclaration =
                blocks[0].variables.count > declared.variables.count
                || blocks[0].functions.count > declared.functions.count || line.hasPrefix("defer")
            // An error should not keep the rest from being tried.
            lines.append(isDeclaration || chance(15) ? line : "try {\n\(line)\n} catch e { print(e.code) }")
        }
        for variable in blocks[0].variables where variable.kind != .function && variable.kind != .quantity {
            lines.append("print(\(variable.name))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Chance

    mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    // MARK: Names

    mutating func newName(_ prefix: String) -> String {
        names += 1
        return "\(prefix)\(names)"
    }

    /// A variable of a kind that can be read here.
    mutating func variable(_ kind: Kind, isMutable: Bool = false) -> Variable? {
        var hidden: Set<String> = []
        var found: [Variable] = []
        for block in blocks.reversed() {
            for variable in block.variables.reversed() where hidden.insert(variable.name).inserted {
                if variable.kind == kind, variable.isMutable || !isMutable { found.append(variable) }
            }
        }
        if found.isEmpty { return nil }
        let variable = pick(found)
        borrow(variable.name)
        return variable
    }

    mutating func borrow(_ name: String) {
        for index in blocks.indices.reversed() {
            if blocks[index].variables.contains(where: { $0.name == name }) { return }
            blocks[index].borrowed.insert(name)
        }
    }

    mutating func functions(of kind: Kind) -> [Function] {
        blocks.flatMap(\.functions).filter { $0.result == kind }
    }

    /// A name for a new variable: a fresh one, or at times that of a variable around the block.
    mutating func nameForVariable(_ prefix: String) -> String {
        if blocks.count > 1, chance(12) {
            let outer = blocks.dropLast().flatMap(\.variables).map(\.name)
            let taken = blocks[blocks.count - 1].borrowed.union(blocks[blocks.count - 1].variables.map(\.name))
            let free = outer.filter { !taken.contains($0) }
            if !free.isEmpty { return pick(free) }
        }
        return newName(prefix)
    }

    mutating func add(_ variable: Variable) { blocks[blocks.count - 1].variables.append(variable) }
}
