import EdgeData
import EdgeLang

extension LanguageServer {
    /// A symbol and the document that declares it.
    struct Declared {
        let document: ServerDocument
        let symbol: Symbol
        /// The name at the cursor.
        let span: Span
    }

    /// What the name at an offset means.
    func declared(_ document: ServerDocument, _ offset: Int) -> Declared? {
        let index = document.index
        if let label = index.label(at: offset) {
            guard let (other, symbol) = callee(label.callee, document),
                let parameter = symbol.function?.parameters.first(where: { $0.declaration.name == label.name }),
                let declared = other.index.symbols[parameter.declaration.id]
            else { return nil }
            return Declared(document: other, symbol: declared, span: label.span)
        }
        if let member = index.member(at: offset),
            let (other, symbol) = export(named: member.name, of: member.module, document)
        {
            return Declared(document: other, symbol: symbol, span: member.span)
        }
        return index.symbol(at: offset).map { Declared(document: document, symbol: $0.symbol, span: $0.span) }
    }

    func definition(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        let beginning = Span(file: FileID(0), start: 0, end: 0)
        if let path = document.parsed.program.imports.first(where: { $0.pathSpan.holds(offset) })?.path {
            return module(path, from: document)?.location(of: beginning) ?? .null
        }
        guard let found = declared(document, offset) else { return .null }
        // From an import the way leads on into the module.
        if found.symbol.kind == .module, let path = found.symbol.importPath,
            let module = module(path, from: found.document)
        {
            return module.location(of: beginning)
        }
        return found.document.location(of: found.symbol.span)
    }

    func references(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        guard let found = declared(document, offset) else { return .list([]) }
        var locations: [DataTree] = []
        if case .bool(true)? = parameters["context"]?["includeDeclaration"] {
            locations.append(found.document.location(of: found.symbol.span))
        }
        locations += found.document.index.references(to: found.symbol).map { found.document.location(of: $0) }
        for (other, spans) in usesAbroad(of: found) { locations += spans.map { other.location(of: $0) } }
        return .list(locations)
    }

    func highlights(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let (document, offset) = try place(parameters)
        guard let found = declared(document, offset), found.document === document else { return .list([]) }
        let spans = [found.symbol.span] + document.index.references(to: found.symbol)
        return .list(spans.map { .object(["range": document.range(of: $0)]) })
    }

    /// Where a symbol is used in texts that import its own.
    func usesAbroad(of found: Declared) -> [(document: ServerDocument, spans: [Span])] {
        importers(of: found.document, found.symbol).map { importer in
            (importer, usesAbroad(of: found, in: importer))
        }.filter { !$0.1.isEmpty }
    }

    /// The uses of an export, or of a parameter of an exported function, in a text that imports it.
    private func usesAbroad(of found: Declared, in importer: ServerDocument) -> [Span] {
        let home = ModulePaths.realPath(found.document.source.name)
        let modules = Set(
            importer.index.symbols.values.filter { symbol in
                symbol.importPath.flatMap {
                    ModulePaths.resolve($0, from: importer.source.name, library: libraryFolders)
                } == home
            }.map(\.id))
        if found.symbol.kind == .parameter {
            let owner = found.document.index.symbols.values.first {
                $0.isExported && $0.function?.id == found.symbol.owner
            }
            return importer.index.labels.filter { label in
                guard case .member(let module, let name) = label.callee else { return false }
                return modules.contains(module) && name == owner?.name && label.name == found.symbol.name
            }.map(\.span)
        }
        guard found.symbol.isExported else { return [] }
        return importer.index.members.filter { modules.contains($0.module) && $0.name == found.symbol.name }.map(\.span)
    }

    /// How many files of a workspace are looked through.
    private static let maximumFiles = 2000

    /// The other open texts, and the scripts of the workspace, that may use what a text exports.
    private func importers(of document: ServerDocument, _ symbol: Symbol) -> [ServerDocument] {
        guard symbol.isExported || symbol.kind == .parameter, ModulePaths.realPath(document.source.name) != nil else {
            return []
        }
        var found = documents.values.filter { $0 !== document && $0.source.name != document.source.name }
        let known = Set(documents.values.map(\.source.name) + [document.source.name])
        if let workspace, let files = try? ScriptFiles.find(at: workspace) {
            for path in files.prefix(Self.maximumFiles) where !known.contains(path) {
                if let other = self.document(atPath: path), !other.parsed.program.imports.isEmpty {
                    found.append(other)
                }
            }
        }
        return found.sorted { $0.uri < $1.uri }
    }

    // MARK: Outline

    /// The numbers the protocol has for kinds of symbols.
    private static func kind(of symbol: Symbol) -> Int {
        if symbol.function != nil { return 12 }
        return symbol.kind == .module ? 2 : symbol.kind == .let ? 14 : 13
    }

    /// What the top level declares, and the tests.
    func documentSymbols(_ parameters: DataTree) throws(ServerError) -> DataTree {
        let document = try document(parameters)
        var symbols: [DataTree] = []
        func add(_ name: String, _ kind: Int, _ detail: String?, _ whole: Span, _ selection: Span) {
            symbols.append(
                .object([
                    "name": .text(name), "kind": .int(kind), "detail": detail.map { .text($0) },
                    "range": document.range(of: whole.joined(with: selection)),
                    "selectionRange": document.range(of: selection),
                ]))
        }
        for statement in document.parsed.program.body.statements {
            switch statement.kind {
            case .test(let name, _): add("test \"\(name)\"", 6, nil, statement.span, statement.span)
            case .let, .function, .import:
                for symbol in document.index.inOrder
                where symbol.scope == 0 && statement.span.holds(Int(symbol.span.start)) {
                    add(
                        symbol.name, Self.kind(of: symbol), headline(symbol, in: document), statement.span, symbol.span)
                }
            default: break
            }
        }
        return .list(symbols)
    }
}
