/// What a module says of itself and of what it exports, taken from its text alone.
public struct ModuleDocumentation: Sendable {
    public struct Entry: Sendable {
        public let name: String
        /// As a caller sees it: `clean(readings, *, window: duration = 5s) -> list`.
        public let signature: String
        /// The `##` lines above it.
        public let documentation: String?
        /// Where its name is declared.
        public let span: Span
        public let isExported: Bool
        public let isFunction: Bool
    }

    /// The `##` lines at the top of the file.
    public let documentation: String?
    /// What the top level declares, in order.
    public let entries: [Entry]

    public init(_ program: Program, _ source: SourceFile) {
        documentation = program.documentation
        entries = program.body.statements.flatMap { statement -> [Entry] in
            switch statement.kind {
            case .function(let node):
                let text = SignatureText.function(node.function, name: node.declaration.name, source)
                return [
                    Entry(
                        name: node.declaration.name, signature: text, documentation: node.documentation,
                        span: node.declaration.span, isExported: node.isExported, isFunction: true)
                ]
            case .let(let node):
                return node.pattern.declarations.map { declaration in
                    var text = declaration.name
                    if case .function(let function) = node.value.kind, case .binding = node.pattern.kind {
                        text = SignatureText.function(function, name: declaration.name, source)
                    } else if let annotation = node.annotation, case .binding = node.pattern.kind {
                        text += ": " + SignatureText.type(annotation)
                    }
                    return Entry(
                        name: declaration.name, signature: text, documentation: node.documentation,
                        span: declaration.span, isExported: node.isExported, isFunction: text.contains("("))
                }
            default: return []
            }
        }
    }

    /// What other files get.
    public var exports: [Entry] { entries.filter(\.isExported) }
}

/// Functions as their callers see them.
public enum SignatureText {
    /// The name with its parameters, defaults as they are written.
    public static func function(_ function: FunctionLiteral, name: String, _ source: SourceFile) -> String {
        let result = function.resultType.map { " -> " + type($0) } ?? ""
        return "\(name)(\(parameters(function, source).joined(separator: ", ")))\(result)"
    }

    /// The parameters, with a `*` before those that need labels.
    public static func parameters(_ function: FunctionLiteral, _ source: SourceFile) -> [String] {
        var texts: [String] = []
        var isLabelOnly = false
        for parameter in function.parameters {
            if parameter.isLabelOnly, !isLabelOnly {
                isLabelOnly = true
                texts.append("*")
            }
            texts.append(self.parameter(parameter, source))
        }
        return texts
    }

    static func parameter(_ parameter: Parameter, _ source: SourceFile) -> String {
        // One that is taken apart has no name of its own: what is written stands for it.
        var text = source.text(of: parameter.declaration.span)
        if let annotation = parameter.annotation { text += ": " + type(annotation) }
        if let value = parameter.defaultValue {
            text += " = " + source.text(of: value.span).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return text
    }

    /// `int | float`, `string?`
    public static func type(_ annotation: TypeAnnotation) -> String {
        let names = annotation.names.map(\.name)
        guard names.count == 2, names[1] == "null" else { return names.joined(separator: " | ") }
        return names[0] + "?"
    }
}
