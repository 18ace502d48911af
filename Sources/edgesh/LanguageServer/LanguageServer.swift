import EdgeData
import EdgeLang
import EdgeRuntime

/// Serves one editor over the Language Server Protocol 3.17. Nothing of what it reads is run.
final class LanguageServer {
    private enum State {
        case fresh, running, shutDown
    }

    let channel: MessageChannel
    let environment: RuntimeEnvironment
    /// Knows the primitives; texts are checked by interpreters of their own.
    let primitives: BuiltinLibrary
    /// What the editor has open, by address.
    var documents: [String: ServerDocument] = [:]
    /// The folder the editor works in.
    var workspace: String?
    private var state = State.fresh

    init(channel: MessageChannel, environment: RuntimeEnvironment) {
        self.channel = channel
        self.environment = environment
        primitives = BuiltinLibrary(Primitives.chapters(environment))
    }

    /// Serves until the editor leaves.
    ///
    /// - Returns: whether it left as it should: `shutdown`, then `exit`.
    func run() -> Bool {
        while !channel.isBroken {
            switch channel.receive() {
            case .end: return state == .shutDown
            case .malformed(let reason): answer(.null, failing: .parse(reason))
            case .message(let message):
                if message["method"]?.text == "exit" { return state == .shutDown }
                handle(message)
            }
        }
        return false
    }

    private func handle(_ message: DataTree) {
        guard message.isRecord else {
            return answer(
                .null, failing: .invalidRequest("a message is a record; batches are not part of the protocol"))
        }
        let id = message["id"]
        guard let method = message["method"]?.text else {
            // An answer to a request of ours would have a result; we make none.
            guard message["result"] == nil, message["error"] == nil else { return }
            return answer(id ?? .null, failing: .invalidRequest("a message names its `method`"))
        }
        let parameters = message["params"] ?? .null
        do throws(ServerError) {
            if let id {
                answer(id, with: try respond(method, parameters))
            } else {
                try notice(method, parameters)
            }
        } catch {
            // A notification gets no answer, whatever is wrong with it.
            if let id { answer(id, failing: error) }
        }
    }

    private func answer(_ id: DataTree, with result: DataTree) {
        channel.send(.object(["jsonrpc": .text("2.0"), "id": id, "result": result]))
    }

    private func answer(_ id: DataTree, failing error: ServerError) {
        let details = DataTree.object(["code": .int(error.code), "message": .text(error.message)])
        channel.send(.object(["jsonrpc": .text("2.0"), "id": id, "error": details]))
    }

    func notify(_ method: String, _ parameters: DataTree) {
        channel.send(.object(["jsonrpc": .text("2.0"), "method": .text(method), "params": parameters]))
    }

    // MARK: Methods

    private func respond(_ method: String, _ parameters: DataTree) throws(ServerError) -> DataTree {
        if method == "initialize" {
            guard state == .fresh else { throw .invalidRequest("`initialize` comes once") }
            return initialize(parameters)
        }
        switch state {
        case .fresh: throw .notInitialized
        case .shutDown: throw .invalidRequest("nothing but `exit` comes behind `shutdown`")
        case .running: break
        }
        switch method {
        case "shutdown":
            state = .shutDown
            return .null
        case "textDocument/hover": return try hover(parameters)
        case "textDocument/completion": return try completion(parameters)
        case "textDocument/signatureHelp": return try signatureHelp(parameters)
        case "textDocument/definition": return try definition(parameters)
        case "textDocument/references": return try references(parameters)
        case "textDocument/documentHighlight": return try highlights(parameters)
        case "textDocument/documentSymbol": return try documentSymbols(parameters)
        case "textDocument/formatting": return try formatting(parameters)
        case "textDocument/prepareRename": return try prepareRename(parameters)
        case "textDocument/rename": return try rename(parameters)
        default: throw .methodNotFound(method)
        }
    }

    private func initialize(_ parameters: DataTree) -> DataTree {
        state = .running
        let folder = parameters["workspaceFolders"]?.elements?.first?["uri"]?.text ?? parameters["rootUri"]?.text
        workspace = folder.flatMap { DocumentAddress.path(of: $0) }
        let synchronization = DataTree.object(["openClose": .bool(true), "change": .int(2)])
        let capabilities = DataTree.object([
            "positionEncoding": .text("utf-16"), "textDocumentSync": synchronization, "hoverProvider": .bool(true),
            "completionProvider": .object(["triggerCharacters": .list([.text("."), .text("\""), .text("/")])]),
            "signatureHelpProvider": .object(["triggerCharacters": .list([.text("("), .text(",")])]),
            "definitionProvider": .bool(true), "referencesProvider": .bool(true),
            "documentHighlightProvider": .bool(true), "documentSymbolProvider": .bool(true),
            "documentFormattingProvider": .bool(true),
            "renameProvider": .object(["prepareProvider": .bool(true)]),
        ])
        let info = DataTree.object(["name": .text("edgesh"), "version": .text(edgeshVersion)])
        return .object(["capabilities": capabilities, "serverInfo": info])
    }

    private func notice(_ method: String, _ parameters: DataTree) throws(ServerError) {
        guard state == .running else { return }
        let document = parameters["textDocument"]
        switch method {
        case "textDocument/didOpen":
            guard let uri = document?["uri"]?.text, let text = document?["text"]?.text else {
                throw .invalidParameters("`didOpen` brings `uri` and `text`")
            }
            documents[uri] = ServerDocument(uri: uri, text: Array(text.utf8))
            publishDiagnostics()
        case "textDocument/didChange":
            let open = try self.document(parameters)
            for change in parameters["contentChanges"]?.elements ?? [] {
                try open.change(change["range"], to: change["text"]?.text ?? "")
            }
            publishDiagnostics()
        case "textDocument/didClose":
            guard let uri = document?["uri"]?.text, documents.removeValue(forKey: uri) != nil else { return }
            publish([], for: uri)
            publishDiagnostics()
        default: break
        }
    }

    // MARK: Documents

    /// The open document that a request is about.
    func document(_ parameters: DataTree) throws(ServerError) -> ServerDocument {
        guard let uri = parameters["textDocument"]?["uri"]?.text else {
            throw .invalidParameters("the request names no document")
        }
        guard let document = documents[uri] else { throw .invalidParameters("\(uri) is not open") }
        return document
    }

    /// The open document and the offset that a request is about.
    func place(_ parameters: DataTree) throws(ServerError) -> (document: ServerDocument, offset: Int) {
        let document = try document(parameters)
        return (document, try document.offset(of: parameters["position"]))
    }

    /// A file as the editor shows it, else as it is on disk.
    func document(atPath path: String) -> ServerDocument? {
        if let open = documents.values.first(where: { $0.source.name == path }) { return open }
        guard Folder.entry(at: path) == .file,
            let bytes = try? FileContents.read(path, limit: ServerDocument.maximumFile)
        else { return nil }
        return ServerDocument(uri: DocumentAddress.uri(of: path), text: bytes)
    }

    /// The module that an import of a document means.
    func module(_ importPath: String, from document: ServerDocument) -> ServerDocument? {
        ModulePaths.resolve(importPath, from: document.source.name, library: libraryFolders)
            .flatMap { self.document(atPath: $0) }
    }

    var libraryFolders: [String] { environment.searchPath + (StandardLibrary.folder.map { [$0] } ?? []) }
}

extension ServerDocument {
    /// A file that is not open is read up to this size.
    static let maximumFile = 4 << 20
}
