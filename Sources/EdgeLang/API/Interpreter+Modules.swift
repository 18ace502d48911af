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

    /// Modules that have errors themselves.
    var broken: Set<String> = []

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

    /// What is known of a text before it is compiled.
    struct Analysis {
        let file: FileID
        let program: Program
        /// Nil where the text was not looked at further.
        var resolution: Resolution?
        var notes: CheckNotes?
        /// Of the text and, before that, of what it imports.
        var diagnostics: [Diagnostic]

        /// Whether something that is imported cannot be used.
        var lacksModule = false

        var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
    }

    /// Reads and checks a text and everything it imports.
    ///
    /// - Parameter forEditor: Whether uses and types are to be written down, and the text looked at as far as possible
    ///   where it has errors.
    func analyze(_ source: SourceFile, mode: Mode, forEditor: Bool = false) -> Analysis {
        // A module that could not be used may have been mended since the last text.
        if modules.pending.isEmpty { modules.broken = [] }
        let file = sources.add(source)
        let parsed = Parser.parse(source, as: file, options: ParserOptions(isPrompt: mode == .entry))
        var analysis = Analysis(file: file, program: parsed.program, diagnostics: parsed.diagnostics)
        guard parsed.isValid || forEditor else { return analysis }
        var interfaces: [String: ModuleInterface] = [:]
        var problems: [Diagnostic] = []
        for module in parsed.program.imports {
            do throws(Failure) {
                interfaces[module.path] = try readModule(module, from: source, file)
            } catch {
                problems += error.diagnostics
                analysis.lacksModule = true
            }
        }
        let options = ResolverOptions(
            builtins: BuiltinSignatures(specs), hostTypes: { [unowned self] in knownHostTypes },
            declaresGlobals: mode == .entry, globals: globalInfos, modules: interfaces)
        var (resolution, found) = Resolver.resolve(parsed.program, options: options)
        if checksTypes {
            let outcome = Checker.check(
                parsed.program, resolution, options: options, found: found, isEntry: mode == .entry,
                collectsNotes: forEditor)
            found = (found + outcome.diagnostics).sorted { $0.span.start < $1.span.start }
            resolution.interface.types = outcome.exports
            analysis.notes = outcome.notes
        }
        analysis.resolution = resolution
        // What is not written to its end may be misunderstood: then only the errors of the parser are shown.
        analysis.diagnostics = problems + parsed.diagnostics + (parsed.isValid ? found : [])
        return analysis
    }

    /// Reads, checks and compiles a text and everything it imports. Nothing runs.
    func prepare(
        _ source: SourceFile, mode: Mode, collectsTests: Bool, isModule: Bool = false
    ) throws(Failure) -> Prepared {
        let analysis = analyze(source, mode: mode)
        guard analysis.isValid, !analysis.lacksModule, let resolution = analysis.resolution else {
            throw Failure(stage: .compile, diagnostics: analysis.diagnostics)
        }
        do throws(Diagnostic) {
            let unit = try Compiler.compile(
                analysis.program, resolution, heap: heap, specs: specs, collectsTests: collectsTests,
                isModule: isModule, globalBox: { [unowned self] in globalBox($0) })
            machine.units.append(unit)
            return Prepared(
                unit: unit, resolution: resolution, warnings: analysis.diagnostics,
                endsInExpression: analysis.program.body.result != nil)
        } catch {
            throw Failure(stage: .compile, diagnostics: analysis.diagnostics + [error])
        }
    }

    // MARK: Modules

    private func readModule(
        _ module: ImportDeclaration, from source: SourceFile, _ file: FileID
    ) throws(Failure) -> ModuleInterface {
        let path: String?
        do {
            path = try findModule(module.path, from: source)
        } catch {
            throw moduleFailure(module, RuntimeError.wrapping(error).diagnostic)
        }
        guard let path else {
            throw moduleFailure(
                module, "there is no module `\(module.path)`",
                hint: "a path that begins with `./` is looked up beside this file, others in the library")
        }
        modules[file, module.path] = path
        if let known = modules.modules[path] { return known.interface }
        // Its errors have been shown where it was imported first.
        if modules.broken.contains(path) { throw Failure(stage: .compile, diagnostics: []) }
        if let first = modules.pending.firstIndex(where: { $0.path == path }) {
            let cycle = modules.pending[first...].map(\.name) + [modules.pending[first].name]
            throw moduleFailure(
                module, "modules import each other in a cycle: " + cycle.joined(separator: " → "), hint: nil)
        }
        guard let bytes = Interpreter.read(path) else {
            throw moduleFailure(module, "cannot read `\(path)`", hint: nil)
        }
        modules.pending.append((path, module.path))
        defer { modules.pending.removeLast() }
        let prepared: Prepared
        do throws(Failure) {
            prepared = try prepare(
                SourceFile(name: path, bytes: bytes), mode: .script, collectsTests: false, isModule: true)
        } catch {
            modules.broken.insert(path)
            throw error
        }
        modules.modules[path] = ModuleTable.Module(
            name: module.path, unit: prepared.unit, interface: prepared.resolution.interface, value: nil)
        return prepared.resolution.interface
    }

    private func moduleFailure(_ module: ImportDeclaration, _ diagnostic: Diagnostic) -> Failure {
        var diagnostic = diagnostic
        diagnostic.labels = [Diagnostic.Label(module.pathSpan)]
        return Failure(stage: .compile, diagnostics: [diagnostic])
    }

    private func moduleFailure(_ module: ImportDeclaration, _ message: String, hint: String?) -> Failure {
        Failure(
            stage: .compile,
            diagnostics: [
                Diagnostic(
                    code: .moduleError, message, labels: [Diagnostic.Label(module.pathSpan)], hint: hint)
            ])
    }

    /// The real path of a module's file; nil where there is none.
    ///
    /// - Throws: What a place may not be looked at for, where none of the others has it.
    private func findModule(_ path: String, from source: SourceFile) throws -> String? {
        let name = path.hasSuffix(".edge") ? path : path + ".edge"
        var refusal: (any Error)?
        for place in places(of: name, from: source) {
            do {
                try authorize?(.readFile(place))
            } catch {
                refusal = refusal ?? error
                continue
            }
            if let found = Interpreter.realPath(place) { return found }
        }
        if let refusal { throw refusal }
        return nil
    }

    private func places(of name: String, from source: SourceFile) -> [String] {
        if name.hasPrefix("/") { return [name] }
        if name.hasPrefix("./") || name.hasPrefix("../") {
            let folder = source.name.lastIndex(of: "/").map { String(source.name[...$0]) } ?? ""
            return [folder + name]
        }
        return modulePath.map { $0 + "/" + name }
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

extension ValueType {
    /// The name of a type of host objects.
    var hostName: String? {
        if case .host(let name) = self { name } else { nil }
    }
}
