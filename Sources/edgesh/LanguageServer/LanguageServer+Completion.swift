import EdgeData
import EdgeLang
import EdgeRuntime

extension LanguageServer {
    /// The numbers the protocol has for kinds of completions.
    private enum Kind: Int {
        case function = 3
        case field = 5
        case variable = 6
        case module = 9
        case property = 10
        case unit = 11
        case keyword = 14
        case file = 17
    }

    /// What may stand at a place.
    func completion(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        let context = CursorContext(document.source, at: offset)
        var items: [DataTree] = []
        switch context.place {
        case .nothing, .string(importPath: nil): break
        case .string(.some(let typed)):
            let start = Span(file: FileID(0), start: offset - typed.utf8.count, end: offset)
            items = ModulePaths.completions(of: typed, from: document.source.name, library: libraryFolders).map {
                path in
                let edit = DataTree.object(["range": document.range(of: start), "newText": .text(path)])
                return .object([
                    "label": .text(path), "kind": .int(Kind.file.rawValue), "textEdit": edit, "filterText": .text(path),
                ])
            }
        case .unit:
            items = Unit.all.filter { $0.name.hasPrefix(context.prefix) }.map { unit in
                item(unit.name, .unit, detail: unit.dimension == .time ? "duration" : unit.dimension.name)
            }
        case .field(let base): items = base.map { fields(of: $0, document, offset) } ?? []
        case .name: items = labels(context, document, offset) + names(document, offset)
        }
        return .object(["isIncomplete": .bool(false), "items": .list(items)])
    }

    private func item(
        _ label: String, _ kind: Kind, detail: String? = nil, documentation: String? = nil, insert: String? = nil,
        rank: Int = 0
    ) -> DataTree {
        .object([
            "label": .text(label), "kind": .int(kind.rawValue), "detail": detail.map { .text($0) },
            "documentation": documentation.map { .object(["kind": .text("markdown"), "value": .text($0)]) },
            "insertText": insert.map { .text($0) }, "sortText": .text("\(rank)\(label)"),
        ])
    }

    /// Variables first, then primitives, then words.
    private func names(_ document: ServerDocument, _ offset: Int) -> [DataTree] {
        let visible = document.index.visible(at: offset)
        var items = visible.map { symbol in
            item(
                symbol.name, symbol.function != nil ? .function : symbol.kind == .module ? .module : .variable,
                detail: headline(symbol, in: document), documentation: symbol.documentation, rank: 1)
        }
        let hidden = Set(visible.map(\.name))
        items += primitives.names.filter { !hidden.contains($0) }.compactMap { name in
            primitives[name].map { item(name, .function, detail: $0.synopsis, documentation: $0.summary, rank: 2) }
        }
        return items + TokenKind.reservedWords.map { item($0, .keyword, rank: 3) }
    }

    /// The labels that may still be given to the call at the cursor.
    private func labels(_ context: CursorContext, _ document: ServerDocument, _ offset: Int) -> [DataTree] {
        guard let call = context.call, call.isDirect, call.label == nil else { return [] }
        let signature: [(name: String, detail: String, documentation: String?)]
        if let (other, function) = function(call, document, offset) {
            let texts = SignatureText.parameters(function, other.source).filter { $0 != "*" }
            signature = zip(function.parameters, texts).compactMap { parameter, text in
                parameter.declaration.name.hasPrefix("(") ? nil : (parameter.declaration.name, text, nil)
            }
        } else if call.callee.count == 1, let spec = primitives[call.callee[0]] {
            signature = spec.parameters.filter { !$0.isVariadic }.map { ($0.name, $0.synopsis, $0.documentation) }
        } else {
            return []
        }
        return signature.filter { !call.usedLabels.contains($0.name) }.map { name, detail, documentation in
            item(name + ":", .property, detail: detail, documentation: documentation, insert: name + ": ")
        }
    }

    private func fields(of name: String, _ document: ServerDocument, _ offset: Int) -> [DataTree] {
        guard let symbol = document.index.visible(at: offset).first(where: { $0.name == name }) else { return [] }
        if symbol.kind == .module, let path = symbol.importPath, let module = module(path, from: document) {
            return module.index.inOrder.filter(\.isExported).map { export in
                item(
                    export.name, export.function != nil ? .function : .variable, detail: headline(export, in: module),
                    documentation: export.documentation)
            }
        }
        return document.index.fields(of: symbol).map { item($0, .field) }
    }

    // MARK: Signatures

    /// The function of the text or of a module that a call at the cursor goes to.
    private func function(
        _ call: CursorContext.OpenCall, _ document: ServerDocument, _ offset: Int
    ) -> (document: ServerDocument, function: FunctionLiteral)? {
        guard let symbol = document.index.visible(at: offset).first(where: { $0.name == call.callee[0] }) else {
            return nil
        }
        if call.callee.count == 1 { return symbol.function.map { (document, $0) } }
        guard symbol.kind == .module, let (other, export) = export(named: call.callee[1], of: symbol.id, document)
        else { return nil }
        return export.function.map { (other, $0) }
    }

    /// The parameters of the function whose parentheses the cursor stands in, and which of them is being given.
    func signatureHelp(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        guard let call = CursorContext(document.source, at: offset).call else { return .null }
        let texts: [String]
        let names: [String]
        let label: String
        var documentation: String?
        if let (other, function) = function(call, document, offset) {
            texts = SignatureText.parameters(function, other.source)
            names = function.parameters.map(\.declaration.name)
            label = SignatureText.function(function, name: call.callee.joined(separator: "."), other.source)
        } else if call.callee.count == 1, let spec = primitives[call.callee[0]] {
            texts = spec.parameters.map(\.synopsis)
            names = spec.parameters.map(\.name)
            label = spec.synopsis
            documentation = spec.summary
        } else {
            return .null
        }
        let shown = texts.filter { $0 != "*" }
        let active = call.label.flatMap { names.firstIndex(of: $0) } ?? min(call.argument, max(0, shown.count - 1))
        let signature = DataTree.object([
            "label": .text(label), "documentation": documentation.map { .text($0) },
            "parameters": .list(shown.map { .object(["label": .text($0)]) }),
        ])
        return .object(["signatures": .list([signature]), "activeSignature": .int(0), "activeParameter": .int(active)])
    }
}
