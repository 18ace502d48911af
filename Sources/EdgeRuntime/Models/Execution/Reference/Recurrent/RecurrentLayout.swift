import EdgeTensors

/// The shapes that `LSTM`, `GRU` and `RNN` share, checked.
struct RecurrentLayout {
    let steps: Int
    let batch: Int
    let inputSize: Int
    let hidden: Int
    let directions: Int
    /// Which directions run backwards.
    let isReversed: [Bool]
    /// Sequences come as `[batch, step, …]` and states as `[batch, direction, hidden]`.
    let isBatchFirst: Bool
    let clip: Float
    let hasBias: Bool
    let hasLengths: Bool

    /// - Parameter gates: how many blocks of `hidden` rows the weights have.
    init(_ context: LoweringContext, gates: Int) throws(ModelError) {
        let data = try context.floatOperand(0)
        let weights = try context.floatOperand(1).shape
        let recurrent = try context.floatOperand(2).shape
        isBatchFirst = (context.node.int("layout") ?? 0) != 0
        guard data.shape.count == 3, weights.count == 3, recurrent.count == 3 else {
            throw context.fail("its input and weights need three axes")
        }
        steps = data.shape[isBatchFirst ? 1 : 0]
        batch = data.shape[isBatchFirst ? 0 : 1]
        inputSize = data.shape[2]
        hidden = recurrent[2]
        switch context.node.string("direction") ?? "forward" {
        case "forward": isReversed = [false]
        case "reverse": isReversed = [true]
        case "bidirectional": isReversed = [false, true]
        case let other: throw context.fail("direction `\(other)` is not known")
        }
        directions = isReversed.count
        guard hidden > 0, weights == [directions, gates * hidden, inputSize],
            recurrent == [directions, gates * hidden, hidden]
        else {
            throw context.fail(
                "weights of shapes \(weights) and \(recurrent) do not fit an input of shape \(data.shape)")
        }
        hasBias = context.optional(3) != nil
        if hasBias, try context.floatOperand(3).type.count != directions * 2 * gates * hidden {
            throw context.fail("its bias does not fit \(hidden) hidden units")
        }
        hasLengths = context.optional(4) != nil
        if hasLengths {
            let lengths = try context.operand(4)
            guard lengths.dtype == .i32, lengths.type.count == batch else {
                throw context.fail("its sequence lengths do not fit")
            }
        }
        clip = context.node.float("clip") ?? .infinity
    }

    /// Checks a state operand (initial hidden or cell state), false where it is absent.
    func hasState(_ context: LoweringContext, _ position: Int) throws(ModelError) -> Bool {
        guard context.optional(position) != nil else { return false }
        guard try context.floatOperand(position).type.count == directions * batch * hidden else {
            throw context.fail("its input \(position) does not fit \(hidden) hidden units")
        }
        return true
    }

    var sequenceShape: [Int] {
        isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
    }

    var stateShape: [Int] { isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden] }

    func input(_ step: Int, _ sample: Int) -> Int {
        (isBatchFirst ? sample * steps + step : step * batch + sample) * inputSize
    }

    func sequence(_ step: Int, _ direction: Int, _ sample: Int) -> Int {
        (isBatchFirst
            ? (sample * steps + step) * directions + direction : (step * directions + direction) * batch + sample)
            * hidden
    }

    func state(_ direction: Int, _ sample: Int) -> Int {
        (isBatchFirst ? sample * directions + direction : direction * batch + sample) * hidden
    }
}
