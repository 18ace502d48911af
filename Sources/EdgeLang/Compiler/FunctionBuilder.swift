/// Collects the instructions of one function and hands out its registers.
final class FunctionBuilder {
    /// A place in the code that jumps name before it is known.
    struct Label {
        fileprivate let index: Int
    }

    let details: FunctionDetails
    private let heap: Heap
    private(set) var words: [UInt64] = []
    private var constants: [Value] = []
    private var constantIndex: [ConstantKey: Int] = [:]
    private var labels: [Int?] = []
    private var jumps: [(word: Int, label: Int)] = []

    /// The first register that is free.
    var nextRegister = 0
    private var registerCount = 0
    /// The text that the next instructions are made from.
    var span: Span
    /// Set when the function needs more than an instruction can name.
    private(set) var overflow: String?

    private struct ConstantKey: Hashable {
        let bits: UInt64
        let meta: UInt32
    }

    init(details: FunctionDetails, heap: Heap) {
        self.details = details
        self.heap = heap
        span = details.span
    }

    var position: Int { words.count }

    // MARK: Registers

    func allocate(_ count: Int = 1) -> Int {
        let register = nextRegister
        nextRegister += count
        if nextRegister > registerCount { registerCount = nextRegister }
        if nextRegister > Instruction.largestRegister {
            overflow = overflow ?? "more than \(Instruction.largestRegister) values at once"
            nextRegister = 1
            return 0
        }
        return register
    }

    // MARK: Instructions

    func emit(_ operation: Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
        if c > Instruction.largestC { overflow = overflow ?? "more than \(Instruction.largestC) constants" }
        append(Instruction.word(operation, a, b, c))
    }

    func append(_ word: UInt64) {
        words.append(word)
        details.spans.append((span.start, span.end))
    }

    /// A constant's number.
    func constant(_ value: Value) -> Int {
        let key = ConstantKey(bits: value.bits, meta: value.meta)
        if let known = constantIndex[key] { return known }
        constants.append(value)
        constantIndex[key] = constants.count - 1
        return constants.count - 1
    }

    /// The number of a string that is used as a key or a text; it is interned, and so equal texts are one cell. Swift's `==`
    /// would not do: to it two spellings of `é` are the same.
    func constant(_ text: String) -> Int {
        constant(Value(cell: heap.intern(text), meta: Value.stringMeta))
    }

    // MARK: Jumps

    func makeLabel() -> Label {
        labels.append(nil)
        return Label(index: labels.count - 1)
    }

    /// Puts a label here.
    func place(_ label: Label) { labels[label.index] = words.count }

    func jump(_ operation: Operation, _ a: Int = 0, _ b: Int = 0, to label: Label) {
        jumps.append((words.count, label.index))
        emit(operation, a, b)
    }

    /// Adds code that runs when an instruction between the two positions fails.
    func addHandler(from start: Int, to end: Int, target: Int, register: Int, isDeferred: Bool) {
        if start < end {
            details.handlers.append(
                FunctionDetails.Handler(
                    start: start, end: end, target: target, register: register, isDeferred: isDeferred))
        }
    }

    // MARK: The end

    /// Moves the code to memory of the VM.
    func finish(
        into code: UnsafeMutablePointer<FunctionCode>,
        functions: UnsafeMutablePointer<UnsafeMutablePointer<FunctionCode>>, isStatic: Bool
    ) {
        for (word, label) in jumps {
            // Distances count from the instruction behind the jump.
            let distance = (labels[label] ?? word + 1) - (word + 1)
            if !Instruction.signedCRange.contains(distance) { overflow = overflow ?? "a jump that is too long" }
            words[word] |= UInt64(truncatingIfNeeded: distance & 0xFF_FFFF) << 40
        }
        let wordMemory = UnsafeMutablePointer<UInt64>.allocate(capacity: max(words.count, 1))
        wordMemory.initialize(from: words, count: words.count)
        let constantMemory = UnsafeMutablePointer<Value>.allocate(capacity: max(constants.count, 1))
        constantMemory.initialize(from: constants, count: constants.count)
        let captures = UnsafeMutablePointer<FunctionDetails.CaptureSource>.allocate(
            capacity: max(details.captures.count, 1))
        captures.initialize(from: details.captures, count: details.captures.count)
        let parameters = details.parameters
        code.initialize(
            to: FunctionCode(
                words: wordMemory, constants: constantMemory, constantCount: constants.count, wordCount: words.count,
                registerCount: registerCount + 1, parameterCount: parameters.count,
                directCount: parameters.contains { $0.isLabelOnly } ? -1 : parameters.count, captures: captures,
                captureCount: details.captures.count, staticClosure: .null,
                functions: functions, details: Unmanaged.passRetained(details)))
        if isStatic {
            let cell = heap.allocate(size: ClosureCell.capturesOffset, kind: Value.Kind.closure.rawValue)
            cell.assumingMemoryBound(to: ClosureCell.self).pointee.code = code
            code.pointee.staticClosure = Value(cell: cell, meta: Value.closureMeta)
        }
    }
}
