import EdgeTensors

/// Slices, their masks resolved into plain ranges.
extension TFLiteGraphReader {
    mutating func readSlice(_ operation: TFLiteOperation) throws {
        guard let starts = try integers(operation, 1), let sizes = try integers(operation, 2),
            starts.count == sizes.count
        else { return try readComputedSlice(operation) }
        let ends = zip(starts, sizes).map { start, size in size == -1 ? Int(Int32.max) : start &+ size }
        try emitSlice(operation, starts: starts, ends: ends, steps: starts.map { _ in 1 }, removing: [], adding: [])
    }

    /// Resolves the masks: which bounds to ignore, which axes to add, remove or leave whole.
    mutating func readStridedSlice(_ operation: TFLiteOperation) throws {
        guard let begins = try integers(operation, 1), var ends = try integers(operation, 2),
            let strides = try integers(operation, 3),
            begins.count == ends.count, begins.count == strides.count, begins.count <= 16
        else { return try readComputedStridedSlice(operation) }
        if try operation.bool(5) {
            // Ends count from the beginnings.
            ends = zip(begins, ends).map { $0 &+ $1 }
        }
        let beginMask = try operation.int(0)
        let endMask = try operation.int(1)
        let ellipsisMask = try operation.int(2)
        let newMask = try operation.int(3)
        let shrinkMask = try operation.int(4)
        guard let rank = try typeOfInput(operation, 0)?.shape?.count else {
            return try computed(operation, "shape")
        }
        let named = begins.indices.filter { (newMask | ellipsisMask) >> $0 & 1 == 0 }.count
        var starts: [Int] = []
        var stops: [Int] = []
        var steps: [Int] = []
        var removed: [Int] = []
        var added: [Int] = []
        for index in begins.indices {
            func has(_ mask: Int) -> Bool { mask >> index & 1 == 1 }
            if has(ellipsisMask) {
                for _ in 0..<max(0, rank - named) {
                    starts.append(0)
                    stops.append(Int(Int32.max))
                    steps.append(1)
                }
            } else if has(newMask) {
                added.append(starts.count - removed.count + added.count)
            } else if has(shrinkMask) {
                removed.append(starts.count)
                starts.append(begins[index])
                stops.append(begins[index] == -1 ? Int(Int32.max) : begins[index] &+ 1)
                steps.append(1)
            } else {
                let forwards = strides[index] > 0
                starts.append(has(beginMask) ? (forwards ? 0 : Int(Int32.max)) : begins[index])
                stops.append(has(endMask) ? (forwards ? Int(Int32.max) : -Int(Int32.max)) : ends[index])
                steps.append(strides[index])
            }
        }
        guard starts.count <= rank else {
            throw ModelError.inconsistent(
                "\(operation.name) `\(nodeName(operation))` names \(starts.count) axes of \(rank)")
        }
        try emitSlice(operation, starts: starts, ends: stops, steps: steps, removing: removed, adding: added)
    }

    private mutating func emitSlice(
        _ operation: TFLiteOperation, starts: [Int], ends: [Int], steps: [Int], removing: [Int], adding: [Int]
    ) throws {
        let result = try output(operation)
        let data = try required(operation, 0)
        let loose = graph.type(of: result).map {
            TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization)
        }
        var inputs: [ValueID?] = [
            data, try int64s(operation, "/starts", starts), try int64s(operation, "/ends", ends),
            try int64s(operation, "/axes", Array(starts.indices)),
        ]
        if steps.contains(where: { $0 != 1 }) { inputs.append(try int64s(operation, "/steps", steps)) }
        var stages: [(Operator, [Int])] = []
        if !removing.isEmpty { stages.append((.squeeze, removing)) }
        if !adding.isEmpty { stages.append((.unsqueeze, adding)) }
        var current = stages.isEmpty ? result : intermediate(operation, "/slice", loose)
        emit(.slice, operation, inputs, to: [current], suffix: stages.isEmpty ? "" : "/slice")
        for (position, stage) in stages.enumerated() {
            let last = position == stages.count - 1
            let next = last ? result : intermediate(operation, "/stage\(position)", loose)
            let axes = try int64s(operation, "/\(stage.0.rawValue)", stage.1)
            emit(stage.0, operation, [current, axes], to: [next], suffix: last ? "" : "/\(stage.0.rawValue)")
            current = next
        }
    }

    // MARK: Computed ranges

    /// A range that is known only when the model runs: the end is the start and the size, or the border.
    private mutating func readComputedSlice(_ operation: TFLiteOperation) throws {
        let starts = try int64Input(operation, 1, suffix: "/starts")
        let sizes = try int64Input(operation, 2, suffix: "/sizes")
        let sum = long(operation, "/sum")
        emit(.add, operation, [starts, sizes], to: [sum], suffix: "/sum")
        let ends = try chosen(operation, where: sizes, is: -1, then: Int(Int32.max), otherwise: sum, "/ends")
        emit(.slice, operation, [try required(operation, 0), starts, ends], to: [try output(operation)])
    }

    /// Computed bounds with constant strides, masks that leave out bounds or remove axes.
    private mutating func readComputedStridedSlice(_ operation: TFLiteOperation) throws {
        guard let strides = try integers(operation, 3), try operation.int(2) == 0, try operation.int(3) == 0 else {
            return try computed(operation, "range")
        }
        let (beginMask, endMask, shrinkMask) = (try operation.int(0), try operation.int(1), try operation.int(4))
        var starts = try int64Input(operation, 1, suffix: "/starts")
        var ends = try int64Input(operation, 2, suffix: "/ends")
        if try operation.bool(5) {
            let sum = long(operation, "/sum")
            emit(.add, operation, [starts, ends], to: [sum], suffix: "/sum")
            ends = sum
        }
        func bits(_ mask: Int) -> [Bool] { strides.indices.map { mask >> $0 & 1 == 1 } }
        if shrinkMask != 0 {
            let next = long(operation, "/next")
            emit(.add, operation, [starts, try int64s(operation, "/one", [1])], to: [next], suffix: "/next")
            let one = try chosen(operation, where: starts, is: -1, then: Int(Int32.max), otherwise: next, "/only")
            ends = try masked(operation, bits(shrinkMask), one, ends, "/shrunk")
        }
        let borders = strides.map { $0 > 0 ? (0, Int(Int32.max)) : (Int(Int32.max), -Int(Int32.max)) }
        if beginMask != 0 {
            let first = try int64s(operation, "/firsts", borders.map(\.0))
            starts = try masked(operation, bits(beginMask & ~shrinkMask), first, starts, "/begin")
        }
        if endMask != 0 {
            let last = try int64s(operation, "/lasts", borders.map(\.1))
            ends = try masked(operation, bits(endMask & ~shrinkMask), last, ends, "/end")
        }
        let axes = try int64s(operation, "/axes", Array(strides.indices))
        let steps = try int64s(operation, "/steps", strides)
        let removed = strides.indices.filter { shrinkMask >> $0 & 1 == 1 }
        let data = try required(operation, 0)
        let result = try output(operation)
        let cut =
            removed.isEmpty
            ? result
            : intermediate(
                operation, "/slice",
                graph.type(of: result).map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) })
        emit(.slice, operation, [data, starts, ends, axes, steps], to: [cut], suffix: removed.isEmpty ? "" : "/slice")
        if !removed.isEmpty {
            emit(.squeeze, operation, [cut, try int64s(operation, "/removed", removed)], to: [result])
        }
    }

    private mutating func long(_ operation: TFLiteOperation, _ suffix: String) -> ValueID {
        intermediate(operation, suffix, TensorType(dtype: .i64, shape: nil))
    }

    /// `test == number ? fixed : other`, element by element.
    private mutating func chosen(
        _ operation: TFLiteOperation, where test: ValueID, is number: Int, then fixed: Int, otherwise other: ValueID,
        _ suffix: String
    ) throws -> ValueID {
        let truth = intermediate(operation, suffix + "/is", TensorType(dtype: .bool, shape: nil))
        emit(
            .equal, operation, [test, try int64s(operation, suffix + "/number", [number])], to: [truth],
            suffix: suffix + "/is")
        let result = long(operation, suffix)
        emit(
            .selectWhere, operation, [truth, try int64s(operation, suffix + "/fixed", [fixed]), other], to: [result],
            suffix: suffix)
        return result
    }

    private mutating func masked(
        _ operation: TFLiteOperation, _ mask: [Bool], _ yes: ValueID, _ no: ValueID, _ suffix: String
    ) throws -> ValueID {
        let truth = constant(operation, suffix + "/mask", try Tensor(mask, shape: [mask.count]))
        let result = long(operation, suffix)
        emit(.selectWhere, operation, [truth, yes, no], to: [result], suffix: suffix)
        return result
    }
}
