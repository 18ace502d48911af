/// The addresses of all steps in one table, and the flags of all inputs in another.
struct AddressTable {
    private struct Entry {
        var starts: [Int] = []
        var flags = 0
    }

    private var addresses: [UnsafeMutableRawPointer] = []
    private var flags: [Bool] = []
    private var entries: [Entry] = []

    /// Begins the next step.
    mutating func begin() { entries.append(Entry(starts: [], flags: flags.count)) }

    /// Adds a group of the step: inputs, outputs, gradients of outputs, of inputs, saved blocks, forward scratch, backward scratch.
    mutating func add(_ group: [UnsafeMutableRawPointer]) {
        entries[entries.count - 1].starts.append(addresses.count)
        addresses += group
    }

    mutating func addFlags(_ group: [Bool]) { flags += group }

    /// Copies of both tables, for their owner to free.
    func allocated() -> (UnsafeMutablePointer<UnsafeMutableRawPointer>, UnsafeMutablePointer<Bool>) {
        let table = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: max(addresses.count, 1))
        table.initialize(from: addresses, count: addresses.count)
        let bits = UnsafeMutablePointer<Bool>.allocate(capacity: max(flags.count, 1))
        bits.initialize(from: flags, count: flags.count)
        return (table, bits)
    }

    func addresses(
        _ step: Int, _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ bits: UnsafeMutablePointer<Bool>,
        backward: Bool
    ) -> StepAddresses {
        let starts = entries[step].starts
        return StepAddresses(
            inputs: table + starts[0], outputs: table + starts[1], outputGradients: table + starts[2],
            inputGradients: table + starts[3], saved: table + starts[4], scratch: table + starts[backward ? 6 : 5],
            additions: bits + entries[step].flags)
    }
}
