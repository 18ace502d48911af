import Glibc

/// Numbers: rounding, roots, angles.
enum NumberBuiltins {
    static var all: [BuiltinSpec] {
        [absolute, floor, ceil, round, clamp, sign, pow, hypot, atan2, isNaN, isFinite, pi] + functions
    }

    /// Functions of one number, with an example each.
    private static var functions: [BuiltinSpec] {
        [
            real("sqrt", "Gives the square root.", Example("sqrt(16)", "4.0")) { $0.squareRoot() },
            real("exp", "Gives e to a power.", Example("exp(0)", "1.0"), Glibc.exp),
            real("log", "Gives the natural logarithm.", Example("log(1)", "0.0"), Glibc.log),
            real("log2", "Gives the logarithm to base 2.", Example("log2(8)", "3.0"), Glibc.log2),
            real("log10", "Gives the logarithm to base 10.", Example("log10(1000)", "3.0"), Glibc.log10),
            real("sin", "Gives the sine of an angle in radians.", Example("sin(0)", "0.0"), Glibc.sin),
            real("cos", "Gives the cosine of an angle in radians.", Example("cos(0)", "1.0"), Glibc.cos),
            real("tan", "Gives the tangent of an angle in radians.", Example("tan(0)", "0.0"), Glibc.tan),
            real("asin", "Gives the angle whose sine it is, in radians.", Example("asin(0)", "0.0"), Glibc.asin),
            real("acos", "Gives the angle whose cosine it is, in radians.", Example("acos(1)", "0.0"), Glibc.acos),
            real("atan", "Gives the angle whose tangent it is, in radians.", Example("atan(0)", "0.0"), Glibc.atan),
            real("tanh", "Gives the hyperbolic tangent.", Example("tanh(0)", "0.0"), Glibc.tanh),
        ]
    }

    private static func real(
        _ name: String, _ summary: String, _ example: @autoclosure @escaping @Sendable () -> Example,
        _ function: @escaping @Sendable (Double) -> Double
    ) -> BuiltinSpec {
        BuiltinSpec(
            raw: name, summary,
            [ParameterSpec(name: "x", documentation: "the number", types: [.int, .float], typeDescription: "number")],
            returns: "the result; NaN where it is not defined", type: "float", topic: "Numbers",
            intrinsic: name == "sqrt" ? .squareRoot : nil, examples: [example()]
        ) { context, arguments, _ in
            guard let x = arguments[0].doubleValue else {
                throw RuntimeError(
                    .argumentType, "`\(name)`: parameter `x` must be number, found \(context.typeName(arguments[0]))")
            }
            return .float(function(x))
        }
    }

    /// A number or a quantity: the result is of the same kind.
    struct Amount: BuiltinArgument {
        let value: Value
        static var types: [ValueType] { [.int, .float, .anyQuantity] }
        static var typeDescription: String { "number | quantity" }
        static func decode(_ value: Value, _ context: CallContext) -> Amount? {
            value.numericValue == nil ? nil : Amount(value: value)
        }
        var number: Double { value.numericValue ?? .nan }
        /// The value with its magnitude changed.
        func map(_ change: (Double) -> Double) -> Value { .quantity(change(value.asDouble), value.numberDimension) }
    }

    private static var absolute: BuiltinSpec {
        BuiltinSpec(
            "abs", "Leaves out the sign.", .value("x", Amount.self, "the number"), returns: "the magnitude",
            type: "number | quantity",
            topic: "Numbers", seeAlso: ["sign"], examples: [Example("abs(-3)", "3"), Example("abs(-2ms)", "2ms")]
        ) { _, x -> Value in
            guard let int = x.value.intValue else { return x.map { $0.magnitude } }
            guard int != Int.min else { throw RuntimeError.integerOverflow }
            return .int(Swift.abs(int))
        }
    }

    private static func whole(
        _ name: String, _ summary: String, _ example: Example, _ rule: FloatingPointRoundingRule
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .value("x", Double.self, "the number"), returns: "an int", type: "int", topic: "Numbers",
            seeAlso: ["round", "int"], examples: [example]
        ) { _, x in
            guard let result = Int(exactly: x.rounded(rule)) else {
                throw RuntimeError(.conversion, "\(NumberFormat.text(x)) does not fit an int")
            }
            return result
        }.shortcut { _, arguments in
            arguments[0].isFloat ? Int(exactly: arguments[0].asDouble.rounded(rule)).map { .int($0) } : nil
        }
    }

    private static var floor: BuiltinSpec {
        whole("floor", "Gives the next int below or at a number.", Example("floor(-2.5)", "-3"), .down)
    }

    private static var ceil: BuiltinSpec {
        whole("ceil", "Gives the next int above or at a number.", Example("ceil(2.1)", "3"), .up)
    }

    private static var round: BuiltinSpec {
        BuiltinSpec(
            "round", "Rounds to the nearest number with so many digits behind the point; halves away from zero.",
            .value("x", Double.self, "the number"),
            .value("digits", Int?.self, in: 0...15, "digits behind the point; without it, an int"),
            returns: "an int, or with digits a float", type: "int | float", topic: "Numbers",
            seeAlso: ["floor", "ceil", "format"],
            examples: [Example("round(2.5)", "3"), Example("round(3.14159, 2)", "3.14")]
        ) { _, x, digits -> Value in
            guard let digits else {
                guard let result = Int(exactly: x.rounded()) else {
                    throw RuntimeError(.conversion, "\(NumberFormat.text(x)) does not fit an int")
                }
                return .int(result)
            }
            guard x.isFinite, x.magnitude < 1e15 else { return .float(x) }
            let scale = Glibc.pow(10, Double(digits))
            return .float((x * scale).rounded() / scale)
        }
    }

    private static var clamp: BuiltinSpec {
        BuiltinSpec(
            "clamp", "Keeps a number between two bounds.", .value("x", Amount.self, "the number"),
            .value("low", Amount.self, "the lower bound"), .value("high", Amount.self, "the upper bound"),
            returns: "the number or the bound it would pass", type: "number | quantity", topic: "Numbers",
            seeAlso: ["min", "max"],
            examples: [Example("clamp(12, 0, 10)", "10")]
        ) { context, x, low, high -> Value in
            if try context.precedes(high.value, low.value) {
                throw RuntimeError(.argumentRange, "`clamp`: the lower bound is above the upper one")
            }
            if x.number.isNaN { return x.value }
            if try context.precedes(x.value, low.value) { return low.value }
            return try context.precedes(high.value, x.value) ? high.value : x.value
        }
    }

    private static var sign: BuiltinSpec {
        BuiltinSpec(
            "sign", "Gives the sign of a number.", .value("x", Amount.self, "the number"), returns: "-1, 0 or 1",
            topic: "Numbers", seeAlso: ["abs"], examples: [Example("sign(-2.5)", "-1")]
        ) { _, x in x.number < 0 ? -1 : (x.number > 0 ? 1 : 0) }
    }

    private static var pow: BuiltinSpec {
        BuiltinSpec(
            "pow", "Raises a number to a power.", .value("base", Double.self, "the base"),
            .value("exponent", Double.self, "the power"),
            returns: "the result; NaN where it is not defined", topic: "Numbers", seeAlso: ["sqrt", "exp"],
            examples: [Example("pow(2, 10)", "1024.0")]
        ) { _, base, exponent in Glibc.pow(base, exponent) }
    }

    private static var hypot: BuiltinSpec {
        BuiltinSpec(
            "hypot", "Gives the length of a right triangle's longest side.", .value("x", Double.self, "one side"),
            .value("y", Double.self, "the other side"), returns: "the root of x² + y²", topic: "Numbers",
            seeAlso: ["sqrt"],
            examples: [Example("hypot(3, 4)", "5.0")]
        ) { _, x, y in Glibc.hypot(x, y) }
    }

    private static var atan2: BuiltinSpec {
        BuiltinSpec(
            "atan2", "Gives the angle of a point, in radians from -pi to pi.", .value("y", Double.self, "its height"),
            .value("x", Double.self, "its width"), returns: "the angle", topic: "Numbers", seeAlso: ["atan"],
            examples: [Example("atan2(0, 1)", "0.0")]
        ) { _, y, x in Glibc.atan2(y, x) }
    }

    private static var isNaN: BuiltinSpec {
        BuiltinSpec(
            "is_nan", "Whether a number is none: the result of 0.0 / 0.0.", .value("x", Amount.self, "the number"),
            returns: "whether it is", topic: "Numbers", seeAlso: ["is_finite"],
            examples: [Example("is_nan(sqrt(-1))", "true")]
        ) { _, x in x.number.isNaN }
    }

    private static var isFinite: BuiltinSpec {
        BuiltinSpec(
            "is_finite", "Whether a number is neither infinite nor NaN.", .value("x", Amount.self, "the number"),
            returns: "whether it is", topic: "Numbers", seeAlso: ["is_nan"],
            examples: [Example("is_finite(1e308 * 10)", "false")]
        ) { _, x in x.number.isFinite }
    }

    private static var pi: BuiltinSpec {
        BuiltinSpec(
            "pi", "Gives the circumference of a circle of diameter 1.", returns: "3.14159…", topic: "Numbers",
            seeAlso: ["sin"],
            examples: [Example("round(pi(), 5)", "3.14159")]
        ) { _ in Double.pi }
    }
}
