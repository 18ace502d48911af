import EdgeLang

/// What `CodeCompleter` knows of the world around a text. None of it may run code of the user.
protocol CompletionSource {
    /// Functions of the language.
    var functions: [String] { get }
    /// What the text itself, or earlier entries, have declared.
    var variables: [String] { get }
    /// Folders in which `import "std/x"` is looked for.
    var moduleFolders: [String] { get }
    /// Folders in which models and data are looked for besides the working directory.
    var searchFolders: [String] { get }
    /// The names of the grammars that the program brings along.
    var protocols: [String] { get }
    /// The names of the device profiles that the program brings along.
    var devices: [String] { get }
    /// The beginnings of addresses that can be connected to: `mqtt://`.
    var schemes: [String] { get }

    /// What calls of a function are checked against.
    func signature(of function: String) -> Signature?
    /// The strings that may stand in a list given for a parameter; empty where every string may.
    func listChoices(of parameter: String, in function: String) -> [String]
    /// The names that may follow a dot behind a value.
    func fields(of value: ValuePath) -> [String]
}

extension CompletionSource {
    /// The choices that help names for the elements of a list: `list of "ets" | "theta"`.
    static func listChoices(_ type: String) -> [String] {
        guard type.hasPrefix("list of \"") else { return [] }
        let parts = type.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        return parts.filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}

/// A value as one reaches it without computing anything: `plant.pumps[2].limits`.
struct ValuePath: Equatable {
    enum Step: Equatable {
        case field(String)
        case index(Int)
    }

    /// The variable it begins with.
    var name: String
    var steps: [Step] = []
}
