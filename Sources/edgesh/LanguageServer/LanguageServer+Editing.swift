import EdgeData
import EdgeLang

extension LanguageServer {
    /// The whole text in the style of the language; nothing to do where it does not parse.
    func formatting(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let document = try document(parameters)
        do throws(EdgeLang.Formatter.Failure) {
            let text = try EdgeLang.Formatter().format(document.source)
            guard !document.source.bytes.elementsEqual(text.utf8) else { return .list([]) }
            let all = Span(file: FileID(0), start: 0, end: document.source.bytes.count)
            return .list([.object(["range": document.range(of: all), "newText": .text(text)])])
        } catch {
            throw .failed("a text with syntax errors is not formatted")
        }
    }

    // MARK: Renaming

    func prepareRename(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        let found = try renamable(document, offset)
        return .object([
            "range": document.range(of: found.span), "placeholder": .text(document.source.text(of: found.span)),
        ])
    }

    func rename(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        let found = try renamable(document, offset)
        guard let name = parameters["newName"]?.text else { throw .invalidParameters("`rename` brings a `newName`") }
        do throws(SymbolRenaming.Refusal) {
            let edits = try SymbolRenaming.edits(
                renaming: found.symbol, to: name, in: found.document.source, found.document.index)
            var changes: [DataTree.Field] = []
            add(edits.map { ($0.span, $0.text) }, in: found.document, to: &changes)
            for (other, spans) in usesAbroad(of: found) {
                add(spans.map { ($0, name) }, in: other, to: &changes)
            }
            return .object(["changes": .record(changes)])
        } catch {
            throw .failed(error.message)
        }
    }

    private func add(
        _ edits: [(span: Span, text: String)], in document: ServerDocument, to changes: inout [DataTree.Field]
    ) {
        guard !edits.isEmpty else { return }
        let texts = edits.map { edit in
            DataTree.object(["range": document.range(of: edit.span), "newText": .text(edit.text)])
        }
        changes.append(.init(name: document.uri, value: .list(texts)))
    }

    private func renamable(_ document: ServerDocument, _ offset: Int) throws(ServerError) -> Declared {
        guard document.parsed.isValid else { throw .failed("a text with syntax errors cannot be changed safely") }
        guard let found = declared(document, offset) else {
            if let use = document.index.outsideUse(at: offset), primitives[use.name] != nil {
                throw .failed("`\(use.name)` is built in and keeps its name")
            }
            throw .failed("no variable, function or module is named here")
        }
        guard found.document.parsed.isValid else {
            throw .failed("\(found.document.source.name) has syntax errors and cannot be changed safely")
        }
        if let library = StandardLibrary.folder.flatMap({ ModulePaths.realPath($0) }),
            let path = ModulePaths.realPath(found.document.source.name), path.hasPrefix(library + "/"),
            workspace.flatMap({ ModulePaths.realPath($0) }).map({ !path.hasPrefix($0 + "/") }) ?? true
        {
            throw .failed("`\(found.symbol.name)` belongs to the standard library and keeps its name")
        }
        return found
    }
}
