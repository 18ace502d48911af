/// `if a { … } else if b { … } else { … }`. A long chain of `else if` is one node: it does not nest.
public struct IfExpression: Sendable {
    public struct Branch: Sendable {
        public let condition: Expression
        public let body: Block

        public init(condition: Expression, body: Block) {
            self.condition = condition
            self.body = body
        }
    }

    /// At least one.
    public let branches: [Branch]
    /// Without it the value is `null` where no condition holds.
    public let otherwise: Block?

    public init(branches: [Branch], otherwise: Block?) {
        self.branches = branches
        self.otherwise = otherwise
    }

    var height: Int32 {
        max(branches.tallest { max($0.condition.height, $0.body.height) }, otherwise?.height ?? 0)
    }
}

/// `match subject { pattern if guard => body, … }`. Where no arm matches, the run fails.
public struct MatchExpression: Sendable {
    public struct Arm: Sendable {
        public let pattern: Pattern
        public let `guard`: Expression?
        public let body: Expression

        public init(pattern: Pattern, guard: Expression?, body: Expression) {
            self.pattern = pattern
            self.guard = `guard`
            self.body = body
        }
    }

    public let subject: Expression
    public let arms: [Arm]

    public init(subject: Expression, arms: [Arm]) {
        self.subject = subject
        self.arms = arms
    }

    var height: Int32 {
        max(subject.height, arms.tallest { max($0.guard?.height ?? 0, $0.body.height) })
    }
}

/// `try { … } catch error { … }`; the value is that of the block that ran to its end.
public struct TryExpression: Sendable {
    public let body: Block
    /// The variable that holds the error within the handler, if it is named.
    public let error: Declaration?
    public let handler: Block

    public init(body: Block, error: Declaration?, handler: Block) {
        self.body = body
        self.error = error
        self.handler = handler
    }
}
