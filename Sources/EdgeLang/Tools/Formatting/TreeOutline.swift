/// What the formatter takes from the tree: where statements and arms begin, and what each brace opens. Everything else it
/// reads off the tokens.
struct TreeOutline {
    enum Brace {
        case record, block, match
        /// The body of an `if` or `else if`.
        case branch
    }

    /// By opening brace of a block or a match: the tokens its statements or arms begin with.
    private(set) var starts: [Int: [Int]] = [:]
    /// The tokens that the statements of the top level begin with.
    private(set) var topLevel: [Int] = []
    private var braces: [Int: Brace] = [:]
    /// The parentheses that closures begin with. A guard may end in parentheses before an arrow, too: those hold no parameters.
    private(set) var parameterLists: Set<Int> = []

    init(_ program: Program, _ tokens: LayoutTokens) {
        topLevel = program.body.statements.compactMap { tokens.index(startingAt: $0.span.start) }
        for statement in program.body.statements {
            TreeNode.statement(statement).walk { note($0, tokens) }
        }
    }

    /// What an opening brace opens.
    func brace(_ index: Int) -> Brace { braces[index] ?? .match }

    private mutating func note(_ node: TreeNode, _ tokens: LayoutTokens) {
        switch node {
        case .block(let block): note(block, as: .block, tokens)
        case .pattern(let pattern):
            guard case .record = pattern.kind, let brace = tokens.index(startingAt: pattern.span.start) else { return }
            braces[brace] = .record
        case .expression(let expression):
            switch expression.kind {
            case .record:
                if let brace = firstBrace(of: expression, tokens) { braces[brace] = .record }
            case .if(let node):
                for branch in node.branches { note(branch.body, as: .branch, tokens) }
            case .match(let node):
                let arms = node.arms.compactMap { tokens.index(startingAt: $0.pattern.span.start) }
                guard let first = arms.first, let brace = enclosingBrace(of: first, tokens) else { return }
                braces[brace] = .match
                starts[brace] = arms
            case .function(let function):
                if let first = tokens.index(startingAt: function.span.start) { parameterLists.insert(first) }
            default: break
            }
        case .statement, .function: break
        }
    }

    /// Blocks that the parser made up, for a closure's `=> e` or a pipe, have no braces of their own.
    private mutating func note(_ block: Block, as kind: Brace, _ tokens: LayoutTokens) {
        guard let brace = tokens.index(startingAt: block.span.start), tokens[brace].kind == .leftBrace,
            tokens[brace].partner > brace, tokens[tokens[brace].partner].range.upperBound == Int(block.span.end),
            braces[brace] != .branch
        else { return }
        braces[brace] = kind
        starts[brace] = block.statements.compactMap { statement in
            tokens.index(startingAt: statement.span.start).flatMap { $0 > brace ? $0 : nil }
        }
    }

    /// The brace of a record, which may stand in parentheses.
    private func firstBrace(of expression: Expression, _ tokens: LayoutTokens) -> Int? {
        guard var index = tokens.index(startingAt: expression.span.start) else { return nil }
        while tokens[index].kind == .leftParenthesis { index += 1 }
        return tokens[index].kind == .leftBrace ? index : nil
    }

    /// The opening brace that the first arm of a match stands behind.
    private func enclosingBrace(of arm: Int, _ tokens: LayoutTokens) -> Int? {
        arm > 0 && tokens[arm - 1].kind == .leftBrace ? arm - 1 : nil
    }
}
