import EdgeData
import EdgeLang
import EdgeRuntime

extension LanguageServer {
    /// Tells the editor what is wrong with each open text. All are looked at, since they may import each other.
    func publishDiagnostics() {
        for document in documents.values.sorted(by: { $0.uri < $1.uri }) {
            publish(diagnostics(of: document), for: document.uri)
        }
    }

    func publish(_ diagnostics: [DataTree], for uri: String) {
        notify("textDocument/publishDiagnostics", .object(["uri": .text(uri), "diagnostics": .list(diagnostics)]))
    }

    private func diagnostics(of document: ServerDocument) -> [DataTree] {
        // What an interpreter has read it knows for good: a fresh one for each look.
        let interpreter = Interpreter(builtins: Primitives.chapters(environment))
        interpreter.modulePath = libraryFolders
        let found = interpreter.check(document.source)
        return found.compactMap { diagnostic in
            let label = diagnostic.labels.first { interpreter.sources[$0.span.file]?.name == document.source.name }
            guard label != nil || diagnostic.severity == .error else { return nil }
            return describe(diagnostic, at: label, document, interpreter.sources)
        }
    }

    /// A mistake in an imported file is shown where it is imported.
    private func describe(
        _ diagnostic: Diagnostic, at label: Diagnostic.Label?, _ document: ServerDocument, _ sources: SourceMap
    ) -> DataTree {
        var message = diagnostic.message
        if let text = label?.text, !text.isEmpty { message += ": \(text)" }
        if let hint = diagnostic.hint { message += "\n\(hint)" }
        for note in diagnostic.notes { message += "\n\(note)" }
        var place = label?.span ?? Span(file: .none, start: 0, end: 0)
        if label == nil, let file = sources[diagnostic.span.file] {
            let position = file.position(at: diagnostic.span.start)
            message = "\(file.name):\(position.line):\(position.column): \(message)"
            let faulty = document.parsed.program.imports.first { declaration in
                ModulePaths.resolve(declaration.path, from: document.source.name, library: libraryFolders) == file.name
            }
            if let faulty { place = faulty.pathSpan }
        }
        let severity: Int
        switch diagnostic.severity {
        case .error: severity = 1
        case .warning: severity = 2
        case .note: severity = 3
        }
        let related = diagnostic.labels.dropFirst().filter { $0.span.file == place.file && label != nil }.map { other in
            DataTree.object([
                "location": document.location(of: other.span),
                "message": .text(other.text.isEmpty ? "see here" : other.text),
            ])
        }
        return .object([
            "range": document.range(of: place), "severity": .int(severity), "code": .text(diagnostic.code.rawValue),
            "source": .text("edgesh"), "message": .text(message),
            "relatedInformation": related.isEmpty ? nil : .list(Array(related)),
        ])
    }
}
