/// A parameter of a built-in function, with the Swift type its argument arrives in.
public struct BuiltinParameter<Argument: BuiltinArgument>: Sendable {
    @usableFromInline let spec: ParameterSpec
    /// Makes the default; nil where there is none.
    let makeDefault: @Sendable () -> Argument?

    /// A parameter that can be given by position or by its name.
    ///
    /// - Parameters:
    ///   - name: What scripts call it; positional arguments need no name.
    ///   - type: The Swift type the body gets. An optional one accepts `null` and may be left out.
    ///   - default: The value where the argument is left out; without it the argument is required.
    ///   - range: The numbers it accepts, quantities in base units.
    ///   - documentation: One phrase, no full stop.
    public static func value(
        _ name: String, _ type: Argument.Type, default: @autoclosure @escaping @Sendable () -> Argument? = nil,
        in range: (any NumericBounds)? = nil, _ documentation: String
    ) -> BuiltinParameter {
        BuiltinParameter(name, false, false, `default`, range, documentation)
    }

    /// A parameter that can only be given by its name: `bits: 8`.
    public static func label(
        _ name: String, _ type: Argument.Type, default: @autoclosure @escaping @Sendable () -> Argument? = nil,
        in range: (any NumericBounds)? = nil, _ documentation: String
    ) -> BuiltinParameter {
        BuiltinParameter(name, true, false, `default`, range, documentation)
    }

    private init(
        _ name: String, _ isLabelOnly: Bool, _ isVariadic: Bool, _ makeDefault: @escaping @Sendable () -> Argument?,
        _ range: (any NumericBounds)?, _ documentation: String, elementTypes: [ValueType]? = nil
    ) {
        let text = makeDefault().map { Argument.describe($0) }
        self.makeDefault = makeDefault
        spec = ParameterSpec(
            name: name, documentation: documentation, types: elementTypes ?? Argument.types,
            typeDescription: Argument.typeDescription,
            choices: Argument.choices, range: range.map { NumericRange($0) }, defaultText: text,
            isRequired: text == nil && !Argument.isOptional && !isVariadic, isLabelOnly: isLabelOnly,
            isVariadic: isVariadic)
    }

    /// What a call needs to know of the parameter.
    @usableFromInline var binding: ArgumentBinding {
        ArgumentBinding(spec, default: makeDefault().map { DefaultArgument($0) })
    }
}

extension BuiltinParameter {
    /// The last positional parameter, taking all positional arguments that are left: `print(a, b, c)`.
    public static func rest<Element>(
        _ name: String, _ type: Element.Type, _ documentation: String
    ) -> BuiltinParameter where Argument == [Element] {
        BuiltinParameter(name, false, true, { nil }, nil, documentation, elementTypes: Element.types)
    }
}

/// Bounds of a number: `2...8`, `0.0...1.0`, `1...`.
public protocol NumericBounds {
    var bounds: (lower: Double?, upper: Double?, isInteger: Bool) { get }
}

/// The numbers bounds are made of.
public protocol NumericBound: Comparable {
    var asBound: Double { get }
    static var isInteger: Bool { get }
}

extension Int: NumericBound {
    public var asBound: Double { Double(self) }
    public static var isInteger: Bool { true }
}

extension Double: NumericBound {
    public var asBound: Double { self }
    public static var isInteger: Bool { false }
}

extension ClosedRange: NumericBounds where Bound: NumericBound {
    public var bounds: (lower: Double?, upper: Double?, isInteger: Bool) {
        (lowerBound.asBound, upperBound.asBound, Bound.isInteger)
    }
}

extension PartialRangeFrom: NumericBounds where Bound: NumericBound {
    public var bounds: (lower: Double?, upper: Double?, isInteger: Bool) { (lowerBound.asBound, nil, Bound.isInteger) }
}

/// The numbers a parameter accepts.
public struct NumericRange: Sendable, Hashable {
    public let lower: Double
    public let upper: Double
    /// As messages and help show it: `2...8`.
    public let text: String

    init(_ bounds: any NumericBounds) {
        let (lower, upper, isInteger) = bounds.bounds
        func show(_ number: Double) -> String {
            isInteger ? (Int(exactly: number).map { String($0) } ?? "\(number)") : "\(number)"
        }
        self.lower = lower ?? -.infinity
        self.upper = upper ?? .infinity
        if let lower, let upper {
            text = "\(show(lower))...\(show(upper))"
        } else {
            text = lower.map { "at least \(show($0))" } ?? "any"
        }
    }

    public func contains(_ number: Double) -> Bool { number >= lower && number <= upper }
}
