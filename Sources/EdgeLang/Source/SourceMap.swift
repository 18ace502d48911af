/// All texts one interpreter has read, so that a span finds its text long after parsing.
public struct SourceMap: Sendable {
    private var files: [SourceFile] = []

    public init() {}

    /// Adds a text and names it.
    public mutating func add(_ file: SourceFile) -> FileID {
        files.append(file)
        return FileID(files.count - 1)
    }

    /// The file of that name, or nil for `FileID.none` and for names of other maps.
    public subscript(id: FileID) -> SourceFile? {
        files.indices.contains(Int(id.index)) ? files[Int(id.index)] : nil
    }

    /// The text a span covers; empty where it points nowhere.
    public func text(of span: Span) -> String {
        self[span.file]?.text(of: span) ?? ""
    }
}
