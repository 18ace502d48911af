final class Machine {
    init(heap: Heap, interpreter: Interpreter) {}
    func call(_ function: Value, _ arguments: UnsafePointer<Value>, _ count: Int) throws -> Value { .null }
    func checkInterruption() throws {}
}
