/// A compiled function as the VM reads it: plain pointers. Its `CodeUnit` owns the memory and lives as long as the interpreter.
struct FunctionCode {
    var words: UnsafeMutablePointer<UInt64>
    var constants: UnsafeMutablePointer<Value>
    var constantCount: Int
    var wordCount: Int
    var registerCount: Int
    var parameterCount: Int
    /// How many arguments by position need no look at the parameters, -1 if there is no such number.
    var directCount: Int
    /// How a closure of the function is filled.
    var captures: UnsafeMutablePointer<FunctionDetails.CaptureSource>
    var captureCount: Int
    /// The one closure of a function that captures nothing.
    var staticClosure: Value
    /// Functions of the same unit, by number.
    var functions: UnsafeMutablePointer<UnsafeMutablePointer<FunctionCode>>
    var details: Unmanaged<FunctionDetails>

    var info: FunctionDetails { details._withUnsafeGuaranteedRef { $0 } }
}

/// What the VM needs of a function only now and then.
final class FunctionDetails {
    struct Parameter {
        var name: String
        var isLabelOnly: Bool
        var hasDefault: Bool
    }

    /// Code that runs when an instruction of a range fails. Inner ranges come first.
    struct Handler {
        var start: Int
        var end: Int
        var target: Int
        /// Where the error goes.
        var register: Int
        /// Whether it was deferred, and so runs behind errors too that no `catch` sees.
        var isDeferred: Bool
    }

    struct RangePattern {
        var lower: Value?
        var upper: Value?
        var isClosed: Bool
    }

    struct Annotation {
        var types: [ValueType]
        /// What was checked: `parameter \`x\``.
        var subject: String
    }

    enum CaptureSource {
        case register(Int)
        case capture(Int)
        case running
    }

    let name: String?
    let file: FileID
    let span: Span
    var parameters: [Parameter] = []
    /// Start and end offset of the text of each word.
    var spans: [(start: UInt32, end: UInt32)] = []
    var handlers: [Handler] = []
    var rangePatterns: [RangePattern] = []
    var annotations: [Annotation] = []
    var labelLists: [[String?]] = []
    var keyLists: [[UnsafeMutablePointer<StringCell>]] = []
    var modulePaths: [String] = []
    /// Names of variables, by the position of the word that reads them, for "used before it has a value".
    var variableNames: [Int: String] = [:]
    /// How a closure of this function is filled; the VM reads its copy in `FunctionCode`.
    var captures: [CaptureSource] = []

    init(name: String?, file: FileID, span: Span) {
        self.name = name
        self.file = file
        self.span = span
    }

    /// The text an instruction was made from.
    func span(at word: Int) -> Span {
        guard spans.indices.contains(word) else { return .none }
        return Span(file: file, start: Int(spans[word].start), end: Int(spans[word].end))
    }
}

/// All functions of one program, in memory that the VM can point into.
final class CodeUnit {
    let functions: UnsafeMutablePointer<UnsafeMutablePointer<FunctionCode>>
    let count: Int

    init(count: Int) {
        self.count = count
        functions = .allocate(capacity: max(count, 1))
    }

    deinit {
        for index in 0..<count {
            let code = functions[index]
            code.pointee.words.deallocate()
            code.pointee.constants.deallocate()
            code.pointee.captures.deallocate()
            code.pointee.details.release()
            code.deallocate()
        }
        functions.deallocate()
    }

    var main: UnsafeMutablePointer<FunctionCode> { functions[0] }
}
