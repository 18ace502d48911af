/// Built-in functions that are declared together.
///
/// Declaring a function costs some ten microseconds, most of it for metadata of its generic types. A program has hundreds of
/// functions and a script uses a handful, so a chapter is made when one of its names is first used.
public struct BuiltinChapter: Sendable {
    /// The names of the functions, in the order `make` gives them.
    let names: [String]
    let make: @Sendable () -> [BuiltinSpec]

    /// A chapter that is made at first use.
    ///
    /// - Parameters:
    ///   - names: What its functions are called, separated by white space, in the order in which `make` gives them.
    ///   - make: Declares the functions.
    public init(_ names: String, _ make: @autoclosure @escaping @Sendable () -> [BuiltinSpec]) {
        self.names = names.split(whereSeparator: \.isWhitespace).map(String.init)
        self.make = make
    }

    /// A chapter of functions that are declared already.
    public init(_ specs: [BuiltinSpec]) {
        names = specs.map(\.name)
        make = { specs }
    }
}

/// The built-in functions of an interpreter, by chapter.
public final class BuiltinLibrary: RandomAccessCollection {
    private let chapters: [BuiltinChapter]
    /// The specs of each chapter, empty until it is made.
    private var made: [[BuiltinSpec]]
    /// By function: its chapter and its place in there.
    private var places: [(chapter: Int, offset: Int)] = []
    /// What the functions are called, in order.
    public let names: [String]
    /// Where a function stands. Of two functions of one name the later one counts.
    let positions: [String: Int]
    /// Is told of functions as they are made.
    var onMade: (Int, BuiltinSpec) -> Void = { _, _ in }

    public init(_ chapters: [BuiltinChapter]) {
        self.chapters = chapters
        made = Array(repeating: [], count: chapters.count)
        names = chapters.flatMap(\.names)
        positions = Dictionary(zip(names, names.indices)) { _, later in later }
        places.reserveCapacity(names.count)
        for (chapter, content) in chapters.enumerated() {
            for offset in content.names.indices { places.append((chapter, offset)) }
        }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { names.count }

    /// A function; makes its chapter where nobody has asked for it yet.
    public subscript(position: Int) -> BuiltinSpec {
        let (chapter, offset) = places[position]
        if made[chapter].isEmpty {
            made[chapter] = chapters[chapter].make()
            precondition(
                made[chapter].map(\.name) == chapters[chapter].names,
                "a chapter's names are those of its functions: \(made[chapter].map(\.name).joined(separator: " "))")
            let first = position - offset
            for (offset, spec) in made[chapter].enumerated() { onMade(first + offset, spec) }
        }
        return made[chapter][offset]
    }

    /// The function of that name.
    public subscript(name: String) -> BuiltinSpec? { positions[name].map { self[$0] } }
}
