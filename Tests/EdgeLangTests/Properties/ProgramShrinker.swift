@testable import EdgeLang

/// Makes a failing program small enough to read: drops statements, and puts parts of expressions in place of the whole, as long as
/// it still fails.
struct ProgramShrinker {
    /// A piece of the text and what could stand there instead.
    private struct Change {
        let start: Int
        let end: Int
        let replacement: Span?
    }

    static func shrink(_ text: String, while fails: (String) -> Bool) -> String {
        var best = Array(text.utf8)
        var attempts = 3_000
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            // The large pieces first.
            for change in changes(of: best).sorted(by: { $0.end - $0.start > $1.end - $1.start }) {
                attempts -= 1
                if attempts == 0 { return String(decoding: best, as: UTF8.self) }
                guard change.end <= best.count else { continue }
                let inner = change.replacement.map { best[Int($0.start)..<Int($0.end)] } ?? []
                let shorter = Array(best[..<change.start] + inner + best[change.end...])
                guard shorter.count < best.count, fails(String(decoding: shorter, as: UTF8.self)) else { continue }
                best = shorter
                isSmaller = true
                break
            }
        }
        return String(decoding: best, as: UTF8.self)
    }

    private static func changes(of text: [UInt8]) -> [Change] {
        var finder = ProgramShrinker()
        let parsed = Parser.parse(SourceFile(name: "t", bytes: text), as: FileID(0))
        finder.visit(parsed.program.body)
        return finder.changes
    }

    private var changes: [Change] = []

    private mutating func offer(_ span: Span, _ replacement: Span?) {
        changes.append(Change(start: Int(span.start), end: Int(span.end), replacement: replacement))
    }

    private mutating func visit(_ block: EdgeLang.Block) {
        for statement in block.statements {
            offer(statement.span, nil)
            switch statement.kind {
            case .expression(let expression): visit(expression)
            case .let(let node): visit(node.value)
            case .function(let node): visit(node.function.body)
            case .assignment(let node):
                visit(node.value)
                for case .index(let index) in node.target.steps { visit(index) }
            case .for(let loop):
                offer(statement.span, loop.body.span)
                visit(loop.sequence)
                visit(loop.body)
            case .while(let condition, let body):
                visit(condition)
                visit(body)
            case .defer(let function), .test(_, let function): visit(function.body)
            case .import, .invalid: break
            }
        }
    }

    private mutating func visit(_ expression: Expression) {
        var parts: [Expression] = []
        switch expression.kind {
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .name, .lastResult, .break, .continue, .invalid:
            break
        case .interpolation(let pieces): for case .expression(let part) in pieces { parts.append(part) }
        case .list(let elements):
            for element in elements {
                switch element {
                case .item(let part), .spread(let part): parts.append(part)
                }
            }
        case .record(let elements):
            for element in elements {
                switch element {
                case .field(_, let part), .spread(let part): parts.append(part)
                }
            }
        case .range(let lower, let upper, _): parts = [lower, upper]
        case .unary(_, let operand): parts = [operand]
        case .binary(_, let left, let right, _), .shortCircuit(_, let left, let right): parts = [left, right]
        case .call(let call): parts = call.arguments.map(\.value) + [call.callee]
        case .field(let base, _): parts = [base]
        case .index(let base, let index): parts = [base, index]
        case .slice(let base, let lower, let upper, _): parts = [base, lower, upper].compactMap { $0 }
        case .function(let function): visit(function.body)
        case .if(let node):
            parts = node.branches.map(\.condition)
            for body in node.branches.map(\.body) + (node.otherwise.map { [$0] } ?? []) {
                offer(expression.span, body.span)
                visit(body)
            }
        case .match(let node): parts = [node.subject] + node.arms.map(\.body) + node.arms.compactMap(\.guard)
        case .block(let block): visit(block)
        case .try(let node):
            offer(expression.span, node.body.span)
            visit(node.body)
            visit(node.handler)
        case .return(let value): parts = value.map { [$0] } ?? []
        }
        for part in parts {
            offer(expression.span, part.span)
            visit(part)
        }
    }
}
