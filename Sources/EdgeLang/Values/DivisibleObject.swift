/// A host object that `split` divides, as a data set into samples for training and for judging.
public protocol DivisibleObject: HostObject {
    /// The parts, which have nothing in common.
    ///
    /// - Parameters:
    ///   - share: The share of the first part, between 0 and 1.
    ///   - seed: Another seed divides it otherwise.
    ///   - stratified: Whether each class has the same share in both parts.
    /// - Throws: An error of the object's own where it cannot be divided so.
    func divided(share: Double, seed: UInt64, stratified: Bool) throws -> [any HostObject]
}

/// What `split` takes.
enum SplitSource: BuiltinArgument {
    case text(TextValue)
    case object(any DivisibleObject)

    static var types: [ValueType] { [.any] }
    static var typeDescription: String { "string | dataset" }

    static func decode(_ value: Value, _ context: CallContext) -> SplitSource? {
        if let text = TextValue.decode(value, context) { return .text(text) }
        return (value.hostObject as? any DivisibleObject).map { .object($0) }
    }
}
