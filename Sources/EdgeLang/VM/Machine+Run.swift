// The loop, and how it is kept fast. The compiler has to see that little happens in it: a call of another function that looks as likely as an
// addition makes it keep the frame in memory. So the loop does itself what needs a few machine instructions for ints, floats, lists and
// records of known shape, and ends such a case with `continue`. Whatever comes out of the `switch` otherwise is left to `perform`, which
// does any instruction, in full, behind one call.
extension Machine {
    /// Runs a function to its end and gives what it returns.
    ///
    /// The frame lies in local variables. A collection may happen behind an instruction that was left to `perform` or to a built-in function,
    /// when its result lies in a register.
    func run(
        _ first: UnsafeMutablePointer<FunctionCode>, _ firstClosure: RawCell, _ start: UnsafeMutablePointer<Value>
    ) throws -> Value {
        let heap = self.heap
        let builtins = self.builtins
        let context = self.context
        let frames = self.frames
        let entryCount = frameCount
        let entryFrame = frames + entryCount
        let lastFrame = frames + frameLimit
        var code = first
        var closure = firstClosure
        var base = start
        var pc = first.pointee.words
        var constants = first.pointee.constants
        var budget = self.budget
        var frame = entryFrame
        let parked = heap.state.pointee.parked.count
        defer { self.budget = budget }

        try reserveRegisters(base, code.pointee.registerCount)

        while true {
            do {
                while true {
                    let word = pc.pointee
                    pc += 1
                    // What is called, and the function it is.
                    let callee: RawCell
                    let target: UnsafeMutablePointer<FunctionCode>
                    entering: do {
                        switch Instruction.operation(word) {
                        case .move:
                            base[word.a] = base[word.b]
                            continue
                        case .copy:
                            let value = base[word.b]
                            value.markShared()
                            base[word.a] = value
                            continue
                        case .share:
                            base[word.a].markShared()
                            continue
                        case .loadConstant:
                            base[word.a] = constants[word.c]
                            continue
                        case .loadInt:
                            base[word.a] = .int(word.signedC)
                            continue
                        case .loadNull:
                            base[word.a] = .null
                            continue
                        case .loadTrue:
                            base[word.a] = .bool(true)
                            continue
                        case .loadFalse:
                            base[word.a] = .bool(false)
                            continue
                        case .loadAbsent:
                            base[word.a] = .absent
                            continue
                        case .loadSelf:
                            base[word.a] = Value(cell: closure, meta: Value.closureMeta)
                            continue

                        // Variables outside of registers.
                        case .getCapture:
                            base[word.a] = Machine.captures(closure)[word.b]
                            continue
                        case .getCaptureBox:
                            let value = Machine.captures(closure)[word.b].box.pointee.value
                            if _fastPath(!value.isAbsent) {
                                base[word.a] = value
                                continue
                            }
                        case .setCaptureBox:
                            Machine.captures(closure)[word.b].box.pointee.value = base[word.a]
                            continue
                        case .getBox:
                            let value = base[word.b].box.pointee.value
                            if _fastPath(!value.isAbsent) {
                                base[word.a] = value
                                continue
                            }
                        case .setBox:
                            base[word.a].box.pointee.value = base[word.b]
                            continue
                        case .getGlobal:
                            let value = constants[word.c].box.pointee.value
                            if _fastPath(!value.isAbsent) {
                                base[word.a] = value
                                continue
                            }
                        case .setGlobal:
                            constants[word.c].box.pointee.value = base[word.a]
                            continue

                        // Arithmetic.
                        case .add:
                            if let sum = Machine.sum(base[word.b], base[word.c]) {
                                base[word.a] = sum
                                continue
                            }
                        case .addConstant:
                            if let sum = Machine.sum(base[word.b], constants[word.c]) {
                                base[word.a] = sum
                                continue
                            }
                        case .addTo:
                            if let sum = Machine.sum(base[word.a], base[word.b]) {
                                base[word.a] = sum
                                continue
                            }
                        case .addInt:
                            let left = base[word.b]
                            if _fastPath(left.isInt) {
                                let (sum, overflow) = left.asInt.addingReportingOverflow(word.signedC)
                                if _fastPath(!overflow) {
                                    base[word.a] = .int(sum)
                                    continue
                                }
                            } else if _fastPath(left.isFloat) {
                                base[word.a] = .float(left.asDouble + Double(word.signedC))
                                continue
                            }
                        case .subtract:
                            if let difference = Machine.difference(base[word.b], base[word.c]) {
                                base[word.a] = difference
                                continue
                            }
                        case .subtractConstant:
                            if let difference = Machine.difference(base[word.b], constants[word.c]) {
                                base[word.a] = difference
                                continue
                            }
                        case .multiply:
                            if let product = Machine.product(base[word.b], base[word.c]) {
                                base[word.a] = product
                                continue
                            }
                        case .multiplyConstant:
                            if let product = Machine.product(base[word.b], constants[word.c]) {
                                base[word.a] = product
                                continue
                            }
                        case .multiplyInt:
                            let left = base[word.b]
                            if _fastPath(left.isInt) {
                                let (product, overflow) = left.asInt.multipliedReportingOverflow(by: word.signedC)
                                if _fastPath(!overflow) {
                                    base[word.a] = .int(product)
                                    continue
                                }
                            } else if _fastPath(left.isFloat) {
                                base[word.a] = .float(left.asDouble * Double(word.signedC))
                                continue
                            }
                        case .divide:
                            if let quotient = Machine.ratio(base[word.b], base[word.c]) {
                                base[word.a] = quotient
                                continue
                            }
                        case .divideConstant:
                            if let quotient = Machine.ratio(base[word.b], constants[word.c]) {
                                base[word.a] = quotient
                                continue
                            }
                        case .floorDivide:
                            let (left, right) = (base[word.b], base[word.c])
                            if _fastPath(left.meta | right.meta == 0), _fastPath(left.asInt >= 0),
                                _fastPath(right.asInt > 0)
                            {
                                base[word.a] = .int(Machine.quotient(left.asInt, right.asInt))
                                continue
                            }
                        case .floorDivideInt:
                            let left = base[word.b]
                            if _fastPath(left.isInt), _fastPath(UInt64(bitPattern: Int64(left.asInt)) >> 32 == 0) {
                                base[word.a] = .int(Machine.quotient(left.asInt, reciprocal: pc.pointee))
                                pc += 1
                                continue
                            }
                        case .shiftDown:
                            let left = base[word.b]
                            if _fastPath(left.isInt) {
                                base[word.a] = .int(left.asInt &>> word.c)
                                continue
                            }
                        case .remainder:
                            let (left, right) = (base[word.b], base[word.c])
                            if _fastPath(left.meta | right.meta == 0), _fastPath(left.asInt >= 0),
                                _fastPath(right.asInt > 0)
                            {
                                base[word.a] = .int(Machine.rest(left.asInt, right.asInt))
                                continue
                            }
                        case .remainderInt:
                            let left = base[word.b]
                            if _fastPath(left.isInt), _fastPath(UInt64(bitPattern: Int64(left.asInt)) >> 32 == 0) {
                                base[word.a] = .int(Machine.rest(left.asInt, word.c, reciprocal: pc.pointee))
                                pc += 1
                                continue
                            }
                        case .lowBits:
                            let left = base[word.b]
                            if _fastPath(left.isInt) {
                                base[word.a] = .int(left.asInt & word.c)
                                continue
                            }
                        case .negate:
                            let value = base[word.b]
                            if _fastPath(value.isFloat) {
                                base[word.a] = .float(-value.asDouble)
                                continue
                            }
                        case .not:
                            let value = base[word.b]
                            if _fastPath(value.isBool) {
                                base[word.a] = .bool(!value.asBool)
                                continue
                            }

                        // Comparison.
                        case .less:
                            if let holds = Machine.less(base[word.b], base[word.c]) {
                                base[word.a] = .bool(holds)
                                continue
                            }
                        case .lessOrEqual:
                            if let holds = Machine.lessOrEqual(base[word.b], base[word.c]) {
                                base[word.a] = .bool(holds)
                                continue
                            }
                        case .equal:
                            if let holds = Machine.same(base[word.b], base[word.c]) {
                                base[word.a] = .bool(holds)
                                continue
                            }
                        case .notEqual:
                            if let holds = Machine.same(base[word.b], base[word.c]) {
                                base[word.a] = .bool(!holds)
                                continue
                            }

                        // Jumps. A jump back is a turn of a loop.
                        case .jump:
                            if word.signedC < 0 { try count(&budget) }
                            pc += word.signedC
                            continue
                        case .jumpIfTrue:
                            let value = base[word.a]
                            if _fastPath(value.isBool) {
                                if value.asBool { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfFalse:
                            let value = base[word.a]
                            if _fastPath(value.isBool) {
                                if !value.asBool { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfNull:
                            if base[word.a].isNull { pc += word.signedC }
                            continue
                        case .jumpIfNotNull:
                            if !base[word.a].isNull { pc += word.signedC }
                            continue
                        case .jumpIfAbsent:
                            if base[word.a].isAbsent { pc += word.signedC }
                            continue
                        case .jumpIfPresent:
                            if !base[word.a].isAbsent { pc += word.signedC }
                            continue
                        case .jumpIfLess:
                            if let holds = Machine.less(base[word.a], base[word.b]) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessLess:
                            if let holds = Machine.less(base[word.a], base[word.b]) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfLessOrEqual:
                            if let holds = Machine.lessOrEqual(base[word.a], base[word.b]) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessLessOrEqual:
                            if let holds = Machine.lessOrEqual(base[word.a], base[word.b]) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfEqual:
                            if let holds = Machine.same(base[word.a], base[word.b]) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessEqual:
                            if let holds = Machine.same(base[word.a], base[word.b]) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfLessInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, <, <) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessLessInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, <, <) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfLessOrEqualInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, <=, <=) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessLessOrEqualInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, <=, <=) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfGreaterInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, >, >) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessGreaterInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, >, >) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfGreaterOrEqualInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, >=, >=) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessGreaterOrEqualInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, >=, >=) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpIfEqualInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, ==, ==) {
                                if holds { try follow(word, &pc, &budget) }
                                continue
                            }
                        case .jumpUnlessEqualInt:
                            if let holds = Machine.compare(base[word.a], word.signedB, ==, ==) {
                                if !holds { try follow(word, &pc, &budget) }
                                continue
                            }

                        // Loops.
                        case .rangeNext:
                            let loop = base + word.a
                            let current = loop[0].asInt
                            if _fastPath(current < loop[1].asInt) {
                                try count(&budget)
                                loop[0].bits = UInt64(bitPattern: Int64(current &+ 1))
                                loop[2] = .int(current &+ 1)
                                pc += word.signedC
                            }
                            continue
                        case .iterateNext:
                            let loop = base + word.a
                            if _fastPath(loop[0].isList) {
                                let list = loop[0].list
                                let index = loop[1].asInt
                                if _fastPath(index < list.pointee.count) {
                                    try count(&budget)
                                    let element = list.pointee.elements[index]
                                    element.markShared()
                                    loop[1].bits = UInt64(bitPattern: Int64(index &+ 1))
                                    loop[2] = element
                                    pc += word.signedC
                                }
                                continue
                            }

                        // Calls.
                        case .callSelf:
                            target = code
                            callee = closure
                            break entering
                        case .callKnown:
                            target = code.pointee.functions[word.c]
                            callee = target.pointee.staticClosure.cell
                            break entering
                        case .callClosure:
                            let function = base[word.c]
                            if _fastPath(function.meta == Value.closureMeta) {
                                callee = function.cell
                                target = function.closure.pointee.code
                                break entering
                            }
                        case .call:
                            let function = base[word.c]
                            if _fastPath(function.meta == Value.closureMeta) {
                                let code = function.closure.pointee.code
                                if _fastPath(code.pointee.directCount == word.b) {
                                    callee = function.cell
                                    target = code
                                    break entering
                                }
                            }
                        case .callBuiltin:
                            let registers = base + word.a
                            leave(code, closure, base, pc, budget, frame - frames)
                            registers.pointee = try builtins[word.c].call(context, registers, word.b)
                            budget = self.budget
                            if _slowPath(heap.state.pointee.parked.count != parked) { heap.unpark(to: parked) }
                            if _slowPath(heap.wantsCollection) {
                                try collect(base + code.pointee.registerCount, closure, frame - frames)
                            }
                            continue
                        case .returnValue, .returnNull:
                            let result = Instruction.operation(word) == .returnNull ? Value.null : base[word.a]
                            base.pointee = result
                            frame -= 1
                            if _slowPath(frame < entryFrame) {
                                frameCount = entryCount
                                return result
                            }
                            code = frame.pointee.code
                            closure = frame.pointee.closure
                            base = frame.pointee.base
                            pc = frame.pointee.position
                            constants = code.pointee.constants
                            continue

                        // Built-in functions that are instructions.
                        case .length:
                            let value = base[word.b]
                            if _fastPath(value.isList) {
                                base[word.a] = .int(value.list.pointee.count)
                                continue
                            }
                        case .squareRoot:
                            let value = base[word.b]
                            if _fastPath(value.isFloat) {
                                base[word.a] = .float(value.asDouble.squareRoot())
                                continue
                            }
                        case .push:
                            let value = base[word.a]
                            if _fastPath(value.isList), _fastPath(!value.list.pointee.isShared) {
                                let list = value.list
                                let count = list.pointee.count
                                if _fastPath(count < list.pointee.capacity) {
                                    list.pointee.elements[count] = base[word.b]
                                    list.pointee.count = count &+ 1
                                    continue
                                }
                            }

                        // Fields and elements.
                        case .makeList:
                            if let list = Machine.list(heap, base + word.b, word.c) {
                                base[word.a] = list
                                continue
                            }
                        case .makeRecord:
                            let shape = UnsafeMutablePointer<Shape>(bitPattern: UInt(pc.pointee)).unsafelyUnwrapped
                            if let record = Machine.record(heap, shape, base + word.b) {
                                base[word.a] = record
                                pc += 1
                                continue
                            }
                        case .getField:
                            let value = base[word.b]
                            let cache = pc.pointee
                            if _fastPath(value.isRecord), _fastPath(value.header.pointee.extra == cache.cachedShape) {
                                base[word.a] = value.record.pointee.slots[cache.cachedSlot]
                                pc += 1
                                continue
                            }
                        case .getElementField:
                            let value = base[word.b]
                            let index = base[word.c]
                            if let element = Machine.element(value, index) {
                                let cache = pc.pointee
                                if _fastPath(element.isRecord),
                                    _fastPath(element.header.pointee.extra == cache.cachedShape)
                                {
                                    base[word.a] = element.record.pointee.slots[cache.cachedSlot]
                                    pc += 1
                                    continue
                                }
                            }
                        case .setField:
                            let value = base[word.a]
                            let cache = pc.pointee
                            if _fastPath(value.isRecord), _fastPath(value.header.pointee.extra == cache.cachedShape),
                                _fastPath(!value.record.pointee.isShared)
                            {
                                value.record.pointee.slots[cache.cachedSlot] = base[word.b]
                                pc += 1
                                continue
                            }
                        case .addToField:
                            let value = base[word.a]
                            let cache = pc.pointee
                            if _fastPath(value.isRecord), _fastPath(value.header.pointee.extra == cache.cachedShape),
                                _fastPath(!value.record.pointee.isShared)
                            {
                                let place = value.record.pointee.slots + cache.cachedSlot
                                if let sum = Machine.sum(place.pointee, base[word.b]) {
                                    place.pointee = sum
                                    pc += 1
                                    continue
                                }
                            }
                        case .subtractFromField:
                            let value = base[word.a]
                            let cache = pc.pointee
                            if _fastPath(value.isRecord), _fastPath(value.header.pointee.extra == cache.cachedShape),
                                _fastPath(!value.record.pointee.isShared)
                            {
                                let place = value.record.pointee.slots + cache.cachedSlot
                                if let difference = Machine.difference(place.pointee, base[word.b]) {
                                    place.pointee = difference
                                    pc += 1
                                    continue
                                }
                            }
                        case .getIndex:
                            if let element = Machine.element(base[word.b], base[word.c]) {
                                base[word.a] = element
                                continue
                            }
                        case .setIndex:
                            if let place = Machine.place(base[word.a], base[word.b]) {
                                place.pointee = base[word.c]
                                continue
                            }
                        case .addToIndex:
                            if let place = Machine.place(base[word.a], base[word.b]),
                                let sum = Machine.sum(place.pointee, base[word.c])
                            {
                                place.pointee = sum
                                continue
                            }
                        case .ownIndex:
                            if let place = Machine.place(base[word.b], base[word.c]) {
                                let element = place.pointee
                                if _fastPath(!element.isSharedAggregate) {
                                    base[word.a] = element
                                    continue
                                }
                            }
                        case .own:
                            if _fastPath(!base[word.a].isSharedAggregate) { continue }

                        case .power, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight, .floorDivideConstant,
                            .remainderConstant, .bitNot, .contained, .makeBox, .makeEmptyBox, .rangePrepare,
                            .iteratePrepare, .callLabelled, .makeClosure, .appendElement, .appendSpread,
                            .makeEmptyRecord, .putField, .putSpread, .makeRange, .makeClosedRange,
                            .tryField, .slice, .ownField, .interpolate, .unlessListOf, .unlessListOfAtLeast,
                            .unlessRecord, .unlessInRange, .listRest, .recordRest, .failPattern, .failMatch, .checkType,
                            .rethrow, .importModule, .registerTest:
                            break
                        }

                        leave(code, closure, base, pc, budget, frame - frames)
                        let next = try perform(word, pc)
                        budget = self.budget
                        if _fastPath(next != nil) {
                            if next.unsafelyUnwrapped < pc { try count(&budget) }
                            pc = next.unsafelyUnwrapped
                            if _slowPath(heap.wantsCollection) {
                                try collect(base + code.pointee.registerCount, closure, frame - frames)
                            }
                            continue
                        }
                        // A closure whose parameters are in place now.
                        callee = arrangedCallee
                        target = callee.assumingMemoryBound(to: ClosureCell.self).pointee.code
                        pc = self.position.unsafelyUnwrapped
                    }

                    try count(&budget)
                    // Of the comparisons of pointers only `<` is sure to be one instruction.
                    if _slowPath(!(frame < lastFrame)) { throw tooDeep() }
                    let registers = base + word.a
                    if _slowPath(stackLimit < registers + target.pointee.registerCount) {
                        try raiseStackLimit(registers + target.pointee.registerCount)
                    }
                    frame.pointee = Frame(code: code, closure: closure, base: base, position: pc)
                    frame += 1
                    base = registers
                    code = target
                    closure = callee
                    pc = target.pointee.words
                    constants = target.pointee.constants
                }
            } catch {
                var failure = RuntimeError.wrapping(error)
                leave(code, closure, base, pc, budget, frame - frames)
                locate(failure)
                heap.unpark(to: parked)
                if budget <= 0 { budget = 1 }
                // The innermost code that handles it, in this run of the loop.
                while true {
                    if let handler = handler(for: &failure, code, pc, depth: frame - frames) {
                        base[handler.register] = heap.makeError(failure)
                        pc = code.pointee.words + handler.target
                        break
                    }
                    frame -= 1
                    if frame < entryFrame {
                        frameCount = entryCount
                        throw failure
                    }
                    code = frame.pointee.code
                    closure = frame.pointee.closure
                    base = frame.pointee.base
                    pc = frame.pointee.position
                    constants = code.pointee.constants
                }
            }
        }
    }

    /// Stores the frame where tracebacks, collections and nested runs look for it.
    @inline(__always)
    private func leave(
        _ code: UnsafeMutablePointer<FunctionCode>, _ closure: RawCell, _ base: UnsafeMutablePointer<Value>,
        _ position: UnsafeMutablePointer<UInt64>, _ budget: Int, _ frameCount: Int
    ) {
        self.code = code
        self.closure = closure
        self.base = base
        self.position = position
        self.budget = budget
        self.frameCount = frameCount
    }

    /// Counts a turn of a loop or a call; now and then asks whether the run should go on.
    @inline(__always)
    private func count(_ budget: inout Int) throws {
        budget &-= 1
        if _slowPath(budget <= 0) { budget = try poll(remaining: budget) }
    }

    /// Jumps.
    @inline(__always)
    private func follow(_ word: UInt64, _ pc: inout UnsafeMutablePointer<UInt64>, _ budget: inout Int) throws {
        if word.signedC < 0 { try count(&budget) }
        pc += word.signedC
    }
}
