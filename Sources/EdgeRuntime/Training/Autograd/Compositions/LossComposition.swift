import EdgeModels
import EdgeTensors

/// `NegativeLogLikelihoodLoss` and `SoftmaxCrossEntropyLoss`: the logarithms at the right classes.
enum LossComposition {
    static func expand(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        guard let scores = node.input(0), let target = node.input(1), shape.count >= 2 else {
            throw builder.refused("scores of shape \(shape) hold no classes")
        }
        guard let dtype = builder.graph.type(of: target)?.dtype, dtype == .i64 || dtype == .i32 else {
            throw builder.refused("its classes are no integers")
        }
        var logarithms = scores
        if node.op == .softmaxCrossEntropyLoss {
            logarithms = builder.add(.logSoftmax, [scores], ["axis": .int(1)])
            builder.finish(.identity, [logarithms], output: 1)
        }
        var classes = target
        var weights: ValueID?
        if let given = node.input(2) { weights = builder.add(.gather, [given, target], ["axis": .int(0)]) }
        if let ignored = node.int("ignore_index") {
            func whole(_ value: Int) throws -> Tensor { try Tensor.integers([value], shape: [], dtype: dtype) }
            let isIgnored = builder.add(.equal, [target, builder.constant(try whole(ignored))])
            classes = builder.add(.selectWhere, [isIgnored, builder.constant(try whole(0)), target])
            var known = try builder.number(1)
            if let given = node.input(2) { known = builder.add(.gather, [given, classes], ["axis": .int(0)]) }
            weights = builder.add(.selectWhere, [isIgnored, try builder.number(0), known])
        }
        let axis = try builder.integers([1])
        let picked = builder.add(
            .gatherElements, [logarithms, builder.add(.unsqueeze, [classes, axis])], ["axis": .int(1)])
        var losses = builder.add(.neg, [builder.add(.squeeze, [picked, axis])])
        if let weights { losses = builder.add(.mul, [losses, weights]) }
        let all: [String: Attribute] = ["keepdims": .int(0)]
        switch node.string("reduction") ?? "mean" {
        case "none": builder.finish(.identity, [losses])
        case "sum": builder.finish(.reduceSum, [losses], all)
        default:
            guard let weights else { return builder.finish(.reduceMean, [losses], all) }
            // The weights of single classes stand for all their samples.
            let spread = builder.add(
                .expand, [weights, try builder.integers([shape[0]] + Array(shape[2...]))])
            builder.finish(
                .div, [builder.add(.reduceSum, [losses], all), builder.add(.reduceSum, [spread], all)])
        }
    }
}
