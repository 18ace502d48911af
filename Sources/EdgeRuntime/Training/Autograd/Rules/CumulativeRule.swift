import EdgeModels
import EdgeTensors

/// `CumSum`: the gradient by an element is the sum of the gradients of all results that it is part of.
enum CumulativeSumRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let shape = try context.operand(0).shape
        guard let given = try context.integers(1)?.first else { throw context.refused("its axis is missing") }
        let axis = try context.axis(given, rank: shape.count)
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        let count = shape[axis]
        let isExclusive = (context.node.int("exclusive") ?? 0) != 0
        let isReverse = (context.node.int("reverse") ?? 0) != 0
        var result = Differentiated()
        result.writing = .addsOnly
        result.backward = { memory in
            for row in 0..<outer {
                for column in 0..<inner {
                    let base = row * count * inner + column
                    var sum: Float = 0
                    for step in 0..<count {
                        // From the last result that an element is part of to the first.
                        let place = base + (isReverse ? step : count - 1 - step) * inner
                        if !isExclusive { sum += memory.gradient()[place] }
                        memory.inputGradient(0)[place] += sum
                        if isExclusive { sum += memory.gradient()[place] }
                    }
                }
            }
        }
        return result
    }
}

/// `CumProd`: the gradient by an element is the sum over all results that it is part of, of their gradients times their other factors.
/// Written without a quotient, so that a factor of zero has its gradient too.
enum CumulativeProductRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let shape = try context.operand(0).shape
        guard let given = try context.integers(1)?.first else { throw context.refused("its axis is missing") }
        let axis = try context.axis(given, rank: shape.count)
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        let count = shape[axis]
        let isExclusive = (context.node.int("exclusive") ?? 0) != 0
        let isReverse = (context.node.int("reverse") ?? 0) != 0
        var result = Differentiated()
        result.readsInputs = [0]
        result.writing = .addsOnly
        result.backward = { memory in
            let (data, gradient) = (memory.input(0), memory.gradient())
            for row in 0..<outer {
                for column in 0..<inner {
                    func place(_ step: Int) -> Int {
                        (row * count + (isReverse ? count - 1 - step : step)) * inner + column
                    }
                    var before: Float = 1
                    for step in 0..<count {
                        // The product of all factors but this one, longer from result to result.
                        var others = before
                        var sum: Float = 0
                        for later in step..<count {
                            if later > step {
                                if isExclusive {
                                    sum += gradient[place(later)] * others
                                    others *= data[place(later)]
                                    continue
                                }
                                others *= data[place(later)]
                            }
                            if !isExclusive { sum += gradient[place(later)] * others }
                        }
                        memory.inputGradient(0)[place(step)] += sum
                        before *= data[place(step)]
                    }
                }
            }
        }
        return result
    }
}
