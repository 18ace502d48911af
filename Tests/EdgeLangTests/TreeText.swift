@testable import EdgeLang

/// A tree as one line of text in prefix form, for tests to compare with.
enum TreeText {
    static func of(_ program: Program) -> String {
        program.body.statements.map(of).joined(separator: "; ")
    }

    static func of(_ statement: Statement) -> String {
        switch statement.kind {
        case .expression(let expression): return of(expression)
        case .let(let node):
            let type = node.annotation.map { ": " + of($0) } ?? ""
            let word = (node.isExported ? "export " : "") + (node.isMutable ? "var" : "let")
            return "(\(word) \(of(node.pattern))\(type) \(of(node.value)))"
        case .function(let node):
            return "(\(node.isExported ? "export " : "")fn \(node.declaration.name) \(of(node.function)))"
        case .assignment(let node):
            return "(\(node.operator?.rawValue ?? "")= \(of(node.target)) \(of(node.value)))"
        case .for(let loop): return "(for \(of(loop.pattern)) \(of(loop.sequence)) \(of(loop.body)))"
        case .while(let condition, let body): return "(while \(of(condition)) \(of(body)))"
        case .defer(let function): return "(defer \(of(function.body)))"
        case .import(let node): return "(import \"\(node.path)\" \(node.declaration.name))"
        case .test(let name, let function): return "(test \"\(name)\" \(of(function.body)))"
        case .invalid: return "(invalid)"
        }
    }

    static func of(_ block: Block) -> String {
        "{\(block.statements.map(of).joined(separator: "; "))}"
    }

    static func of(_ expression: Expression) -> String {
        switch expression.kind {
        case .null: return "null"
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .float(let value): return "\(value)"
        case .quantity(let literal): return "\(literal.value)<\(literal.dimension.name)>"
        case .string(let text): return "\"\(text)\""
        case .interpolation(let parts):
            let shown = parts.map { part in
                switch part {
                case .text(let text): "\"\(text)\""
                case .expression(let expression): of(expression)
                }
            }
            return "(text \(shown.joined(separator: " ")))"
        case .bytes(let bytes): return "<\(bytes.map { String($0, radix: 16) }.joined(separator: " "))>"
        case .list(let elements):
            let shown = elements.map { element in
                switch element {
                case .item(let item): of(item)
                case .spread(let item): "...\(of(item))"
                }
            }
            return "[\(shown.joined(separator: " "))]"
        case .record(let elements):
            let shown = elements.map { element in
                switch element {
                case .field(let key, let value): "\(key.name): \(of(value))"
                case .spread(let value): "...\(of(value))"
                }
            }
            return "(record \(shown.joined(separator: ", ")))"
        case .range(let lower, let upper, let closed): return "(\(closed ? "..=" : "..") \(of(lower)) \(of(upper)))"
        case .name(let use): return use.name
        case .lastResult: return "(last)"
        case .unary(let symbol, let operand): return "(\(symbol.rawValue) \(of(operand)))"
        case .binary(let symbol, let left, let right, _): return "(\(symbol.rawValue) \(of(left)) \(of(right)))"
        case .shortCircuit(let symbol, let left, let right): return "(\(symbol.rawValue) \(of(left)) \(of(right)))"
        case .call(let call):
            let arguments = call.arguments.map { ($0.label.map { "\($0.name): " } ?? "") + of($0.value) }
            return "(call \(([of(call.callee)] + arguments).joined(separator: " ")))"
        case .field(let base, let name): return "(. \(of(base)) \(name.name))"
        case .index(let base, let index): return "(at \(of(base)) \(of(index)))"
        case .slice(let base, let lower, let upper, let closed):
            return "(slice \(of(base)) \(lower.map(of) ?? "-") \(closed ? "=" : "")\(upper.map(of) ?? "-"))"
        case .function(let function): return of(function)
        case .if(let node):
            let branches = node.branches.map { "\(of($0.condition)) \(of($0.body))" }
            return "(if \(branches.joined(separator: " "))\(node.otherwise.map { " else \(of($0))" } ?? ""))"
        case .match(let node):
            let arms = node.arms.map { arm in
                "\(of(arm.pattern))\(arm.guard.map { " if \(of($0))" } ?? "") => \(of(arm.body))"
            }
            return "(match \(of(node.subject)) \(arms.joined(separator: ", ")))"
        case .block(let block): return of(block)
        case .try(let node): return "(try \(of(node.body)) \(node.error?.name ?? "_") \(of(node.handler)))"
        case .return(let value): return value.map { "(return \(of($0)))" } ?? "(return)"
        case .break: return "(break)"
        case .continue: return "(continue)"
        case .invalid: return "(invalid)"
        }
    }

    static func of(_ function: FunctionLiteral) -> String {
        var parameters: [String] = []
        for parameter in function.parameters {
            if parameter.isLabelOnly, !parameters.contains("*") { parameters.append("*") }
            let type = parameter.annotation.map { ": " + of($0) } ?? ""
            let value = parameter.defaultValue.map { " = " + of($0) } ?? ""
            parameters.append(parameter.declaration.name + type + value)
        }
        let result = function.resultType.map { " -> " + of($0) } ?? ""
        return "(\(parameters.joined(separator: ", "))\(result) => \(of(function.body)))"
    }

    static func of(_ annotation: TypeAnnotation) -> String {
        annotation.names.map(\.name).joined(separator: "|")
    }

    static func of(_ target: AssignmentTarget) -> String {
        target.steps.reduce(target.variable.name) { text, step in
            switch step {
            case .field(let name): "\(text).\(name.name)"
            case .index(let index): "\(text)[\(of(index))]"
            }
        }
    }

    static func of(_ pattern: Pattern) -> String {
        switch pattern.kind {
        case .wildcard: return "_"
        case .binding(let declaration): return declaration.name
        case .literal(let literal): return of(literal)
        case .range(let lower, let upper, let closed):
            return "\(lower.map(of) ?? "")\(closed ? "..=" : "..")\(upper.map(of) ?? "")"
        case .list(let prefix, let rest, let suffix):
            let middle = rest.map { ["...\($0.declaration?.name ?? "")"] } ?? []
            return "[\((prefix.map(of) + middle + suffix.map(of)).joined(separator: " "))]"
        case .record(let fields, let rest):
            let parts = fields.map { "\($0.key.name): \(of($0.pattern))" }
            return "{\((parts + (rest.map { ["...\($0.declaration?.name ?? "")"] } ?? [])).joined(separator: ", "))}"
        case .alternatives(let patterns): return patterns.map(of).joined(separator: "|")
        case .invalid: return "invalid"
        }
    }
}
