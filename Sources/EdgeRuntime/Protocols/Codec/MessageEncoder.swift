/// Runs a program backwards: a message becomes bytes.
struct MessageEncoder: ~Copyable {
    let program: Program
    var output: [UInt8] = []
    var slots: [Int64]
    var frames: [Frame] = []
    /// The value that an element of a list, the whole message or a called type stands for.
    var element: FieldValue?
    var loops: [Loop] = []
    var calls: [Call] = []
    /// The slots of numbers whose delta headers are still to be written.
    var deltaTargets: [Int] = []
    /// The numbers of packed headers that are still to be written.
    var packedNumbers: [Int64] = []
    /// Where open regions began.
    var regions: [Int] = []
    var steps = 50_000_000

    /// A record that is being written.
    struct Frame {
        let fields: [FieldValue.Field]
        let name: Int32
        var cursor = 0
        var taken: UInt64 = 0
        var takenCount = 0
    }

    struct Loop {
        let values: [FieldValue]
        var index: Int
        let rule: Int32
        let origin: Int
    }

    struct Call {
        let returnTo: Int
        let frame: SlotFrame
        let saved: [Int64]
    }

    /// A message is never longer.
    static let maximumLength = 16 << 20

    init(_ program: Program, _ settings: MessageSettings) {
        self.program = program
        slots = [Int64](repeating: Program.unset, count: program.slotCount)
        settings.fill(&slots, program)
        output.reserveCapacity(64)
    }

    mutating func run(_ message: FieldValue) throws(EncodeFault) -> [UInt8] {
        element = message
        var pc = 0
        let program = self.program
        let code = program.code
        while true {
            let step = code[pc]
            pc += 1
            steps -= 1
            guard steps >= 0, output.count <= MessageEncoder.maximumLength else {
                throw fault("the message is too large")
            }
            switch step.operation {
            case .integer: try integer(step)
            case .integerList: try integerList(step)
            case .bits: try bits(step)
            case .varint: try varint(step)
            case .real: try real(step)
            case .sizedInteger, .bytes, .text, .objectIdentifier, .decimalDigits, .address, .number, .bitList:
                try content(step)
            case .open: try open(step.name)
            case .close: try close()
            case .measure: try reserve(step)
            case .limit: regions.append(output.count)
            case .unlimit: try fill(step)
            case .enclose: regions.append(output.count)
            case .unenclose: try finish(program.contentRules[Int(step.rule)])
            case .tag: output.append(step.width)
            case .jump: pc = Int(step.target)
            case .choose: pc = try choose(program.choices[Int(step.rule)])
            case .test: if !program.conditions[Int(step.rule)].holds(slots) { pc = Int(step.target) }
            case .enter: try enter(step)
            case .leave: try leave(step)
            case .optional:
                if !program.presences[Int(step.rule)].names.contains(where: { has($0) }) { pc = Int(step.target) }
            case .loop:
                // A list that is left out is empty.
                let value = take(step.name) ?? .list([])
                guard case .list(let values) = value else {
                    throw fault("a list is needed, not \(value.kindName)", step.name)
                }
                try check(values.count, program.loopRules[Int(step.rule)], step.name)
                loops.append(Loop(values: values, index: 0, rule: step.rule, origin: output.count))
                if values.isEmpty {
                    loops.removeLast()
                    pc = Int(step.target)
                } else {
                    element = values[0]
                }
            case .next:
                guard var loop = loops.popLast() else { throw fault("a list ends that never began") }
                loop.index += 1
                if loop.index < loop.values.count {
                    let alignment = program.loopRules[Int(loop.rule)].alignment
                    while (output.count - loop.origin) % alignment != 0 { output.append(0) }
                    element = loop.values[loop.index]
                    loops.append(loop)
                    pc = Int(step.target)
                }
            case .call:
                guard calls.count < MessageDecoder.maximumCalls else { throw fault("this nests too deep") }
                guard let value = take(step.name) else { throw missing(step.name) }
                element = value
                let frame = program.frames[Int(step.rule)]
                calls.append(
                    Call(returnTo: pc, frame: frame, saved: Array(slots[frame.first..<frame.first + frame.count])))
                pc = Int(step.target)
            case .return:
                guard let call = calls.popLast() else { throw fault("a type ends that never began") }
                slots.replaceSubrange(call.frame.first..<call.frame.first + call.frame.count, with: call.saved)
                pc = call.returnTo
            case .mark: slots[Int(step.slot)] = Int64(output.count)
            case .peek: break
            case .set: slots[Int(step.slot)] = Int64(step.target)
            case .checksum: try checksum(program.checksums[Int(step.rule)])
            case .protobuf:
                guard let value = take(step.name) else { throw missing(step.name) }
                try protobuf(value, Int(step.rule), depth: 0)
            case .end: return output
            }
        }
    }

    // MARK: Records

    private mutating func open(_ name: Int32) throws(EncodeFault) {
        guard let value = take(name) else { throw missing(name) }
        guard case .record(let fields) = value else {
            throw fault("a record is needed, not \(value.kindName)", name)
        }
        frames.append(Frame(fields: fields, name: name))
    }

    private mutating func close() throws(EncodeFault) {
        guard let frame = frames.last else { throw fault("a record ends that never began") }
        if frame.takenCount < frame.fields.count {
            for (index, field) in frame.fields.enumerated() where index >= 64 || frame.taken >> UInt64(index) & 1 == 0 {
                if field.value == .null || index >= 64 { continue }
                var known: [String] = []
                for name in program.names where !known.contains(name) { known.append(name) }
                throw EncodeFault(
                    path: path(field.name), reason: "this kind of message has no `\(field.name)`",
                    hint: NearestName.closest(to: field.name, among: known).map { "did you mean `\($0)`?" },
                    isUnknownField: true)
            }
        }
        frames.removeLast()
    }

    /// Whether the record being written has a field.
    func has(_ name: String) -> Bool {
        guard let frame = frames.last else { return element != nil }
        return frame.fields.contains { $0.name == name }
    }

    /// The value of a field of the record being written, without taking it.
    func peek(_ name: String) -> FieldValue? {
        frames.last?.fields.first { $0.name == name }?.value
    }

    /// Takes the value of a field; nil where there is none.
    mutating func take(_ name: Int32) -> FieldValue? {
        guard name >= 0 else {
            guard name == Instruction.elementName else { return nil }
            defer { element = nil }
            return element
        }
        let level = frames.count - 1
        guard level >= 0 else { return nil }
        let count = frames[level].fields.count
        var index = frames[level].cursor
        let wanted = program.names[Int(name)]
        for _ in 0..<count {
            if index >= count { index = 0 }
            if frames[level].fields[index].name == wanted {
                frames[level].cursor = index + 1
                if index < 64, frames[level].taken >> UInt64(index) & 1 == 0 {
                    frames[level].taken |= 1 << UInt64(index)
                    frames[level].takenCount += 1
                }
                return frames[level].fields[index].value
            }
            index += 1
        }
        return nil
    }

    // MARK: Lists and choices

    private func check(_ count: Int, _ rule: LoopRule, _ name: Int32) throws(EncodeFault) {
        switch rule.bound {
        case .rest: break
        case .fixed(let fixed):
            guard count == fixed else { throw fault("\(fixed) elements are needed, but there are \(count)", name) }
        case .slot(let slot):
            guard slots[slot] == Program.unset || slots[slot] == Int64(count) else {
                throw fault("\(slots[slot]) elements are needed, but there are \(count)", name)
            }
        }
    }

    private mutating func integerList(_ step: Instruction) throws(EncodeFault) {
        guard let value = take(step.name) else { throw missing(step.name) }
        guard case .list(let values) = value else { throw fault("a list is needed, not \(value.kindName)", step.name) }
        try check(values.count, program.loopRules[Int(step.rule)], step.name)
        steps -= values.count / 8
        for value in values {
            guard let raw = bits(of: value, width: 8 * Int(step.width), isSigned: step.flags.contains(.signed)) else {
                throw outOfRange(value, step)
            }
            append(raw, Int(step.width), isLittle: step.flags.contains(.little))
        }
    }

    private func choose(_ table: ChoiceTable) throws(EncodeFault) -> Int {
        if !table.peekedTargets.isEmpty {
            if table.peekedName >= 0 {
                let value = peek(program.names[Int(table.peekedName)])
                var isRecord = false
                if case .record = value { isRecord = true }
                var best: (target: Int32, count: Int)?
                for (place, target) in table.peekedTargets.enumerated() where table.peekedRecords[place] == isRecord {
                    let count = table.peekedNames[place].count { value?[$0] != nil }
                    if count > best?.count ?? -1 { best = (target, count) }
                }
                guard let best else { throw fault("none of the alternatives is such a value", table.peekedName) }
                return Int(best.target)
            }
            // The alternative that has most of the fields.
            var best: (target: Int32, count: Int)?
            for (names, target) in zip(table.peekedNames, table.peekedTargets) {
                let count = names.count { has($0) }
                if count > best?.count ?? 0 { best = (target, count) }
            }
            guard let best else { throw fault("none of the alternatives has these fields") }
            return Int(best.target)
        }
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

    // MARK: Faults

    func missing(_ name: Int32) -> EncodeFault {
        let name = name >= 0 ? program.names[Int(name)] : "a value"
        return EncodeFault(path: path(nil), reason: "`\(name)` is missing", hint: nil)
    }

    func fault(_ reason: String, _ name: Int32 = Instruction.noName, hint: String? = nil) -> EncodeFault {
        EncodeFault(path: path(name >= 0 ? program.names[Int(name)] : nil), reason: reason, hint: hint)
    }

    func outOfRange(_ value: FieldValue, _ step: Instruction) -> EncodeFault {
        let kind = step.flags.contains(.signed) ? "signed" : "unsigned"
        return fault("\(value.brief) does not fit \(8 * Int(step.width)) bits, \(kind)", step.name)
    }

    private func path(_ last: String?) -> String {
        var names = frames.compactMap { $0.name >= 0 ? program.names[Int($0.name)] : nil }
        if let last { names.append(last) }
        return names.joined(separator: ".")
    }
}

/// Why a message cannot be written.
struct EncodeFault: Error {
    let path: String
    let reason: String
    let hint: String?
    /// The message has a field that the grammar does not: another direction may have it.
    var isUnknownField = false
}

extension FieldValue {
    /// The value in a few words.
    var brief: String {
        switch self {
        case .int(let value): "\(value)"
        case .real(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .text(let value): "\"\(value.prefix(40))\""
        case .null, .bytes, .list, .record: kindName
        }
    }
}
