/// What the loop leaves to one function.
extension Machine {
    /// Does an instruction in full, for the frame that the loop stored.
    ///
    /// - Parameter next: The word behind the instruction.
    /// - Returns: Where to go on; nil if `arrangedCallee` is to be called, whose parameters lie in place and whose call returns to `position`.
    @inline(never)
    func perform(
        _ word: UInt64, _ next: UnsafeMutablePointer<UInt64>
    ) throws -> UnsafeMutablePointer<UInt64>? {
        let code = self.code.unsafelyUnwrapped
        let base = self.base
        let constants = code.pointee.constants
        /// Where a jump leads.
        var target: UnsafeMutablePointer<UInt64> { next + word.signedC }
        let operation = Instruction.operation(word)
        switch operation {
        // Variables outside of registers.
        case .getCaptureBox, .getBox, .getGlobal: throw usedTooEarly(code, next)
        case .makeBox: base[word.a] = heap.makeBox(base[word.b])
        case .makeEmptyBox: base[word.a] = heap.makeBox(.absent)

        // Arithmetic.
        case .add: base[word.a] = try binary(.add, base[word.b], base[word.c])
        case .subtract: base[word.a] = try binary(.subtract, base[word.b], base[word.c])
        case .multiply: base[word.a] = try binary(.multiply, base[word.b], base[word.c])
        case .divide: base[word.a] = try binary(.divide, base[word.b], base[word.c])
        case .floorDivide: base[word.a] = try binary(.floorDivide, base[word.b], base[word.c])
        case .remainder: base[word.a] = try binary(.remainder, base[word.b], base[word.c])
        case .power: base[word.a] = try binary(.power, base[word.b], base[word.c])
        case .bitAnd: base[word.a] = try binary(.bitAnd, base[word.b], base[word.c])
        case .bitOr: base[word.a] = try binary(.bitOr, base[word.b], base[word.c])
        case .bitXor: base[word.a] = try binary(.bitXor, base[word.b], base[word.c])
        case .shiftLeft: base[word.a] = try binary(.shiftLeft, base[word.b], base[word.c])
        case .shiftRight: base[word.a] = try binary(.shiftRight, base[word.b], base[word.c])
        case .addConstant: base[word.a] = try binary(.add, base[word.b], constants[word.c])
        case .subtractConstant: base[word.a] = try binary(.subtract, base[word.b], constants[word.c])
        case .multiplyConstant: base[word.a] = try binary(.multiply, base[word.b], constants[word.c])
        case .divideConstant: base[word.a] = try binary(.divide, base[word.b], constants[word.c])
        case .floorDivideConstant: base[word.a] = try binary(.floorDivide, base[word.b], constants[word.c])
        case .remainderConstant: base[word.a] = try binary(.remainder, base[word.b], constants[word.c])
        case .addInt:
            // How it was written matters to messages.
            let number = word.signedC
            base[word.a] =
                try number < 0
                ? binary(.subtract, base[word.b], .int(-number)) : binary(.add, base[word.b], .int(number))
        case .multiplyInt: base[word.a] = try binary(.multiply, base[word.b], .int(word.signedC))
        case .floorDivideInt:
            base[word.a] = try binary(.floorDivide, base[word.b], .int(word.c))
            return next + 1
        case .shiftDown: base[word.a] = try binary(.floorDivide, base[word.b], .int(1 << word.c))
        case .remainderInt:
            base[word.a] = try binary(.remainder, base[word.b], .int(word.c))
            return next + 1
        case .lowBits: base[word.a] = try binary(.remainder, base[word.b], .int(word.c + 1))
        case .addTo: base[word.a] = try addTo(base[word.a], base[word.b])
        case .negate: base[word.a] = try negate(base[word.b])
        case .not: throw notCondition(base[word.b])
        case .bitNot: base[word.a] = try invert(base[word.b])

        // Comparison.
        case .equal: base[word.a] = .bool(try heap.areEqual(base[word.b], base[word.c]))
        case .notEqual: base[word.a] = .bool(!(try heap.areEqual(base[word.b], base[word.c])))
        case .less: base[word.a] = .bool(try isLess(base[word.b], base[word.c]))
        case .lessOrEqual: base[word.a] = .bool(try isLessOrEqual(base[word.b], base[word.c]))
        case .contained: base[word.a] = try binary(.contained, base[word.b], base[word.c])

        // Jumps.
        case .jumpIfTrue, .jumpIfFalse: throw notCondition(base[word.a])
        case .jumpIfLess: return try isLess(base[word.a], base[word.b]) ? target : next
        case .jumpUnlessLess: return try isLess(base[word.a], base[word.b]) ? next : target
        case .jumpIfLessOrEqual: return try isLessOrEqual(base[word.a], base[word.b]) ? target : next
        case .jumpUnlessLessOrEqual: return try isLessOrEqual(base[word.a], base[word.b]) ? next : target
        case .jumpIfEqual: return try heap.areEqual(base[word.a], base[word.b]) ? target : next
        case .jumpUnlessEqual: return try heap.areEqual(base[word.a], base[word.b]) ? next : target
        case .jumpIfLessInt: return try isLess(base[word.a], .int(word.signedB)) ? target : next
        case .jumpUnlessLessInt: return try isLess(base[word.a], .int(word.signedB)) ? next : target
        case .jumpIfLessOrEqualInt: return try isLessOrEqual(base[word.a], .int(word.signedB)) ? target : next
        case .jumpUnlessLessOrEqualInt: return try isLessOrEqual(base[word.a], .int(word.signedB)) ? next : target
        case .jumpIfGreaterInt: return try isLess(.int(word.signedB), base[word.a]) ? target : next
        case .jumpUnlessGreaterInt: return try isLess(.int(word.signedB), base[word.a]) ? next : target
        case .jumpIfGreaterOrEqualInt: return try isLessOrEqual(.int(word.signedB), base[word.a]) ? target : next
        case .jumpUnlessGreaterOrEqualInt: return try isLessOrEqual(.int(word.signedB), base[word.a]) ? next : target
        // Equal to an int are ints and floats alone.
        case .jumpIfEqualInt: return next
        case .jumpUnlessEqualInt: return target

        // Loops.
        case .rangePrepare:
            let loop = base + word.a
            guard let bounds = try rangeBounds(loop[0], loop[1], isClosed: word.b == 1) else { return target }
            loop[0] = .int(bounds.first)
            loop[1] = .int(bounds.last)
            loop[2] = .int(bounds.first)
        case .iteratePrepare:
            let loop = base + word.a
            loop[0] = try prepareIteration(loop[0])
            loop[1] = .int(0)
        case .iterateNext:
            let loop = base + word.a
            guard let element = try nextElement(loop[0], loop[1].asInt) else { return next }
            element.markShared()
            loop[1] = .int(loop[1].asInt + 1)
            loop[2] = element
            return target

        // Calls.
        case .callClosure, .call:
            return try callSlowly(base[word.c], base + word.a, word.b, labels: nil, returningTo: next)
        case .callLabelled:
            let labels = code.pointee.info.labelLists[Int(next.pointee)]
            return try callSlowly(base[word.c], base + word.a, word.b, labels: labels, returningTo: next + 1)
        case .makeClosure:
            base[word.a] = makeClosure(
                code.pointee.functions[word.c], base: base, running: closure.unsafelyUnwrapped)
        case .length, .squareRoot:
            var argument = base[word.b]
            base[word.a] = try builtins[word.c].call(context, &argument, 1)
        case .push:
            var arguments = (base[word.a], base[word.b])
            base[word.a] = try withUnsafeMutablePointer(to: &arguments) { arguments in
                try arguments.withMemoryRebound(to: Value.self, capacity: 2) {
                    try builtins[word.c].call(context, $0, 2)
                }
            }

        // Lists, records, ranges, strings.
        case .makeList:
            let list = heap.makeList(capacity: word.c)
            list.list.pointee.elements.update(from: base + word.b, count: word.c)
            list.list.pointee.count = word.c
            base[word.a] = list
        case .appendElement: heap.append(base[word.b], to: base[word.a])
        case .appendSpread: try appendSpread(base[word.b], to: base[word.a])
        case .makeRecord:
            let shape = UnsafeMutablePointer<Shape>(bitPattern: UInt(next.pointee)).unsafelyUnwrapped
            let count = shape.pointee.count
            let record = heap.makeRecord(shape: shape, capacity: count)
            record.record.pointee.slots.update(from: base + word.b, count: count)
            base[word.a] = record
            return next + 1
        case .makeEmptyRecord: base[word.a] = heap.makeRecord(capacity: word.c)
        case .putField: heap.set(base[word.a].record, constants[word.c].string, base[word.b])
        case .putSpread: try putSpread(base[word.b], into: base[word.a])
        case .makeRange, .makeClosedRange:
            let (lower, upper) = (base[word.b], base[word.c])
            if lower.meta | upper.meta != 0 { throw rangeEnds(lower, upper) }
            base[word.a] = heap.makeRange(lower.asInt, upper.asInt, inclusive: operation == .makeClosedRange)
        case .getField:
            base[word.a] = try getFieldSlowly(base[word.b], constants[word.c].string, cache: next)
            return next + 1
        case .getElementField:
            let element = try getIndexSlowly(base[word.b], base[word.c])
            // What fails from here on is located by the word of the cache.
            position = next + 1
            do {
                base[word.a] = try getFieldSlowly(element, constants[next.pointee.cachedKey].string, cache: next)
            } catch {
                let failure = RuntimeError.wrapping(error)
                locate(failure)
                throw failure
            }
            return next + 1
        case .tryField: base[word.a] = try field(base[word.b], constants[word.c].string) ?? .absent
        case .setField:
            base[word.a] = try heap.unshared(base[word.a])
            try setFieldSlowly(base[word.a], constants[word.c].string, base[word.b], cache: next)
            return next + 1
        case .addToField, .subtractFromField:
            base[word.a] = try heap.unshared(base[word.a])
            let key = constants[word.c].string
            let old = try getFieldSlowly(base[word.a], key, cache: next)
            let new =
                try operation == .addToField
                ? addTo(old, base[word.b]) : binary(.subtract, old, base[word.b])
            try setFieldSlowly(base[word.a], key, new, cache: next)
            return next + 1
        case .getIndex: base[word.a] = try getIndexSlowly(base[word.b], base[word.c])
        case .setIndex:
            base[word.a] = try heap.unshared(base[word.a])
            try setIndexSlowly(base[word.a], base[word.b], base[word.c])
        case .addToIndex:
            base[word.a] = try heap.unshared(base[word.a])
            let old = try getIndexSlowly(base[word.a], base[word.b])
            try setIndexSlowly(base[word.a], base[word.b], addTo(old, base[word.c]))
        case .slice:
            let operands = base + word.b
            base[word.a] = try slice(
                operands[0], lower: operands[1], upper: operands[2], isClosed: word.c == 1)
        case .own: base[word.a] = try heap.unshared(base[word.a])
        case .ownField:
            base[word.b] = try heap.unshared(base[word.b])
            base[word.a] = try ownField(base[word.b], constants[word.c].string)
        case .ownIndex:
            base[word.b] = try heap.unshared(base[word.b])
            base[word.a] = try ownIndex(base[word.b], base[word.c])
        case .interpolate: base[word.a] = try interpolate(base + word.b, count: word.c)

        // Patterns.
        case .unlessListOf:
            let value = base[word.a]
            return value.isList && value.list.pointee.count == word.b ? next : target
        case .unlessListOfAtLeast:
            let value = base[word.a]
            return value.isList && value.list.pointee.count >= word.b ? next : target
        case .unlessRecord: return base[word.a].isRecord ? next : target
        case .unlessInRange:
            return try isInRange(base[word.a], code.pointee.info.rangePatterns[word.b]) ? next : target
        case .listRest:
            let value = base[word.b]
            base[word.a] = try subList(
                value, from: word.c & 0xFFF, to: value.list.pointee.count - word.c >> 12)
        case .recordRest:
            base[word.a] = try recordRest(base[word.b], without: code.pointee.info.keyLists[word.c])
        case .failPattern: throw patternMismatch(base[word.a])
        case .failMatch: throw noMatch(base[word.a])

        // The rest.
        case .checkType: try check(base[word.a], code.pointee.info.annotations[word.c])
        case .rethrow: throw base[word.a].errorValue ?? RuntimeError(.failed, "an error")
        case .importModule:
            base[word.a] = try interpreter.importModule(
                code.pointee.info.modulePaths[word.c], from: code.pointee.info.file)
        case .registerTest: interpreter.registerTest(constants[word.c].stringValue ?? "", base[word.a])

        case .move, .copy, .share, .loadConstant, .loadInt, .loadNull, .loadTrue, .loadFalse, .loadAbsent, .loadSelf,
            .getCapture, .setCaptureBox, .setBox, .setGlobal, .jump, .jumpIfNull, .jumpIfNotNull, .jumpIfAbsent,
            .jumpIfPresent, .rangeNext, .callKnown, .callSelf, .callBuiltin, .returnValue, .returnNull:
            preconditionFailure("the loop does all of \(operation)")
        }
        return next
    }

    /// `~value`
    private func invert(_ value: Value) throws -> Value {
        guard value.isInt else {
            throw RuntimeError(.operandTypes, "`~` is not defined for \(value.typeName)")
        }
        return .int(~value.asInt)
    }
}
