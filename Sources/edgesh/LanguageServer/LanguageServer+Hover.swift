import EdgeData
import EdgeLang
import EdgeRuntime

extension LanguageServer {
    /// What a function does, or what a variable is.
    func hover(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        guard let (text, span) = hoverText(document, offset) else { return .null }
        return .object([
            "contents": .object(["kind": .text("markdown"), "value": .text(text)]), "range": document.range(of: span),
        ])
    }

    private func hoverText(_ document: ServerDocument, _ offset: Int) -> (text: String, span: Span)? {
        let index = document.index
        if let label = index.label(at: offset) { return describe(label, document).map { ($0, label.span) } }
        if let member = index.member(at: offset) {
            guard let (other, symbol) = export(named: member.name, of: member.module, document) else { return nil }
            return (describe(symbol, in: other), member.span)
        }
        if let (symbol, span) = index.symbol(at: offset) { return (describe(symbol, in: document), span) }
        if let use = index.outsideUse(at: offset), let spec = primitives[use.name] {
            return (Self.markdown(spec), use.span)
        }
        return nil
    }

    private func describe(_ label: LabelUse, _ document: ServerDocument) -> String? {
        switch label.callee {
        case .outside(let name):
            guard let parameter = primitives[name]?.parameters.first(where: { $0.name == label.name }) else {
                return nil
            }
            return Self.code(parameter.synopsis) + "\n\n" + Self.facts(parameter)
        case .symbol, .member:
            guard let (other, symbol) = callee(label.callee, document), let function = symbol.function,
                let position = function.parameters.firstIndex(where: { $0.declaration.name == label.name })
            else { return nil }
            let texts = SignatureText.parameters(function, other.source).filter { $0 != "*" }
            return position < texts.count ? Self.code(texts[position]) : nil
        }
    }

    /// What is known of a symbol, in the document that declares it.
    func describe(_ symbol: Symbol, in document: ServerDocument) -> String {
        var text = Self.code(headline(symbol, in: document))
        if symbol.kind == .module, let path = symbol.importPath, let module = module(path, from: document),
            let documentation = module.parsed.program.documentation
        {
            text += "\n\n" + documentation
        }
        if let documentation = symbol.documentation { text += "\n\n" + documentation }
        return text
    }

    /// One line of a symbol: `fn clean(readings)`, `let base: model`.
    func headline(_ symbol: Symbol, in document: ServerDocument) -> String {
        if let function = symbol.function {
            return "fn " + SignatureText.function(function, name: symbol.name, document.source)
        }
        if symbol.kind == .module { return "import \"\(symbol.importPath ?? "")\" as \(symbol.name)" }
        let word = symbol.kind == .let ? "let " : symbol.kind == .var ? "var " : ""
        let type = document.index.type(of: symbol) { primitives[$0]?.result.type }
        return word + symbol.name + (type.map { ": " + $0 } ?? "")
    }

    /// What is declared of a primitive, as Markdown.
    static func markdown(_ spec: BuiltinSpec) -> String {
        var text = code(spec.synopsis) + "\n\n\(spec.summary)\n"
        if !spec.details.isEmpty { text += "\n\(spec.details)\n" }
        if !spec.parameters.isEmpty { text += "\n" }
        for parameter in spec.parameters { text += "- `\(parameter.name)`: \(facts(parameter))\n" }
        text += "\nResult: \(spec.result.documentation)\n"
        for example in spec.examples.prefix(2) {
            text += "\n" + code(example.code + (example.result.map { "\n# \($0)" } ?? "")) + "\n"
        }
        return text
    }

    private static func facts(_ parameter: ParameterSpec) -> String {
        var facts = [parameter.typeDescription]
        if let range = parameter.range { facts.append(range.text) }
        if let text = parameter.defaultText, text != "null" { facts.append("default \(text)") }
        return "\(parameter.documentation) (\(facts.joined(separator: ", ")))"
    }

    private static func code(_ text: String) -> String { "```edge\n\(text)\n```" }

    // MARK: Other files

    /// What a module's export is, and the document that declares it.
    func export(
        named name: String, of module: BindingID, _ document: ServerDocument
    ) -> (document: ServerDocument, symbol: Symbol)? {
        guard let path = document.index.symbols[module]?.importPath,
            let other = self.module(path, from: document), let symbol = other.index.export(named: name)
        else { return nil }
        return (other, symbol)
    }

    func callee(_ callee: LabelUse.Callee, _ document: ServerDocument) -> (document: ServerDocument, symbol: Symbol)? {
        switch callee {
        case .symbol(let id): return document.index.symbols[id].map { (document, $0) }
        case .member(let module, let name):
            return export(named: name, of: module, document)
        case .outside: return nil
        }
    }
}
