/// What a caller must know of a function: what calls are checked against before anything runs.
public struct Signature: Sendable {
    public let name: String
    public let parameters: [ParameterSignature]

    public init(name: String, parameters: [ParameterSignature]) {
        self.name = name
        self.parameters = parameters
    }
}

/// What a caller must know of a parameter.
public struct ParameterSignature: Sendable {
    public let name: String
    /// Can only be given as `label: value`.
    public let isLabelOnly: Bool
    public let isRequired: Bool
    /// Takes all positional arguments that are left; has no label and is the last parameter that is not label-only.
    public let isVariadic: Bool
    /// Any of these; empty accepts everything.
    public let types: [ValueType]
    /// The numbers it accepts: plain ones as they are, quantities in base units.
    public let range: ClosedRange<Double>?
    /// The strings it accepts; empty accepts every string.
    public let choices: [String]

    public init(
        name: String, isLabelOnly: Bool = false, isRequired: Bool = true, isVariadic: Bool = false,
        types: [ValueType] = [], range: ClosedRange<Double>? = nil, choices: [String] = []
    ) {
        self.name = name
        self.isLabelOnly = isLabelOnly
        self.isRequired = isRequired
        self.isVariadic = isVariadic
        self.types = types
        self.range = range
        self.choices = choices
    }
}
