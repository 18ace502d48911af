/// Runs a program forwards: bytes become a message.
///
/// The loop is bounded: each step costs one of a budget that grows with the number of bytes, lists without progress are an error, and
/// types that contain themselves nest only so deep.
struct MessageDecoder: ~Copyable {
    let program: Program
    /// All there is; the owner is the caller of `run`.
    let bytes: UnsafeRawBufferPointer
    var position = 0
    /// Where the innermost region ends.
    var limit: Int
    var limits: [Int] = []
    var slots: [Int64]
    /// Values of records and lists that are still open.
    var fields: [FieldValue.Field] = []
    var opened: [Opened] = []
    var loops: [Loop] = []
    var calls: [Call] = []
    /// Bits of agreement between the bytes and what the grammar demands.
    var evidence = 0
    var steps: Int
    var depth = 0

    struct Opened {
        let base: Int
        let name: Int32
    }

    struct Loop {
        let base: Int
        let rule: Int32
        /// -1: to the end of the region.
        var remaining: Int
        let origin: Int
        var start: Int
    }

    struct Call {
        let returnTo: Int
        let name: Int32
        let base: Int
        let frame: SlotFrame
        let saved: [Int64]
    }

    static let maximumCalls = 64
    static let maximumProtobufDepth = 64

    init(_ program: Program, _ bytes: UnsafeRawBufferPointer, _ settings: MessageSettings) {
        self.program = program
        self.bytes = bytes
        limit = bytes.count
        slots = [Int64](repeating: Program.unset, count: program.slotCount)
        steps = 10_000 + 200 * bytes.count
        settings.fill(&slots, program)
        fields.reserveCapacity(16)
    }

    /// The message at the start of the bytes; `position` is then where it ends.
    mutating func run() throws(DecodeFault) -> FieldValue {
        var pc = 0
        let program = self.program
        let code = program.code
        while true {
            let step = code[pc]
            pc += 1
            steps -= 1
            if steps < 0 { throw fault("this takes too many steps for its length") }
            switch step.operation {
            case .integer: try integer(step)
            case .integerList: try integerList(step)
            case .bits: try bits(step)
            case .varint: try varint(step)
            case .real: try real(step)
            case .sizedInteger, .bytes, .text, .objectIdentifier, .decimalDigits, .address, .number, .bitList:
                try content(step)
            case .open: opened.append(Opened(base: fields.count, name: step.name))
            case .close:
                guard let open = opened.popLast() else { throw fault("a record ends that never began") }
                let record = Array(fields[open.base...])
                fields.removeLast(fields.count - open.base)
                emit(step.name, .record(record))
            case .measure: try measure(step)
            case .limit: try restrict(step)
            case .unlimit: try release(step)
            case .enclose: try enclose(program.contentRules[Int(step.rule)])
            case .unenclose:
                try release()
                if case .terminated(let end, _) = program.contentRules[Int(step.rule)].extent, starts(with: end) {
                    position += end.count
                }
            case .tag:
                let byte = try unsigned(1, isLittle: false)
                guard byte == step.width else {
                    position -= 1
                    throw fault("byte 0x\(hex(byte)) instead of 0x\(hex(UInt64(step.width)))")
                }
                evidence += 8
            case .jump: pc = Int(step.target)
            case .choose: pc = try choose(program.choices[Int(step.rule)])
            case .test: if !holds(program.conditions[Int(step.rule)]) { pc = Int(step.target) }
            case .enter: try enter(step)
            case .leave: try leave(step)
            case .optional: if !isPresent(program.presences[Int(step.rule)]) { pc = Int(step.target) }
            case .loop:
                try begin(step)
                if !goesOn() {
                    endLoop(step.name)
                    pc = Int(step.target)
                }
            case .next:
                try advance()
                if goesOn() {
                    pc = Int(step.target)
                } else {
                    let name = loops.last.map { program.loopRules[Int($0.rule)].name } ?? Instruction.noName
                    endLoop(name)
                }
            case .call:
                guard calls.count < MessageDecoder.maximumCalls else { throw fault("this nests too deep") }
                let frame = program.frames[Int(step.rule)]
                calls.append(
                    Call(
                        returnTo: pc, name: step.name, base: fields.count, frame: frame,
                        saved: Array(slots[frame.first..<frame.first + frame.count])))
                pc = Int(step.target)
            case .return:
                guard let call = calls.popLast() else { throw fault("a type ends that never began") }
                slots.replaceSubrange(call.frame.first..<call.frame.first + call.frame.count, with: call.saved)
                if call.name >= 0, fields.count > call.base { fields[call.base].name = program.names[Int(call.name)] }
                pc = call.returnTo
            case .mark: slots[Int(step.slot)] = Int64(position)
            case .peek: slots[Int(step.slot)] = position < limit ? Int64(bytes[position]) : -1
            case .set: slots[Int(step.slot)] = Int64(step.target)
            case .checksum: try checksum(program.checksums[Int(step.rule)])
            case .protobuf:
                emit(step.name, try protobuf(Int(step.rule), depth: 0))
            case .end: return fields.last?.value ?? .null
            }
        }
    }

    @inline(__always)
    mutating func emit(_ name: Int32, _ value: FieldValue) {
        if name >= 0 {
            fields.append(.init(program.names[Int(name)], value))
        } else if name == Instruction.elementName {
            fields.append(.init("", value))
        }
    }

    // MARK: Lists

    private mutating func begin(_ step: Instruction) throws(DecodeFault) {
        let rule = program.loopRules[Int(step.rule)]
        var count = -1
        switch rule.bound {
        case .rest: break
        case .fixed(let fixed): count = fixed
        case .slot(let slot):
            // A count that was never set, such as one from a request that is not known, is no bound.
            if slots[slot] != Program.unset {
                guard slots[slot] >= 0, slots[slot] <= Int64(bytes.count) * 8 else {
                    throw fault("\(slots[slot]) elements cannot stand in \(limit - position) bytes")
                }
                count = Int(slots[slot])
            }
        }
        loops.append(Loop(base: fields.count, rule: step.rule, remaining: count, origin: position, start: position))
    }

    private func goesOn() -> Bool {
        guard let loop = loops.last else { return false }
        if loop.remaining >= 0 { return loop.remaining > 0 }
        guard position < limit else { return false }
        let rule = program.loopRules[Int(loop.rule)]
        return (rule.until.isEmpty || !starts(with: rule.until)) && !closes(rule.bracket)
    }

    private mutating func advance() throws(DecodeFault) {
        guard var loop = loops.popLast() else { throw fault("a list ends that never began") }
        if loop.remaining > 0 {
            loop.remaining -= 1
        } else if position == loop.start {
            throw fault("the elements of this list have no bytes")
        }
        let alignment = program.loopRules[Int(loop.rule)].alignment
        if alignment > 1, loop.remaining != 0 {
            while position < limit, (position - loop.origin) % alignment != 0 { position += 1 }
        }
        loop.start = position
        loops.append(loop)
    }

    private mutating func endLoop(_ name: Int32) {
        guard let loop = loops.popLast() else { return }
        let values = fields[loop.base...].map(\.value)
        fields.removeLast(fields.count - loop.base)
        emit(name, .list(values))
    }

    // MARK: Regions

    private mutating func restrict(_ step: Instruction) throws(DecodeFault) {
        if step.rule >= 0, case let measure = program.measures[Int(step.rule)], measure.advisory >= 0 {
            slots[measure.startSlot] = Int64(position)
            limits.append(limit)
        } else {
            try restrict(to: slots[Int(step.slot)])
        }
    }

    private mutating func release(_ step: Instruction) throws(DecodeFault) {
        try release()
        guard step.rule >= 0, case let measure = program.measures[Int(step.rule)], measure.advisory >= 0 else { return }
        let announced = slots[Int(step.slot)]
        if announced != Int64(position) - slots[measure.startSlot] {
            evidence -= 16
            emit(measure.advisory, .int(announced + Int64(measure.plus)))
        }
    }

    mutating func restrict(to size: Int64) throws(DecodeFault) {
        guard size >= 0, size <= Int64(limit - position) else {
            throw fault(
                "\(size) bytes are announced, but \(limit - position) are left", isTruncated: limit == bytes.count)
        }
        limits.append(limit)
        limit = position + Int(size)
    }

    mutating func release() throws(DecodeFault) {
        guard position == limit else {
            throw fault("\(limit - position) bytes are left over")
        }
        limit = limits.popLast() ?? bytes.count
        evidence += 4
    }

    private mutating func enclose(_ rule: ContentRule) throws(DecodeFault) {
        let end = try end(of: rule.extent)
        limits.append(limit)
        limit = end
    }

    func starts(with prefix: [UInt8]) -> Bool {
        guard prefix.count <= limit - position else { return false }
        for (index, byte) in prefix.enumerated() where bytes[position + index] != byte { return false }
        return true
    }

    // MARK: Choices

    private func choose(_ table: ChoiceTable) throws(DecodeFault) -> Int {
        if let key = table.keys.first, !table.dense.isEmpty {
            let value = slots[key.slot]
            let target = value >= 0 && value < Int64(table.dense.count) ? table.dense[Int(value)] : table.defaultTarget
            if target >= 0 { return Int(target) }
        } else if let target = table.target(slots) {
            return target
        }
        let keys = table.keys.map { key in
            slots[key.slot] == Program.unset ? "\(key.name) unknown" : "\(key.name) \(slots[key.slot])"
        }
        throw fault("nothing is known of \(keys.joined(separator: ", "))")
    }

    private func holds(_ condition: ConditionRule) -> Bool { condition.holds(slots) }

    private mutating func checksum(_ rule: ChecksumRule) throws(DecodeFault) {
        let start = rule.start < 0 ? 0 : Int(slots[rule.start])
        let end = rule.end < 0 ? position : Int(slots[rule.end])
        guard start >= 0, start <= end, end <= position else { throw fault("the checksum covers nothing") }
        let mask = UInt64.max >> UInt64(64 - rule.bits)
        let expected = rule.form.value(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) & mask
        let found: UInt64
        if rule.digits > 0 {
            guard let number = UInt64(String(decoding: try take(rule.digits), as: UTF8.self), radix: 16) else {
                throw fault("the checksum is not written in hexadecimal digits")
            }
            found = number
        } else {
            found = try unsigned(rule.bits / 8, isLittle: rule.isLittle)
        }
        guard found == expected else {
            throw fault("the checksum is 0x\(hex(found)), but the bytes give 0x\(hex(expected))")
        }
        evidence += rule.bits
    }

    // MARK: Faults

    /// What is wrong at this place.
    @inline(never)
    func fault(_ reason: String, isTruncated: Bool = false) -> DecodeFault {
        let names = opened.compactMap { $0.name >= 0 ? program.names[Int($0.name)] : nil }
        return DecodeFault(
            position: position, path: names.joined(separator: "."), reason: reason, isTruncated: isTruncated)
    }

    func hex(_ value: UInt64) -> String { String(value, radix: 16) }
}

/// Why bytes are not a message of a grammar.
struct DecodeFault: Error {
    let position: Int
    let path: String
    let reason: String
    let isTruncated: Bool
}

extension ChoiceTable {
    /// The first case whose patterns fit.
    func target(_ slots: [Int64]) -> Int? {
        entries: for entry in entries {
            for (index, ranges) in entry.patterns.enumerated() where !ranges.isEmpty {
                let value = slots[keys[index].slot]
                var fits = false
                for range in ranges where range.contains(value) {
                    fits = true
                    break
                }
                if !fits { continue entries }
            }
            return Int(entry.target)
        }
        return defaultTarget >= 0 ? Int(defaultTarget) : nil
    }
}

extension ConditionRule {
    func holds(_ slots: [Int64]) -> Bool {
        for term in terms {
            let value = slots[term.slot]
            var fits = false
            for range in term.values where range.contains(value) {
                fits = true
                break
            }
            if !fits { return false }
        }
        return true
    }
}
