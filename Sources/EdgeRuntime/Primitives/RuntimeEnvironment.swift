import EdgeData
import EdgeLang

/// What primitives know of the program that runs them.
public struct RuntimeEnvironment: Sendable {
    /// What the user wrote behind the script's name.
    public var arguments: [String]
    /// The folder of the script that runs; nil where the code came from elsewhere.
    public var scriptFolder: String?
    /// Folders in which models and data are looked for after the working directory and the script's.
    public var searchPath: [String]

    public init(arguments: [String] = [], scriptFolder: String? = nil, searchPath: [String] = []) {
        self.arguments = arguments
        self.scriptFolder = scriptFolder
        self.searchPath = searchPath
    }

    /// Finds what a script names: as it stands in the working directory, in the script's folder, along the search path; in each
    /// as it is written, then with each of the endings.
    ///
    /// - Parameter authorize: Throws for a path that the script may not read; such a place is not looked at.
    /// - Returns: the path, which may be read, or nil with all that was tried.
    /// - Throws: the refusal of the first place where nothing is found and something may not be looked at.
    func find(
        _ name: String, endings: [String] = [], authorize: (Access) throws -> Void
    ) throws -> (path: String?, tried: [String]) {
        var refusal: (any Error)?
        let folders = name.hasPrefix("/") ? [""] : [""] + (scriptFolder.map { [$0] } ?? []) + searchPath
        var tried: [String] = []
        for folder in folders {
            for ending in [""] + endings {
                let path = Folder.join(folder, name + ending)
                guard !tried.contains(path) else { continue }
                tried.append(path)
                do {
                    try authorize(.readFile(path))
                } catch {
                    refusal = refusal ?? error
                    continue
                }
                // A folder does not hide the file of the same name with an ending.
                let entry = Folder.entry(at: path)
                if entry == .file || (entry == .folder && endings.isEmpty) { return (path, tried) }
            }
        }
        if let refusal { throw refusal }
        return (nil, tried)
    }
}
