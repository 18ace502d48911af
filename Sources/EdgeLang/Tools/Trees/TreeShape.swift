/// A program as text that says what it means and nothing of where it stands, to compare two programs.
enum TreeShape {
    static func text(of program: Program) -> String {
        var text = "\(program.documentation ?? "")\n"
        for statement in program.body.statements { append(.statement(statement), to: &text) }
        return text
    }

    private static func append(_ node: TreeNode, to text: inout String) {
        text += "(" + label(of: node)
        for child in node.children { append(child, to: &text) }
        text += ")"
    }

    /// What a node says beyond its children.
    private static func label(of node: TreeNode) -> String {
        switch node {
        case .block(let block): "block \(block.statements.count)"
        case .statement(let statement): label(of: statement.kind)
        case .expression(let expression): label(of: expression.kind)
        case .pattern(let pattern): label(of: pattern.kind)
        case .function(let function):
            "\(function.kind) \(function.name ?? "") "
                + function.parameters.map { parameter in
                    "\(parameter.isLabelOnly ? "*" : "")\(parameter.declaration.name):\(type(parameter.annotation))"
                        + (parameter.defaultValue == nil ? "" : "=")
                }.joined(separator: ",") + "->\(type(function.resultType))"
        }
    }

    private static func type(_ annotation: TypeAnnotation?) -> String {
        annotation?.names.map(\.name).joined(separator: "|") ?? ""
    }

    private static func label(of kind: StatementKind) -> String {
        switch kind {
        case .expression: "do"
        case .let(let node):
            "let \(node.isMutable) \(node.isExported) \(type(node.annotation)) \(node.documentation ?? "")"
        case .function(let node): "fn \(node.declaration.name) \(node.isExported) \(node.documentation ?? "")"
        case .assignment(let node):
            "\(node.operator?.rawValue ?? "")= \(node.target.variable.name)"
                + node.target.steps.map { step in
                    if case .field(let name) = step { ".\(name.name)" } else { "[]" }
                }.joined()
        case .for: "for"
        case .while: "while"
        case .defer: "defer"
        case .import(let node): "import \(node.path) \(node.declaration.name)"
        case .test(let name, _): "test \(name)"
        case .invalid: "invalid"
        }
    }

    private static func label(of kind: ExpressionKind) -> String {
        switch kind {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .float(let value): "\(value)"
        case .quantity(let value): "\(value.value) \(value.dimension)"
        case .string(let text): "text \(text.utf8.count) \(text)"
        case .interpolation(let parts):
            "parts "
                + parts.map { part in
                    if case .text(let text) = part { "\(text.utf8.count) \(text)" } else { "\\" }
                }.joined()
        case .bytes(let bytes): "bytes \(bytes)"
        case .list(let elements):
            "list "
                + elements.map { element in
                    if case .spread = element { "..." } else { "," }
                }.joined()
        case .record(let elements):
            "record "
                + elements.map { element in
                    if case .field(let name, _) = element { "\(name.name.utf8.count) \(name.name)" } else { "..." }
                }.joined(separator: ",")
        case .range(_, _, let closed): "range \(closed)"
        case .name(let use): use.name
        case .lastResult: "_"
        case .unary(let symbol, _): "unary \(symbol.rawValue)"
        case .binary(let symbol, _, _, _): symbol.rawValue
        case .shortCircuit(let symbol, _, _): symbol.rawValue
        case .call(let call):
            "call \(call.isPiped) " + call.arguments.map { $0.label?.name ?? "," }.joined(separator: ":")
        case .field(_, let name): ".\(name.name)"
        case .index: "[]"
        case .slice(_, let lower, let upper, let closed): "slice \(lower != nil) \(upper != nil) \(closed)"
        case .function: "closure"
        case .if(let node): "if \(node.branches.count) \(node.otherwise != nil)"
        case .match(let node): "match " + node.arms.map { $0.guard == nil ? "," : "if" }.joined()
        case .block: "{}"
        case .try(let node): "try \(node.error?.name ?? "")"
        case .return: "return"
        case .break: "break"
        case .continue: "continue"
        case .invalid: "invalid"
        }
    }

    private static func label(of kind: PatternKind) -> String {
        switch kind {
        case .wildcard: "_"
        case .binding(let declaration): "bind \(declaration.name)"
        case .literal: "literal"
        case .range(let lower, let upper, let closed): "range \(lower != nil) \(upper != nil) \(closed)"
        case .list(let prefix, let rest, let suffix):
            "list \(prefix.count) \(rest != nil) \(rest?.declaration?.name ?? "") \(suffix.count)"
        case .record(let fields, let rest):
            "record \(fields.map(\.key.name)) \(rest != nil) \(rest?.declaration?.name ?? "")"
        case .alternatives: "any"
        case .invalid: "invalid"
        }
    }
}
