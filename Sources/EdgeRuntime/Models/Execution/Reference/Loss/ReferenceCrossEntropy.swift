import EdgeTensors
import Glibc

/// `NegativeLogLikelihoodLoss` and `SoftmaxCrossEntropyLoss`: minus the logarithm of the probability of the right class.
enum ReferenceCrossEntropy {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let targetShape = try context.operand(1).shape
        guard shape.count >= 2, targetShape == [shape[0]] + shape[2...] else {
            throw context.fail("classes of shape \(targetShape) do not fit scores of shape \(shape)")
        }
        let classes = shape[1]
        if let weights = context.optional(2), weights.type.count != classes {
            throw context.fail("its weights do not fit \(classes) classes")
        }
        let reduction = context.node.string("reduction") ?? "mean"
        guard ["none", "mean", "sum"].contains(reduction) else {
            throw context.fail("the reduction `\(reduction)` is not known")
        }
        let ignored = context.node.int("ignore_index")
        let normalises = context.node.op == .softmaxCrossEntropyLoss
        let batch = shape[0]
        let area = shape[2...].reduce(1, *)
        let hasWeights = context.optional(2) != nil
        let loss = try context.result(data.dtype, reduction == "none" ? targetShape : [])
        let results = context.node.outputs.count > 1 ? [loss, try context.result(data.dtype, shape)] : [loss]
        return try .real(context, results) { values throws(ModelError) in
            var logarithms = values[0]
            if normalises {
                for sample in 0..<batch {
                    for position in 0..<area {
                        let start = sample * classes * area + position
                        var largest = -Double.infinity
                        for choice in 0..<classes { largest = max(largest, values[0][start + choice * area]) }
                        var sum = 0.0
                        for choice in 0..<classes { sum += Glibc.exp(values[0][start + choice * area] - largest) }
                        let total = largest + Glibc.log(sum)
                        for choice in 0..<classes { logarithms[start + choice * area] -= total }
                    }
                }
            }
            var losses = [Double](repeating: 0, count: batch * area)
            var weightSum = 0.0
            for place in 0..<batch * area {
                let target = values[1][place]
                if let ignored, target == Double(ignored) { continue }
                guard target >= 0, target < Double(classes) else {
                    throw context.fail("class \(target) is not one of \(classes)")
                }
                let weight = hasWeights ? values[2][Int(target)] : 1
                weightSum += weight
                losses[place] = -weight * logarithms[(place / area * classes + Int(target)) * area + place % area]
            }
            switch reduction {
            case "none": return [losses, logarithms]
            case "sum": return [[losses.reduce(0, +)], logarithms]
            default: return [[losses.reduce(0, +) / weightSum], logarithms]
            }
        }
    }
}
