/// What a built-in function sees of the interpreter that calls it: it makes values, calls functions of the script, prints,
/// reports progress and asks whether it may go on.
public final class CallContext {
    let heap: Heap
    unowned let interpreter: Interpreter
    /// The interpreter's machine; set before anything runs.
    var machine: Unmanaged<Machine>?
    /// Random numbers of this interpreter, in an order that its seed determines.
    public var random: RandomSource

    init(heap: Heap, interpreter: Interpreter, seed: UInt64) {
        self.heap = heap
        self.interpreter = interpreter
        random = RandomSource(seed: seed)
    }

    // MARK: Calling back

    /// Calls a function of the script.
    ///
    /// Values that the built-in function holds and that none of its arguments reaches have to be parked before (`park`): a collection may happen.
    public func call(_ function: Function, _ argument: Value) throws -> Value {
        try withUnsafePointer(to: argument) { try call(function, $0, 1) }
    }

    /// Calls a function of the script with two arguments.
    public func call(_ function: Function, _ first: Value, _ second: Value) throws -> Value {
        let pair = (first, second)
        return try withUnsafePointer(to: pair) { pair in
            try pair.withMemoryRebound(to: Value.self, capacity: 2) {
                try call(function, $0, 2)
            }
        }
    }

    /// Calls a function of the script with any count of arguments.
    public func call(_ function: Function, _ arguments: [Value]) throws -> Value {
        try arguments.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                var nothing = Value.null
                return try call(function, &nothing, 0)
            }
            return try call(function, base, buffer.count)
        }
    }

    @inline(__always)
    private func call(_ function: Function, _ arguments: UnsafePointer<Value>, _ count: Int) throws -> Value {
        try machine.unsafelyUnwrapped._withUnsafeGuaranteedRef { try $0.call(function.value, arguments, count) }
    }

    /// Keeps a value alive until the built-in function returns.
    @inline(__always)
    public func park(_ value: Value) {
        if value.isHeap { heap.state.pointee.parked.append(value) }
    }

    // MARK: Making values

    /// A string.
    public func string(_ text: String) -> Value { heap.makeString(text) }
    /// Bytes.
    public func bytes(_ bytes: [UInt8]) -> Value { ByteString(bytes).encode(self) }
    /// A list of values; lists and records among them may be held by other places too.
    public func list(_ elements: [Value]) -> Value { heap.makeList(elements) }
    /// A record of values, its keys in order.
    public func record(_ fields: [(key: String, value: Value)]) -> Value {
        let record = heap.makeRecord(capacity: fields.count)
        for field in fields {
            field.value.markShared()
            heap.set(record.record, field.key, field.value)
        }
        return record
    }
    /// An object of the host.
    public func host(_ object: any HostObject) -> Value { heap.makeHost(object) }

    // MARK: Talking to the outside

    /// Writes to the standard output of the script, as it is.
    public func write(_ text: String) { interpreter.writeOutput(text) }
    /// Warns the user.
    public func warn(_ text: String) { interpreter.writeWarning(text) }
    /// Says how far a long piece of work has come: from 0 to 1, or nil where that is not known.
    public func progress(_ fraction: Double?, _ text: String) { interpreter.reportProgress?(fraction, text) }
    /// Whether somebody wants to see progress: making the text may cost something.
    public var wantsProgress: Bool { interpreter.reportProgress != nil }

    /// Throws if the user has cancelled or the time is up. Whatever takes longer than a blink asks every few milliseconds.
    /// What was printed so far reaches its reader first: whoever asks may be about to wait.
    public func checkCancellation() throws {
        interpreter.flushOutput()
        try interpreter.machine.checkInterruption()
    }
    /// The flag behind `checkCancellation`, for work on other threads.
    public var cancellation: Cancellation { interpreter.cancellation }

    /// Throws unless the policy of the interpreter allows it. Call it before touching a file, a socket or a program.
    public func authorize(_ access: Access) throws { try interpreter.authorize?(access) }
    /// Whether there is such a policy: asking for each of many files may cost something.
    public var isRestricted: Bool { interpreter.authorize != nil }

    // MARK: Showing values

    /// A value as people read it.
    public func display(_ value: Value, _ options: DisplayOptions = DisplayOptions()) -> String {
        interpreter.display(value, options)
    }

    /// What messages call the type of a value: `list`, `duration`, `model`.
    public func typeName(_ value: Value) -> String { value.typeName }
}

/// What a script wants to reach outside of the interpreter.
public enum Access: Sendable, Hashable {
    case readFile(String)
    case writeFile(String)
    case network(host: String, port: Int)
    /// By its name where it is looked for along `PATH`.
    case runProgram(String)
    /// A variable of the environment.
    case environment(String)
}
