import Glibc

/// Runs compiled functions.
///
/// A frame is a window of registers on one large stack. Calls of script functions do not recurse natively: `run` keeps where it is in local variables
/// and saves them in an array of frames. Only a built-in function that calls back runs `run` again, on the same stacks above the registers in use.
///
/// What Swift code outside of `run` must know of the running frame (`code`, `base`, `position`, `closure`) is stored whenever it leaves the loop:
/// before a built-in function, a collection, or an error.
final class Machine {
    /// What a call saves of its caller.
    struct Frame {
        var code: UnsafeMutablePointer<FunctionCode>
        var closure: RawCell
        var base: UnsafeMutablePointer<Value>
        /// The word behind the call.
        var position: UnsafeMutablePointer<UInt64>
    }

    /// Nested runs of the loop; each takes native stack.
    static let deepestNesting = 160
    private static let stackCapacity = 1 << 21
    /// Loop turns and calls between two looks at the clock and the cancellation flag.
    static let pollInterval = 4096

    let heap: Heap
    /// Owns the machine, and so outlives it.
    unowned(unsafe) let interpreter: Interpreter
    let context: CallContext

    /// The registers of all frames.
    let stack: UnsafeMutablePointer<Value>
    let stackEnd: UnsafeMutablePointer<Value>
    /// Registers from here on have never been in use since the last collection.
    var stackLimit: UnsafeMutablePointer<Value>
    let frames: UnsafeMutablePointer<Frame>
    /// The saved frames.
    var frameCount = 0
    var frameLimit: Int
    private let frameCapacity: Int
    private var nesting = 0

    // The running frame, as of the last time the loop was left.
    var code: UnsafeMutablePointer<FunctionCode>?
    var closure: RawCell?
    var base: UnsafeMutablePointer<Value>
    var position: UnsafeMutablePointer<UInt64>?
    /// The closure whose parameters `callSlowly` has brought into place.
    var arrangedCallee: RawCell

    /// The built-in functions' bodies, in the order of the interpreter's specs.
    let builtins: UnsafeMutablePointer<BuiltinEntry>
    private let builtinCount: Int
    var budget = Machine.pollInterval
    var steps = 0
    var deadline: Double?
    /// Set once the run ends early, as long as deferred code runs.
    var unwinding: Unwinding?

    var units: [CodeUnit] = []

    /// A built-in function as the loop calls it: through a reference, since a function value in memory would be retained for each call.
    struct BuiltinEntry {
        private var body: Unmanaged<BuiltinBody>

        init(_ body: @escaping BuiltinSpec.RawBody) { self.body = .passRetained(BuiltinBody(body)) }

        @inline(__always)
        func call(_ context: CallContext, _ arguments: UnsafeMutablePointer<Value>, _ count: Int) throws -> Value {
            try body._withUnsafeGuaranteedRef { try $0.body(context, arguments, count) }
        }

        func release() { body.release() }
    }

    /// Holds a function value where nothing can replace it.
    final class BuiltinBody {
        let body: BuiltinSpec.RawBody
        init(_ body: @escaping BuiltinSpec.RawBody) { self.body = body }
    }

    init(heap: Heap, interpreter: Interpreter, context: CallContext, specs: BuiltinLibrary, callDepth: Int) {
        self.heap = heap
        self.interpreter = interpreter
        self.context = context
        frameCapacity = 1 << 20
        frameLimit = min(max(callDepth, 1), frameCapacity)
        stack = Machine.reserve(Machine.stackCapacity)
        stackEnd = stack + Machine.stackCapacity
        stackLimit = stack
        base = stack
        arrangedCallee = UnsafeMutableRawPointer(stack)
        frames = Machine.reserve(frameCapacity)
        builtinCount = specs.count
        builtins = .allocate(capacity: max(specs.count, 1))
        // A script cannot hold a function before the resolver has asked for it, which makes it.
        for index in 0..<builtinCount { (builtins + index).initialize(to: BuiltinEntry { _, _, _ in .null }) }
        specs.onMade = { [builtins] index, spec in
            builtins[index].release()
            builtins[index] = BuiltinEntry(spec.body)
        }
    }

    deinit {
        munmap(stack, Machine.stackCapacity * MemoryLayout<Value>.stride)
        munmap(frames, frameCapacity * MemoryLayout<Frame>.stride)
        for index in 0..<builtinCount { builtins[index].release() }
        builtins.deallocate()
    }

    /// Address space that the system fills with zeros when it is touched.
    private static func reserve<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
        let size = count * MemoryLayout<Element>.stride
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            memory != MAP_FAILED
        else { fatalError("the system has no address space left") }
        return memory.bindMemory(to: Element.self, capacity: count)
    }

    // MARK: Entering

    /// Gets ready for a run: limits count from here.
    func begin(_ limits: Limits) {
        frameLimit = min(max(limits.callDepth, 1), frameCapacity)
        heap.state.pointee.limit = limits.memory
        steps = limits.steps ?? Int.max
        deadline = limits.seconds.map { Moment.now.seconds + $0 }
        budget = min(Machine.pollInterval, steps)
        unwinding = nil
        frameCount = 0
        nesting = 0
        code = nil
        base = stack
    }

    /// Calls any function value from outside of the loop.
    func call(_ function: Value, _ arguments: UnsafePointer<Value>, _ count: Int) throws -> Value {
        let start = code.map { base + $0.pointee.registerCount } ?? base
        if function.meta == Value.builtinMeta {
            return try callBuiltin(function, arguments, count, labels: nil)
        }
        guard function.meta == Value.closureMeta else { throw notCallable(function) }
        let target = function.closure.pointee.code
        try reserveRegisters(start, target.pointee.registerCount + count)
        for index in 0..<count { start[index] = arguments[index] }
        if count != target.pointee.directCount { try arrange(target, start, count, labels: nil) }
        return try enter(target, function.cell, start)
    }

    /// Runs a function whose parameters lie in place.
    func enter(
        _ target: UnsafeMutablePointer<FunctionCode>, _ closure: RawCell, _ start: UnsafeMutablePointer<Value>
    ) throws -> Value {
        if nesting >= Machine.deepestNesting { throw nestedTooDeep() }
        nesting += 1
        let saved = (code, self.closure, base, position, frameCount)
        defer {
            (code, self.closure, base, position, frameCount) = saved
            nesting -= 1
        }
        // A frame for the caller, so that tracebacks and collections see it.
        if let code = saved.0, let closure = saved.1, let position = saved.3 {
            if frameCount >= frameLimit { throw tooDeep() }
            frames[frameCount] = Frame(code: code, closure: closure, base: saved.2, position: position)
            frameCount += 1
        }
        return try run(target, closure, start)
    }

    /// Throws unless the registers can be used.
    @inline(__always)
    func reserveRegisters(_ start: UnsafeMutablePointer<Value>, _ count: Int) throws {
        if _slowPath(stackLimit < start + count) { try raiseStackLimit(start + count) }
    }

    @inline(never)
    func raiseStackLimit(_ needed: UnsafeMutablePointer<Value>) throws {
        if needed > stackEnd { throw tooDeep() }
        stackLimit = min(needed + 1024, stackEnd)
    }

    // MARK: Interruption

    /// Throws if the run should end.
    func checkInterruption() throws {
        if interpreter.cancellation.isCancelled { throw RuntimeError.cancelledByUser }
        if let deadline, Moment.now.seconds > deadline {
            throw RuntimeError(
                .timeLimit, "the time limit is exceeded", hint: "raise the limit with `--max-time`")
        }
    }

    /// Called when the budget is used up: counts steps, looks at clock and flag, and gives a new budget.
    @inline(never)
    func poll(remaining: Int) throws -> Int {
        steps -= Machine.pollInterval - remaining
        if steps <= 0 {
            throw RuntimeError(
                .stepLimit, "the step limit is exceeded", hint: "raise the limit with `--max-steps`")
        }
        try checkInterruption()
        return min(Machine.pollInterval, steps)
    }

    // MARK: Collecting

    /// Collects, with everything as roots that a frame up to `top` or the interpreter holds.
    @inline(never)
    func collect(_ top: UnsafeMutablePointer<Value>, _ closure: RawCell, _ frameCount: Int) throws {
        heap.collect {
            var register = stack
            while register < top {
                heap.mark(register.pointee)
                register += 1
            }
            heap.mark(cell: closure)
            for index in 0..<frameCount { heap.mark(cell: frames[index].closure) }
            for unit in units {
                for index in 0..<unit.count {
                    let code = unit.functions[index]
                    for constant in 0..<code.pointee.constantCount { heap.mark(code.pointee.constants[constant]) }
                    heap.mark(code.pointee.staticClosure)
                    for pattern in code.pointee.info.rangePatterns {
                        if let lower = pattern.lower { heap.mark(lower) }
                        if let upper = pattern.upper { heap.mark(upper) }
                    }
                }
            }
            interpreter.markRoots()
        }
        // What lies above was dead before and may now point to freed cells.
        if stackLimit > top {
            top.update(repeating: .null, count: stackLimit - top)
            stackLimit = min(max(top + 1024, top), stackEnd)
        }
        if heap.byteCount > heap.state.pointee.limit {
            throw RuntimeError.memoryLimit(asked: 0, limit: heap.state.pointee.limit)
        }
    }
}
