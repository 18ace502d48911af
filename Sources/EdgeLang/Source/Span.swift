/// Names one source file among those a `SourceMap` holds.
public struct FileID: Hashable, Sendable {
    public let index: Int32

    public init(_ index: Int) {
        self.index = Int32(truncatingIfNeeded: index)
    }

    /// The file of spans that stand for no text: what the program itself made up.
    public static let none = FileID(-1)
}

/// A stretch of source text: a file and a half-open range of UTF-8 offsets in it.
public struct Span: Hashable, Sendable {
    public let file: FileID
    /// Offset of the first byte.
    public let start: UInt32
    /// Offset behind the last byte; never less than `start`.
    public let end: UInt32

    public init(file: FileID, start: Int, end: Int) {
        self.file = file
        self.start = UInt32(clamping: start)
        self.end = max(UInt32(clamping: end), self.start)
    }

    /// A span that points nowhere.
    public static let none = Span(file: .none, start: 0, end: 0)

    /// How many bytes the span covers.
    public var length: Int { Int(end) - Int(start) }

    /// The smallest span that covers both; spans of different files cannot be joined, the first one wins.
    public func joined(with other: Span) -> Span {
        guard file == other.file else { return file == .none ? other : self }
        return Span(file: file, start: Int(min(start, other.start)), end: Int(max(end, other.end)))
    }

    /// The empty span just behind this one.
    public var after: Span { Span(file: file, start: Int(end), end: Int(end)) }
}
