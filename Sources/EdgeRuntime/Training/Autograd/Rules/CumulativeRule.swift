import EdgeModels
import EdgeTensors

/// The axis that results add up along, and how.
private struct CumulativeAxis {
    /// Rows before the axis, elements along it, columns behind it.
    let outer: Int
    let count: Int
    let inner: Int
    /// Whether a result leaves its own element out.
    let isExclusive: Bool
    private let isReverse: Bool

    init(_ context: GradientContext) throws(TrainingError) {
        let shape = try context.operand(0).shape
        guard let given = try context.integers(1)?.first else { throw context.refused("its axis is missing") }
        let axis = try context.axis(given, rank: shape.count)
        outer = shape[..<axis].reduce(1, *)
        inner = shape[(axis + 1)...].reduce(1, *)
        count = shape[axis]
        isExclusive = (context.node.int("exclusive") ?? 0) != 0
        isReverse = (context.node.int("reverse") ?? 0) != 0
    }

    /// Where the element lies that is met at `step`, in the order in which results add up.
    func place(_ row: Int, _ column: Int, _ step: Int) -> Int {
        (row * count + (isReverse ? count - 1 - step : step)) * inner + column
    }
}

/// `CumSum`: the gradient by an element is the sum of the gradients of all results that it is part of.
enum CumulativeSumRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let axis = try CumulativeAxis(context)
        var result = Differentiated()
        result.writing = .addsOnly
        result.backward = { memory in
            for row in 0..<axis.outer {
                for column in 0..<axis.inner {
                    var sum: Float = 0
                    // From the last result that an element is part of to the first.
                    for step in (0..<axis.count).reversed() {
                        let place = axis.place(row, column, step)
                        if !axis.isExclusive { sum += memory.gradient()[place] }
                        memory.inputGradient(0)[place] += sum
                        if axis.isExclusive { sum += memory.gradient()[place] }
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
        let axis = try CumulativeAxis(context)
        var result = Differentiated()
        result.readsInputs = [0]
        result.writing = .addsOnly
        result.backward = { memory in
            let (data, gradient) = (memory.input(0), memory.gradient())
            for row in 0..<axis.outer {
                for column in 0..<axis.inner {
                    func place(_ step: Int) -> Int { axis.place(row, column, step) }
                    var before: Float = 1
                    for step in 0..<axis.count {
                        // The product of all factors but this one, longer from result to result.
                        var others = before
                        var sum: Float = 0
                        for later in step..<axis.count {
                            if later > step {
                                if axis.isExclusive {
                                    sum += gradient[place(later)] * others
                                    others *= data[place(later)]
                                    continue
                                }
                                others *= data[place(later)]
                            }
                            if !axis.isExclusive { sum += gradient[place(later)] * others }
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
