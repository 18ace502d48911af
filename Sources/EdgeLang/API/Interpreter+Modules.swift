import Glibc

/// The modules an interpreter has read, by the real path of their files.
struct ModuleTable {
    struct Module {
        var name: String
        var unit: CodeUnit
        var interface: ModuleInterface
        /// The record of its exports, once it has run.
        var value: Value?
    }

    private struct Use: Hashable {
        var file: FileID
        var path: String
    }

    var modules: [String: Module] = [:]
    private var uses: [Use: String] = [:]
    /// Modules that are being read or run, with the names to show in an error: a second time is a cycle.
    var pending: [(path: String, name: String)] = []

    var values: [Value] { modules.values.compactMap(\.value) }

    /// What `path` in a file means.
    subscript(file: FileID, path: String) -> String? {
        get { uses[Use(file: file, path: path)] }
        set { uses[Use(file: file, path: path)] = newValue }
    }
}

extension Interpreter {
    /// A text that is ready to run.
    struct Prepared {
        var unit: CodeUnit
        var resolution: Resolution
        var warnings: [Diagnostic]
        var endsInExpression: Bool
    }

    /// Reads, checks and compiles a text and everything it imports. Nothing runs.
    func prepare(
        _ source: SourceFile, mode: Mode, collectsTests: Bool, isModule: Bool = false
    ) throws(Failure) -> Prepared {
        let file = sources.add(source)
        let parsed = Parser.parse(source, as: file, options: ParserOptions(isPrompt: mode == .entry))
        if !parsed.isValid { throw Failure(stage: .compile, diagnostics: parsed.diagnostics) }
        var interfaces: [String: ModuleInterface] = [:]
        for module in parsed.program.imports {
            interfaces[module.path] = try readModule(module, from: source, file)
        }
        let options = ResolverOptions(
            builtins: BuiltinSignatures(specs), hostTypes: { [unowned self] in knownHostTypes },
            declaresGlobals: mode == .entry, globals: globalInfos,
            modules: interfaces)
        let (resolution, found) = Resolver.resolve(parsed.program, options: options)
        let diagnostics = parsed.diagnostics + found
        if diagnostics.contains(where: { $0.severity == .error }) {
            throw Failure(stage: .compile, diagnostics: diagnostics)
        }
        do throws(Diagnostic) {
            let unit = try Compiler.compile(
                parsed.program, resolution, heap: heap, specs: specs, collectsTests: collectsTests, isModule: isModule,
                globalBox: { [unowned self] in globalBox($0) })
            machine.units.append(unit)
            return Prepared(
                unit: unit, resolution: resolution, warnings: diagnostics,
                endsInExpression: parsed.program.body.result != nil)
        } catch {
            throw Failure(stage: .compile, diagnostics: diagnostics + [error])
        }
    }

    // MARK: Modules

    private func readModule(
        _ module: ImportDeclaration, from source: SourceFile, _ file: FileID
    ) throws(Failure) -> ModuleInterface {
        guard let path = findModule(module.path, from: source) else {
            throw moduleFailure(
                module, "there is no module `\(module.path)`",
                hint: "a path that begins with `./` is looked up beside this file, others in the library")
        }
        modules[file, module.path] = path
        if let known = modules.modules[path] { return known.interface }
        if let first = modules.pending.firstIndex(where: { $0.path == path }) {
            let cycle = modules.pending[first...].map(\.name) + [modules.pending[first].name]
            throw moduleFailure(
                module, "modules import each other in a cycle: " + cycle.joined(separator: " → "), hint: nil)
        }
        do {
            try authorize?(.readFile(path))
        } catch {
            throw moduleFailure(module, RuntimeError.wrapping(error).diagnostic.message, hint: nil)
        }
        guard let bytes = Interpreter.read(path) else {
            throw moduleFailure(module, "cannot read `\(path)`", hint: nil)
        }
        modules.pending.append((path, module.path))
        defer { modules.pending.removeLast() }
        let prepared = try prepare(
            SourceFile(name: path, bytes: bytes), mode: .script, collectsTests: false, isModule: true)
        modules.modules[path] = ModuleTable.Module(
            name: module.path, unit: prepared.unit, interface: prepared.resolution.interface, value: nil)
        return prepared.resolution.interface
    }

    private func moduleFailure(_ module: ImportDeclaration, _ message: String, hint: String?) -> Failure {
        Failure(
            stage: .compile,
            diagnostics: [
                Diagnostic(
                    code: .moduleError, message, labels: [Diagnostic.Label(module.pathSpan)], hint: hint)
            ])
    }

    /// The real path of a module's file.
    private func findModule(_ path: String, from source: SourceFile) -> String? {
        let name = path.hasSuffix(".edge") ? path : path + ".edge"
        if path.hasPrefix("/") { return Interpreter.realPath(name) }
        if path.hasPrefix("./") || path.hasPrefix("../") {
            let folder = source.name.lastIndex(of: "/").map { String(source.name[...$0]) } ?? ""
            return Interpreter.realPath(folder + name)
        }
        for folder in modulePath {
            if let found = Interpreter.realPath(folder + "/" + name) { return found }
        }
        return nil
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return ferror(file) == 0 ? bytes : nil }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > SourceFile.maximumLength { return nil }
        }
    }

    /// The exports of a module as a record; the module runs at its first import.
    func importModule(_ path: String, from file: FileID) throws -> Value {
        guard let key = modules[file, path], let module = modules.modules[key] else {
            throw RuntimeError(.moduleError, "there is no module `\(path)`")
        }
        if let value = module.value { return value }
        let main = module.unit.main
        let start = machine.code.map { machine.base + $0.pointee.registerCount } ?? machine.stack
        let value = try machine.enter(main, main.pointee.staticClosure.cell, start)
        value.markShared()
        modules.modules[key]?.value = value
        return value
    }
}

extension ParameterSpec {
    /// The types of host objects it accepts.
    var hostTypes: [String] {
        types.compactMap { type in
            if case .host(let name) = type { name } else { nil }
        }
    }
}
