import Glibc

/// What many numbers come to. All take lists of numbers, or of quantities of one dimension.
enum StatisticsBuiltins {
    static var all: [BuiltinSpec] { [sum, minimum, maximum, mean, median, deviation, quantile, cumulative] }

    /// Numbers of one kind: plain ones, or quantities of one dimension.
    struct Numbers: BuiltinArgument {
        var values: [Double]
        /// Whether all were ints: then sums are exact.
        var ints: [Int]?
        var dimension: Dimension

        static var types: [ValueType] { SequenceValue.types }
        static var typeDescription: String { "list of numbers" }

        static func decode(_ value: Value, _ context: CallContext) throws -> Numbers? {
            guard let list = try SequenceValue.decode(value, context) else { return nil }
            try context.heap.ensure(sizeOfElements(list.count))
            var values: [Double] = []
            var ints: [Int]? = []
            var dimension: Dimension?
            values.reserveCapacity(list.count)
            for position in 0..<list.count {
                try context.checkPace(position)
                let element = try list.element(position, context)
                guard let number = element.numericValue else {
                    throw RuntimeError(
                        .argumentType,
                        "expected numbers, found \(context.typeName(element)) at position \(position)",
                        hint: "leave it out with `filter`, or convert it with `float`")
                }
                if let dimension, dimension != element.numberDimension {
                    throw RuntimeError(
                        .dimensionMismatch,
                        "cannot mix \(dimension.name) and \(element.numberDimension.name) (position \(position))")
                }
                dimension = element.numberDimension
                values.append(number)
                if let int = element.intValue { ints?.append(int) } else { ints = nil }
            }
            return Numbers(values: values, ints: ints, dimension: dimension ?? .none)
        }

        func quantity(_ value: Double) -> Value { .quantity(value, dimension) }

        /// Refuses an empty list in the name of a function.
        func notEmpty(_ name: String) throws -> Numbers {
            if values.isEmpty { throw RuntimeError(.emptyInput, "`\(name)` of an empty list") }
            return self
        }

        /// Kahan and Babuška's sum (Neumaier 1974): the error does not grow with the count.
        var sum: Double {
            var sum = 0.0
            var lost = 0.0
            for value in values {
                let next = sum + value
                lost += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
                sum = next
            }
            return sum.isFinite ? sum + lost : sum
        }
    }

    /// Numbers that are all there, or come one by one.
    private enum NumberSource: BuiltinArgument {
        case numbers(Numbers)
        case stream(StreamObject)

        static var types: [ValueType] { Numbers.types + [.host(StreamObject.typeName)] }
        static var typeDescription: String { "list of numbers | stream" }

        static func decode(_ value: Value, _ context: CallContext) throws -> NumberSource? {
            if let stream = try value.asStream(context) { return .stream(stream) }
            return try Numbers.decode(value, context).map { .numbers($0) }
        }
    }

    private static func running(_ name: String, _ stream: StreamObject, _ context: CallContext) throws -> RunningSum {
        var sum = RunningSum(name)
        try stream.drain(for: name, context) { element in
            try sum.add(element, context)
            return true
        }
        return sum
    }

    private static var sum: BuiltinSpec {
        BuiltinSpec(
            "sum", "Adds up numbers.", .value("numbers", NumberSource.self, "what to add"),
            returns: "the sum, 0 of nothing", type: "number | quantity", topic: "Statistics",
            seeAlso: ["mean", "reduce"],
            examples: [Example("sum([1, 2, 3])", "6"), Example("sum([5ms, 10ms])", "15ms")]
        ) { context, source -> Value in
            let numbers: Numbers
            switch source {
            case .stream(let stream): return try running("sum", stream, context).total
            case .numbers(let all): numbers = all
            }
            guard let ints = numbers.ints else { return numbers.quantity(numbers.sum) }
            var total = 0
            for int in ints {
                let (next, overflow) = total.addingReportingOverflow(int)
                if overflow { throw RuntimeError.integerOverflow }
                total = next
            }
            return .int(total)
        }
    }

    private static func extreme(
        _ name: String, _ summary: String, _ examples: [Example], seeAlso: [String],
        picksLater: @escaping @Sendable (Int) -> Bool
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .rest("values", Value.self, "one list, range or stream, or two values and more"),
            returns: "the element", type: "any", details: "NaN is passed over unless there is nothing else.",
            topic: "Statistics",
            seeAlso: seeAlso, examples: examples
        ) { context, values -> Value in
            if values.count == 1, let stream = try values[0].asStream(context) {
                let best = context.makeHolder()
                var isFirst = true
                try stream.drain(for: name, context) { candidate in
                    let current = best.list.pointee.elements[0]
                    if isFirst || current.numericValue?.isNaN == true {
                        best.list.pointee.elements[0] = candidate
                    } else if let order = try context.heap.compare(candidate, current), picksLater(order) {
                        best.list.pointee.elements[0] = candidate
                    }
                    isFirst = false
                    return true
                }
                if isFirst { throw RuntimeError(.emptyInput, "`\(name)` of nothing") }
                return best.list.pointee.elements[0]
            }
            var list = SequenceValue(value: context.list(values), count: values.count)
            if values.count == 1, let only = try SequenceValue.decode(values[0], context) { list = only }
            guard list.count > 0 else { throw RuntimeError(.emptyInput, "`\(name)` of nothing") }
            var best = try list.element(0, context)
            for position in 1..<list.count {
                try context.checkPace(position)
                let candidate = try list.element(position, context)
                if best.numericValue?.isNaN == true {
                    best = candidate
                } else if let order = try context.heap.compare(candidate, best), picksLater(order) {
                    best = candidate
                }
            }
            return best
        }
    }

    private static var minimum: BuiltinSpec {
        extreme(
            "min", "Gives the smallest element.", [Example("min([3, 1, 2])", "1"), Example("min(2ms, 1us)", "1us")],
            seeAlso: ["max", "sort"]
        ) { $0 < 0 }
    }

    private static var maximum: BuiltinSpec {
        extreme(
            "max", "Gives the largest element.", [Example("max([3, 1, 2])", "3"), Example("max(1, 2.5)", "2.5")],
            seeAlso: ["min", "sort"]
        ) { $0 > 0 }
    }

    private static var mean: BuiltinSpec {
        BuiltinSpec(
            "mean", "Gives the arithmetic mean.", .value("numbers", NumberSource.self, "at least one"),
            returns: "sum / count",
            type: "float | quantity", topic: "Statistics", seeAlso: ["median", "std"],
            examples: [Example("mean([1, 2, 6])", "3.0")]
        ) { context, source -> Value in
            let numbers: Numbers
            switch source {
            case .stream(let stream): return try running("mean", stream, context).average()
            case .numbers(let all): numbers = try all.notEmpty("mean")
            }
            return numbers.quantity(numbers.sum / Double(numbers.values.count))
        }
    }

    private static var median: BuiltinSpec {
        BuiltinSpec(
            "median", "Gives the middle of the ordered numbers.", .value("numbers", Numbers.self, "at least one"),
            returns: "the middle one, or the mean of the middle two", type: "float | quantity", topic: "Statistics",
            seeAlso: ["mean", "quantile"], examples: [Example("median([5, 1, 9, 2])", "3.5")]
        ) { context, numbers -> Value in numbers.quantity(try quantile(numbers.notEmpty("median"), 0.5, context)) }
    }

    private static var deviation: BuiltinSpec {
        BuiltinSpec(
            "std", "Gives the standard deviation.", .value("numbers", NumberSource.self, "at least one"),
            .label("sample", Bool.self, default: false, "divide by count - 1 instead of count"),
            returns: "the root of the mean squared distance from the mean", type: "float | quantity",
            topic: "Statistics",
            seeAlso: ["mean"], examples: [Example("std([2, 4, 4, 4, 5, 5, 7, 9])", "2.0")]
        ) { context, source, sample -> Value in
            let numbers: Numbers
            switch source {
            case .stream(let stream): return try running("std", stream, context).deviation(ofSample: sample)
            case .numbers(let all): numbers = try all.notEmpty("std")
            }
            let count = Double(numbers.values.count)
            guard !sample || count > 1 else { throw RuntimeError(.emptyInput, "`std` of a sample needs two numbers") }
            let mean = numbers.sum / count
            let squares = Numbers(values: numbers.values.map { ($0 - mean) * ($0 - mean) }, ints: nil, dimension: .none)
                .sum
            return numbers.quantity((squares / (sample ? count - 1 : count)).squareRoot())
        }
    }

    private static var quantile: BuiltinSpec {
        BuiltinSpec(
            "quantile", "Gives the number below which a share of the numbers lies.",
            .value("numbers", Numbers.self, "at least one"), .value("share", Double.self, in: 0.0...1.0, "from 0 to 1"),
            returns: "the quantile, interpolated between neighbours", type: "float | quantity",
            details: "NumPy's `linear` method: position share * (count - 1) of the ordered numbers.",
            topic: "Statistics",
            seeAlso: ["median"], examples: [Example("quantile([1, 2, 3, 4, 5], 0.9)", "4.6")]
        ) { context, numbers, share -> Value in
            numbers.quantity(try quantile(numbers.notEmpty("quantile"), share, context))
        }
    }

    private static func quantile(_ numbers: Numbers, _ share: Double, _ context: CallContext) throws -> Double {
        if numbers.values.contains(where: \.isNaN) { return .nan }
        var compared = 0
        let ordered = try numbers.values.sorted {
            compared += 1
            try context.checkPace(compared)
            return $0 < $1
        }
        let position = share * Double(ordered.count - 1)
        let below = Int(position)
        guard below + 1 < ordered.count else { return ordered[ordered.count - 1] }
        // Between infinite neighbours there is nothing to interpolate.
        if position == Double(below) { return ordered[below] }
        return ordered[below] + (ordered[below + 1] - ordered[below]) * (position - Double(below))
    }

    private static var cumulative: BuiltinSpec {
        BuiltinSpec(
            "cumulative_sum", "Gives the sum up to each element.", .value("numbers", Numbers.self, "what to add"),
            returns: "a list as long", type: "list", topic: "Statistics", seeAlso: ["sum"],
            examples: [Example("cumulative_sum([1, 2, 3])", "[1, 3, 6]")]
        ) { context, numbers -> FreshValue in
            var total = 0.0
            guard let ints = numbers.ints else {
                return FreshValue(
                    context.list(
                        numbers.values.map {
                            total += $0; return numbers.quantity(total)
                        }))
            }
            var exact = 0
            return FreshValue(
                context.list(
                    try ints.map { int -> Value in
                        let (next, overflow) = exact.addingReportingOverflow(int)
                        if overflow { throw RuntimeError.integerOverflow }
                        exact = next
                        return .int(next)
                    }))
        }
    }
}

extension Value {
    /// The dimension of a quantity, none of a plain number.
    var numberDimension: Dimension { isQuantity ? dimension : .none }
}
