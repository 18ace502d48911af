import EdgeData
import EdgeLang
import EdgeProtocols

/// What a session knows: the functions of the language, the variables of its entries with their values, and the library.
struct SessionSource: CompletionSource {
    let interpreter: Interpreter
    let searchFolders: [String]

    var functions: [String] { interpreter.specs.names }
    var variables: [String] { interpreter.globals.map(\.name) }
    var moduleFolders: [String] { interpreter.modulePath }
    var protocols: [String] { profiles("protocols") }
    var devices: [String] { profiles("devices") }
    var schemes: [String] { EndpointURL.ports.map { $0.scheme + "://" } }

    func signature(of function: String) -> Signature? {
        let path = function.split(separator: ".").map(String.init)
        if path.count == 1 {
            if let global = interpreter.globals.last(where: { $0.name == function }) { return global.signature }
            return interpreter.spec(named: function)?.signature
        }
        // A function of a module, or one that a record holds.
        let value = value(at: ValuePath(name: path[0], steps: path.dropFirst().map { .field($0) }))
        let names = value.flatMap(interpreter.parameterNames)
        return names.map { Signature(name: function, parameters: $0.map { ParameterSignature(name: $0) }) }
    }

    func listChoices(of parameter: String, in function: String) -> [String] {
        let declared = interpreter.spec(named: function)?.parameters.first { $0.name == parameter }
        return declared.map { SessionSource.listChoices($0.typeDescription) } ?? []
    }

    func fields(of path: ValuePath) -> [String] { value(at: path).map(interpreter.fieldNames) ?? [] }

    /// Follows lists and records; a host object is not asked for its fields, since computing one may take long.
    private func value(at path: ValuePath) -> Value? {
        var value = interpreter.global(named: path.name)
        for step in path.steps {
            guard let current = value else { return nil }
            switch step {
            case .field(let name): value = interpreter.field(of: current, named: name)
            case .index(let index): value = interpreter.element(of: current, at: index)
            }
        }
        return value
    }

    private func profiles(_ folder: String) -> [String] {
        guard let library = StandardLibrary.folder else { return [] }
        let names = FileCandidates.entries(beginning: "\(library)/\(folder)/").map(\.name)
        return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("_") }.map { String($0.dropLast(5)) }
    }
}
