extension Machine {
    /// Runs a function to its end and gives what it returns.
    ///
    /// The loop keeps the frame in local variables. What it does for ints, floats, lists and records of known shape stands here;
    /// everything else is behind functions that are not inlined. A collection may happen at a `safepoint`: behind an instruction that allocates,
    /// when its result lies in a register.
    func run(
        _ target: UnsafeMutablePointer<FunctionCode>, _ targetClosure: RawCell, _ start: UnsafeMutablePointer<Value>
    ) throws -> Value {
        let heap = self.heap
        let entryCount = frameCount
        let frames = self.frames
        let builtins = self.builtins
        let context = interpreter.context.unsafelyUnwrapped
        var code = target
        var closure = targetClosure
        var base = start
        var pc = target.pointee.words
        var constants = target.pointee.constants
        var budget = self.budget
        var frame = frames + frameCount
        defer { self.budget = budget }

        try reserveRegisters(base, code.pointee.registerCount)

        while true {
            do {
                while true {
                    let word = pc.pointee
                    pc += 1
                    switch Instruction.operation(word) {
                    case .move:
                        base[Instruction.a(word)] = base[Instruction.b(word)]
                    case .copy:
                        let value = base[Instruction.b(word)]
                        value.markShared()
                        base[Instruction.a(word)] = value
                    case .share:
                        base[Instruction.a(word)].markShared()
                    case .loadConstant:
                        base[Instruction.a(word)] = constants[Instruction.c(word)]
                    case .loadInt:
                        base[Instruction.a(word)] = .int(Instruction.signedC(word))
                    case .loadNull:
                        base[Instruction.a(word)] = .null
                    case .loadTrue:
                        base[Instruction.a(word)] = .bool(true)
                    case .loadFalse:
                        base[Instruction.a(word)] = .bool(false)
                    case .loadAbsent:
                        base[Instruction.a(word)] = .absent
                    case .loadSelf:
                        base[Instruction.a(word)] = Value(cell: closure, meta: Value.closureMeta)

                    // Variables outside of registers.
                    case .getCapture:
                        base[Instruction.a(word)] =
                            (closure + ClosureCell.capturesOffset).assumingMemoryBound(to: Value.self)[
                                Instruction.b(word)]
                    case .getCaptureBox:
                        let box = (closure + ClosureCell.capturesOffset).assumingMemoryBound(to: Value.self)[
                            Instruction.b(word)]
                        let value = box.box.pointee.value
                        if _slowPath(value.isAbsent) { throw usedTooEarly(code, pc) }
                        base[Instruction.a(word)] = value
                    case .setCaptureBox:
                        let box = (closure + ClosureCell.capturesOffset).assumingMemoryBound(to: Value.self)[
                            Instruction.b(word)]
                        box.box.pointee.value = base[Instruction.a(word)]
                    case .getBox:
                        let value = base[Instruction.b(word)].box.pointee.value
                        if _slowPath(value.isAbsent) { throw usedTooEarly(code, pc) }
                        base[Instruction.a(word)] = value
                    case .setBox:
                        base[Instruction.a(word)].box.pointee.value = base[Instruction.b(word)]
                    case .makeBox:
                        base[Instruction.a(word)] = heap.makeBox(base[Instruction.b(word)])
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }
                    case .makeEmptyBox:
                        base[Instruction.a(word)] = heap.makeBox(.absent)
                    case .getGlobal:
                        let value = constants[Instruction.c(word)].box.pointee.value
                        if _slowPath(value.isAbsent) { throw usedTooEarly(code, pc) }
                        base[Instruction.a(word)] = value
                    case .setGlobal:
                        constants[Instruction.c(word)].box.pointee.value = base[Instruction.a(word)]

                    // Arithmetic.
                    case .add:
                        let left = base[Instruction.b(word)]
                        let right = base[Instruction.c(word)]
                        if _fastPath(left.meta | right.meta == 0) {
                            let (sum, overflow) = left.asInt.addingReportingOverflow(right.asInt)
                            if _slowPath(overflow) { throw RuntimeError.integerOverflow }
                            base[Instruction.a(word)] = .int(sum)
                        } else if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble + right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.add, left, right)
                            if _slowPath(heap.wantsCollection) {
                                try collect(base + code.pointee.registerCount, closure, frame - frames)
                            }
                        }
                    case .subtract:
                        let left = base[Instruction.b(word)]
                        let right = base[Instruction.c(word)]
                        if _fastPath(left.meta | right.meta == 0) {
                            let (difference, overflow) = left.asInt.subtractingReportingOverflow(right.asInt)
                            if _slowPath(overflow) { throw RuntimeError.integerOverflow }
                            base[Instruction.a(word)] = .int(difference)
                        } else if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble - right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.subtract, left, right)
                        }
                    case .multiply:
                        let left = base[Instruction.b(word)]
                        let right = base[Instruction.c(word)]
                        if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble * right.asDouble)
                        } else if left.meta | right.meta == 0 {
                            let (product, overflow) = left.asInt.multipliedReportingOverflow(by: right.asInt)
                            if _slowPath(overflow) { throw RuntimeError.integerOverflow }
                            base[Instruction.a(word)] = .int(product)
                        } else {
                            base[Instruction.a(word)] = try binary(.multiply, left, right)
                        }
                    case .divide:
                        let left = base[Instruction.b(word)]
                        let right = base[Instruction.c(word)]
                        if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble / right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.divide, left, right)
                        }
                    case .floorDivide:
                        let left = base[Instruction.b(word)]
                        let right = base[Instruction.c(word)]
                        if left.meta | right.meta == 0, left.asInt >= 0, right.asInt > 0 {
                            base[Instruction.a(word)] = .int(Machine.quotient(left.asInt, right.asInt))
                        } else {
                            base[Instruction.a(word)] = try binary(.floorDivide, left, right)
                        }
                    case .remainder:
                        let left = base[Instruction.b(word)]
                        let right = base[Instruction.c(word)]
                        if left.meta | right.meta == 0, left.asInt >= 0, right.asInt > 0 {
                            base[Instruction.a(word)] = .int(Machine.rest(left.asInt, right.asInt))
                        } else {
                            base[Instruction.a(word)] = try binary(.remainder, left, right)
                        }
                    case .power:
                        base[Instruction.a(word)] = try binary(
                            .power, base[Instruction.b(word)], base[Instruction.c(word)])
                    case .bitAnd:
                        base[Instruction.a(word)] = try binary(
                            .bitAnd, base[Instruction.b(word)], base[Instruction.c(word)])
                    case .bitOr:
                        base[Instruction.a(word)] = try binary(
                            .bitOr, base[Instruction.b(word)], base[Instruction.c(word)])
                    case .bitXor:
                        base[Instruction.a(word)] = try binary(
                            .bitXor, base[Instruction.b(word)], base[Instruction.c(word)])
                    case .shiftLeft:
                        base[Instruction.a(word)] = try binary(
                            .shiftLeft, base[Instruction.b(word)], base[Instruction.c(word)])
                    case .shiftRight:
                        base[Instruction.a(word)] = try binary(
                            .shiftRight, base[Instruction.b(word)], base[Instruction.c(word)])
                    case .addConstant:
                        let left = base[Instruction.b(word)]
                        let right = constants[Instruction.c(word)]
                        if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble + right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.add, left, right)
                            if _slowPath(heap.wantsCollection) {
                                try collect(base + code.pointee.registerCount, closure, frame - frames)
                            }
                        }
                    case .subtractConstant:
                        let left = base[Instruction.b(word)]
                        let right = constants[Instruction.c(word)]
                        if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble - right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.subtract, left, right)
                        }
                    case .multiplyConstant:
                        let left = base[Instruction.b(word)]
                        let right = constants[Instruction.c(word)]
                        if left.meta | right.meta == 0 {
                            let (product, overflow) = left.asInt.multipliedReportingOverflow(by: right.asInt)
                            if _slowPath(overflow) { throw RuntimeError.integerOverflow }
                            base[Instruction.a(word)] = .int(product)
                        } else if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble * right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.multiply, left, right)
                        }
                    case .divideConstant:
                        let left = base[Instruction.b(word)]
                        let right = constants[Instruction.c(word)]
                        if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble / right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try binary(.divide, left, right)
                        }
                    case .floorDivideConstant:
                        let left = base[Instruction.b(word)]
                        let right = constants[Instruction.c(word)]
                        if left.meta | right.meta == 0, left.asInt >= 0, right.asInt > 0 {
                            base[Instruction.a(word)] = .int(Machine.quotient(left.asInt, right.asInt))
                        } else {
                            base[Instruction.a(word)] = try binary(.floorDivide, left, right)
                        }
                    case .remainderConstant:
                        let left = base[Instruction.b(word)]
                        let right = constants[Instruction.c(word)]
                        if left.meta | right.meta == 0, left.asInt >= 0, right.asInt > 0 {
                            base[Instruction.a(word)] = .int(Machine.rest(left.asInt, right.asInt))
                        } else {
                            base[Instruction.a(word)] = try binary(.remainder, left, right)
                        }
                    case .addInt:
                        let left = base[Instruction.b(word)]
                        if _fastPath(left.isInt) {
                            let (sum, overflow) = left.asInt.addingReportingOverflow(Instruction.signedC(word))
                            if _slowPath(overflow) { throw RuntimeError.integerOverflow }
                            base[Instruction.a(word)] = .int(sum)
                        } else {
                            base[Instruction.a(word)] = try addInt(left, Instruction.signedC(word))
                        }
                    case .addTo:
                        let left = base[Instruction.a(word)]
                        let right = base[Instruction.b(word)]
                        if left.meta | right.meta == 0 {
                            let (sum, overflow) = left.asInt.addingReportingOverflow(right.asInt)
                            if _slowPath(overflow) { throw RuntimeError.integerOverflow }
                            base[Instruction.a(word)] = .int(sum)
                        } else if left.isFloat, right.isFloat {
                            base[Instruction.a(word)] = .float(left.asDouble + right.asDouble)
                        } else {
                            base[Instruction.a(word)] = try addTo(left, right)
                            if _slowPath(heap.wantsCollection) {
                                try collect(base + code.pointee.registerCount, closure, frame - frames)
                            }
                        }
                    case .negate:
                        base[Instruction.a(word)] = try negate(base[Instruction.b(word)])
                    case .not:
                        let value = base[Instruction.b(word)]
                        if _slowPath(!value.isBool) { throw notCondition(value) }
                        base[Instruction.a(word)] = .bool(!value.asBool)
                    case .bitNot:
                        let value = base[Instruction.b(word)]
                        if _slowPath(!value.isInt) { throw notBits(value) }
                        base[Instruction.a(word)] = .int(~value.asInt)

                    // Comparison.
                    case .equal:
                        base[Instruction.a(word)] = .bool(
                            try heap.areEqual(base[Instruction.b(word)], base[Instruction.c(word)]))
                    case .notEqual:
                        base[Instruction.a(word)] = .bool(
                            !(try heap.areEqual(base[Instruction.b(word)], base[Instruction.c(word)])))
                    case .less:
                        base[Instruction.a(word)] = .bool(
                            try isLess(base[Instruction.b(word)], base[Instruction.c(word)]))
                    case .lessOrEqual:
                        base[Instruction.a(word)] = .bool(
                            try isLessOrEqual(base[Instruction.b(word)], base[Instruction.c(word)]))
                    case .contained:
                        base[Instruction.a(word)] = try binary(
                            .contained, base[Instruction.b(word)], base[Instruction.c(word)])

                    // Jumps.
                    case .jump:
                        pc += Instruction.signedC(word)
                    case .jumpIfTrue:
                        let value = base[Instruction.a(word)]
                        if _slowPath(!value.isBool) { throw notCondition(value) }
                        if value.asBool { pc += Instruction.signedC(word) }
                    case .jumpIfFalse:
                        let value = base[Instruction.a(word)]
                        if _slowPath(!value.isBool) { throw notCondition(value) }
                        if !value.asBool { pc += Instruction.signedC(word) }
                    case .jumpIfNull:
                        if base[Instruction.a(word)].isNull { pc += Instruction.signedC(word) }
                    case .jumpIfNotNull:
                        if !base[Instruction.a(word)].isNull { pc += Instruction.signedC(word) }
                    case .jumpIfAbsent:
                        if base[Instruction.a(word)].isAbsent { pc += Instruction.signedC(word) }
                    case .jumpIfPresent:
                        if !base[Instruction.a(word)].isAbsent { pc += Instruction.signedC(word) }
                    case .jumpIfLess:
                        if try isLess(base[Instruction.a(word)], base[Instruction.b(word)]) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessLess:
                        if try !isLess(base[Instruction.a(word)], base[Instruction.b(word)]) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfLessOrEqual:
                        if try isLessOrEqual(base[Instruction.a(word)], base[Instruction.b(word)]) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessLessOrEqual:
                        if try !isLessOrEqual(base[Instruction.a(word)], base[Instruction.b(word)]) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfEqual:
                        if try heap.areEqual(base[Instruction.a(word)], base[Instruction.b(word)]) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessEqual:
                        if try !heap.areEqual(base[Instruction.a(word)], base[Instruction.b(word)]) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfLessInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt < right { pc += Instruction.signedC(word) }
                        } else if try isLess(value, .int(right)) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessLessInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt >= right { pc += Instruction.signedC(word) }
                        } else if try !isLess(value, .int(right)) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfLessOrEqualInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt <= right { pc += Instruction.signedC(word) }
                        } else if try isLessOrEqual(value, .int(right)) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessLessOrEqualInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt > right { pc += Instruction.signedC(word) }
                        } else if try !isLessOrEqual(value, .int(right)) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfGreaterInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt > right { pc += Instruction.signedC(word) }
                        } else if try isLess(.int(right), value) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessGreaterInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt <= right { pc += Instruction.signedC(word) }
                        } else if try !isLess(.int(right), value) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfGreaterOrEqualInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt >= right { pc += Instruction.signedC(word) }
                        } else if try isLessOrEqual(.int(right), value) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessGreaterOrEqualInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt < right { pc += Instruction.signedC(word) }
                        } else if try !isLessOrEqual(.int(right), value) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpIfEqualInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt == right { pc += Instruction.signedC(word) }
                        } else if value.isFloat, value.asDouble == Double(right) {
                            pc += Instruction.signedC(word)
                        }
                    case .jumpUnlessEqualInt:
                        let value = base[Instruction.a(word)]
                        let right = Instruction.signedB(word)
                        if _fastPath(value.isInt) {
                            if value.asInt != right { pc += Instruction.signedC(word) }
                        } else if !(value.isFloat && value.asDouble == Double(right)) {
                            pc += Instruction.signedC(word)
                        }
                    case .poll:
                        budget &-= 1
                        if _slowPath(budget <= 0) { budget = try poll(remaining: budget) }

                    // Loops.
                    case .rangePrepare:
                        let loop = base + Instruction.a(word)
                        if let bounds = try rangeBounds(loop[0], loop[1], isClosed: Instruction.b(word) == 1) {
                            loop[0] = .int(bounds.first)
                            loop[1] = .int(bounds.last)
                            loop[2] = .int(bounds.first)
                        } else {
                            pc += Instruction.signedC(word)
                        }
                    case .rangeNext:
                        let loop = base + Instruction.a(word)
                        let current = loop[0].asInt
                        if current < loop[1].asInt {
                            budget &-= 1
                            if _slowPath(budget <= 0) { budget = try poll(remaining: budget) }
                            loop[0].bits = UInt64(bitPattern: Int64(current &+ 1))
                            loop[2] = .int(current &+ 1)
                            pc += Instruction.signedC(word)
                        }
                    case .iteratePrepare:
                        let loop = base + Instruction.a(word)
                        loop[0] = try prepareIteration(loop[0])
                        loop[1] = .int(0)
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }
                    case .iterateNext:
                        let loop = base + Instruction.a(word)
                        let index = loop[1].asInt
                        let element: Value
                        if loop[0].isList {
                            let list = loop[0].list
                            if index >= list.pointee.count { continue }
                            element = list.pointee.elements[index]
                        } else {
                            guard let next = try nextElement(loop[0], index) else { continue }
                            element = next
                        }
                        budget &-= 1
                        if _slowPath(budget <= 0) { budget = try poll(remaining: budget) }
                        element.markShared()
                        loop[1].bits = UInt64(bitPattern: Int64(index &+ 1))
                        loop[2] = element
                        pc += Instruction.signedC(word)
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }

                    // Calls.
                    case .callKnown, .callSelf, .callClosure, .call, .callLabelled:
                        var registers = base + Instruction.a(word)
                        let target: UnsafeMutablePointer<FunctionCode>
                        let callee: RawCell
                        switch Instruction.operation(word) {
                        case .callKnown:
                            target = code.pointee.functions[Instruction.c(word)]
                            callee = target.pointee.staticClosure.cell
                        case .callSelf:
                            target = code
                            callee = closure
                        case .callClosure where base[Instruction.c(word)].meta == Value.closureMeta:
                            target = base[Instruction.c(word)].closure.pointee.code
                            callee = base[Instruction.c(word)].cell
                        default:
                            let function = base[Instruction.c(word)]
                            let count = Instruction.b(word)
                            if function.meta == Value.closureMeta, Instruction.operation(word) == .call,
                                function.closure.pointee.code.pointee.directCount == count
                            {
                                target = function.closure.pointee.code
                                callee = function.cell
                            } else {
                                var labels: [String?]?
                                if Instruction.operation(word) == .callLabelled {
                                    labels = code.pointee.info.labelLists[Int(pc.pointee)]
                                    pc += 1
                                }
                                self.code = code
                                self.closure = closure
                                self.base = base
                                self.position = pc
                                self.budget = budget
                                self.frameCount = frame - frames
                                let result = try callSlowly(function, registers, count, labels: labels)
                                budget = self.budget
                                if let result {
                                    registers.pointee = result
                                    if _slowPath(heap.wantsCollection) {
                                        try collect(base + code.pointee.registerCount, closure, frame - frames)
                                    }
                                    continue
                                }
                                target = function.closure.pointee.code
                                callee = function.cell
                            }
                        }
                        budget &-= 1
                        if _slowPath(budget <= 0) { budget = try poll(remaining: budget) }
                        if _slowPath(frame - frames >= frameLimit) { throw tooDeep() }
                        frame.pointee = Frame(code: code, closure: closure, base: base, position: pc)
                        if _slowPath(registers + target.pointee.registerCount > stackLimit) {
                            try raiseStackLimit(registers + target.pointee.registerCount)
                        }
                        frame += 1
                        base = registers
                        registers = base
                        code = target
                        closure = callee
                        pc = target.pointee.words
                        constants = target.pointee.constants
                    case .callBuiltin:
                        let registers = base + Instruction.a(word)
                        self.code = code
                        self.closure = closure
                        self.base = base
                        self.position = pc
                        self.budget = budget
                        self.frameCount = frame - frames
                        let parked = heap.state.pointee.parked.count
                        registers.pointee = try builtins[Instruction.c(word)].body(
                            context, registers, Instruction.b(word))
                        budget = self.budget
                        if _slowPath(heap.state.pointee.parked.count != parked) { unpark(to: parked) }
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }
                    case .returnValue, .returnNull:
                        let result =
                            Instruction.operation(word) == .returnNull ? Value.null : base[Instruction.a(word)]
                        base.pointee = result
                        frame -= 1
                        if _slowPath(frame - frames < entryCount) {
                            frameCount = entryCount
                            return result
                        }
                        code = frame.pointee.code
                        closure = frame.pointee.closure
                        base = frame.pointee.base
                        pc = frame.pointee.position
                        constants = code.pointee.constants
                    case .makeClosure:
                        base[Instruction.a(word)] = makeClosure(
                            code.pointee.functions[Instruction.c(word)], base: base, running: closure)
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }

                    // Lists, records, ranges, strings.
                    case .makeList:
                        let count = Instruction.c(word)
                        let elements = base + Instruction.b(word)
                        let list = heap.makeList(capacity: count)
                        list.list.pointee.elements.update(from: elements, count: count)
                        list.list.pointee.count = count
                        base[Instruction.a(word)] = list
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }
                    case .appendElement:
                        heap.append(base[Instruction.b(word)], to: base[Instruction.a(word)])
                    case .appendSpread:
                        try appendSpread(base[Instruction.b(word)], to: base[Instruction.a(word)])
                    case .makeRecord:
                        let shape = UnsafeMutablePointer<Shape>(bitPattern: UInt(pc.pointee)).unsafelyUnwrapped
                        pc += 1
                        let count = shape.pointee.count
                        let record = heap.makeRecord(shape: shape, capacity: count)
                        record.record.pointee.slots.update(from: base + Instruction.b(word), count: count)
                        base[Instruction.a(word)] = record
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }
                    case .makeEmptyRecord:
                        base[Instruction.a(word)] = heap.makeRecord(capacity: Instruction.c(word))
                    case .putField:
                        heap.set(
                            base[Instruction.a(word)].record, constants[Instruction.c(word)].string,
                            base[Instruction.b(word)])
                    case .putSpread:
                        try putSpread(base[Instruction.b(word)], into: base[Instruction.a(word)])
                    case .makeRange, .makeClosedRange:
                        let lower = base[Instruction.b(word)]
                        let upper = base[Instruction.c(word)]
                        if _slowPath(lower.meta | upper.meta != 0) { throw rangeEnds(lower, upper) }
                        base[Instruction.a(word)] = heap.makeRange(
                            lower.asInt, upper.asInt, inclusive: Instruction.operation(word) == .makeClosedRange)
                    case .getField:
                        let value = base[Instruction.b(word)]
                        let cache = pc.pointee
                        if _fastPath(value.isRecord),
                            value.header.pointee.extra == UInt32(truncatingIfNeeded: cache),
                            UInt32(truncatingIfNeeded: cache) != 0
                        {
                            base[Instruction.a(word)] = value.record.pointee.slots[Int(cache >> 32)]
                        } else {
                            base[Instruction.a(word)] = try getFieldSlowly(
                                value, constants[Instruction.c(word)].string, cache: pc)
                        }
                        pc += 1
                    case .tryField:
                        base[Instruction.a(word)] =
                            try field(base[Instruction.b(word)], constants[Instruction.c(word)].string) ?? .absent
                    case .setField:
                        let value = base[Instruction.a(word)]
                        let cache = pc.pointee
                        if _fastPath(value.isRecord),
                            value.header.pointee.extra == UInt32(truncatingIfNeeded: cache),
                            UInt32(truncatingIfNeeded: cache) != 0
                        {
                            value.record.pointee.slots[Int(cache >> 32)] = base[Instruction.b(word)]
                        } else {
                            try setFieldSlowly(
                                value, constants[Instruction.c(word)].string, base[Instruction.b(word)], cache: pc)
                        }
                        pc += 1
                    case .getIndex:
                        let value = base[Instruction.b(word)]
                        let index = base[Instruction.c(word)]
                        if value.isList, index.isInt,
                            UInt(bitPattern: index.asInt) < UInt(bitPattern: value.list.pointee.count)
                        {
                            base[Instruction.a(word)] = value.list.pointee.elements[index.asInt]
                        } else {
                            base[Instruction.a(word)] = try getIndexSlowly(value, index)
                            if _slowPath(heap.wantsCollection) {
                                try collect(base + code.pointee.registerCount, closure, frame - frames)
                            }
                        }
                    case .setIndex:
                        let value = base[Instruction.a(word)]
                        let index = base[Instruction.b(word)]
                        if value.isList, index.isInt,
                            UInt(bitPattern: index.asInt) < UInt(bitPattern: value.list.pointee.count)
                        {
                            value.list.pointee.elements[index.asInt] = base[Instruction.c(word)]
                        } else {
                            try setIndexSlowly(value, index, base[Instruction.c(word)])
                        }
                    case .slice:
                        let operands = base + Instruction.b(word)
                        base[Instruction.a(word)] = try slice(
                            operands[0], lower: operands[1], upper: operands[2], isClosed: Instruction.c(word) == 1)
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }
                    case .own:
                        let value = base[Instruction.a(word)]
                        if value.isAggregate, value.header.pointee.flags & CellHeader.shared != 0 {
                            base[Instruction.a(word)] = try heap.copyAggregate(value)
                        }
                    case .ownField:
                        base[Instruction.a(word)] = try ownField(
                            base[Instruction.b(word)], constants[Instruction.c(word)].string)
                    case .ownIndex:
                        let value = base[Instruction.b(word)]
                        let index = base[Instruction.c(word)]
                        if value.isList, index.isInt,
                            UInt(bitPattern: index.asInt) < UInt(bitPattern: value.list.pointee.count)
                        {
                            let place = value.list.pointee.elements + index.asInt
                            place.pointee = try heap.unshared(place.pointee)
                            base[Instruction.a(word)] = place.pointee
                        } else {
                            base[Instruction.a(word)] = try ownIndex(value, index)
                        }
                    case .interpolate:
                        base[Instruction.a(word)] = try interpolate(
                            base + Instruction.b(word), count: Instruction.c(word))
                        if _slowPath(heap.wantsCollection) {
                            try collect(base + code.pointee.registerCount, closure, frame - frames)
                        }

                    // Patterns.
                    case .unlessListOf:
                        let value = base[Instruction.a(word)]
                        if !value.isList || value.list.pointee.count != Instruction.b(word) {
                            pc += Instruction.signedC(word)
                        }
                    case .unlessListOfAtLeast:
                        let value = base[Instruction.a(word)]
                        if !value.isList || value.list.pointee.count < Instruction.b(word) {
                            pc += Instruction.signedC(word)
                        }
                    case .unlessRecord:
                        if !base[Instruction.a(word)].isRecord { pc += Instruction.signedC(word) }
                    case .unlessInRange:
                        if try !isInRange(
                            base[Instruction.a(word)], code.pointee.info.rangePatterns[Instruction.b(word)])
                        {
                            pc += Instruction.signedC(word)
                        }
                    case .listRest:
                        let value = base[Instruction.b(word)]
                        let ends = Instruction.c(word)
                        base[Instruction.a(word)] = try subList(
                            value, from: ends & 0xFFF, to: value.list.pointee.count - ends >> 12)
                    case .recordRest:
                        base[Instruction.a(word)] = try recordRest(
                            base[Instruction.b(word)], without: code.pointee.info.keyLists[Instruction.c(word)])
                    case .failPattern:
                        throw patternMismatch(base[Instruction.a(word)])
                    case .failMatch:
                        throw noMatch(base[Instruction.a(word)])

                    // The rest.
                    case .checkType:
                        try check(
                            base[Instruction.a(word)], code.pointee.info.annotations[Instruction.c(word)])
                    case .rethrow:
                        throw base[Instruction.a(word)].errorValue ?? RuntimeError(.failed, "an error")
                    case .importModule:
                        self.code = code
                        self.closure = closure
                        self.base = base
                        self.position = pc
                        self.budget = budget
                        self.frameCount = frame - frames
                        base[Instruction.a(word)] = try interpreter.importModule(
                            code.pointee.info.modulePaths[Instruction.c(word)], from: code.pointee.info.file)
                        budget = self.budget
                    case .registerTest:
                        interpreter.registerTest(
                            constants[Instruction.c(word)].stringValue ?? "", base[Instruction.a(word)])
                    }
                }
            } catch {
                let failure = RuntimeError.wrapping(error)
                self.code = code
                self.closure = closure
                self.base = base
                self.position = pc
                self.frameCount = frame - frames
                locate(failure)
                if budget <= 0 { budget = 1 }
                // The innermost code that handles it, in this run of the loop.
                while true {
                    if !failure.isFatal, let handler = Machine.handler(code, pc) {
                        base[handler.register] = heap.makeError(failure)
                        pc = code.pointee.words + handler.target
                        break
                    }
                    frame -= 1
                    if frame - frames < entryCount {
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
}
