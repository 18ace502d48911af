/// The default of a parameter, made once.
@usableFromInline
final class DefaultArgument<Argument>: @unchecked Sendable {
    @usableFromInline let value: Argument

    init(_ value: Argument) { self.value = value }
}

/// Makes Swift values of the arguments of one parameter.
///
/// It is not generic, and so has no metadata to be looked up at each call: the type of the argument is the caller's to know.
@usableFromInline
final class ArgumentBinding: Sendable {
    private let spec: ParameterSpec
    /// A `DefaultArgument` of the argument's type; nil where there is no default.
    @usableFromInline let defaultValue: (any AnyObject & Sendable)?
    @usableFromInline let hasRange: Bool

    init(_ spec: ParameterSpec, default defaultValue: (any AnyObject & Sendable)?) {
        self.spec = spec
        self.defaultValue = defaultValue
        hasRange = spec.range != nil
    }

    /// The Swift value of an argument.
    ///
    /// - Parameter type: The type of the parameter that this was made of.
    @inlinable
    func decode<Argument: BuiltinArgument>(
        _ value: Value, as type: Argument.Type, _ function: String, _ context: CallContext
    ) throws -> Argument {
        var value = value
        if value.isAbsent {
            if let defaultValue { return unsafeDowncast(defaultValue, to: DefaultArgument<Argument>.self).value }
            value = nothing(context)
        }
        if hasRange { try checkRange(value, function, context) }
        return try Argument.decode(value, context) { mismatch(value, function, context) }
    }

    /// What stands for an argument that was left out and has no default.
    @usableFromInline
    func nothing(_ context: CallContext) -> Value {
        spec.isVariadic ? context.heap.makeList(capacity: 0) : .absent
    }

    @usableFromInline
    func checkRange(_ value: Value, _ function: String, _ context: CallContext) throws {
        guard let range = spec.range, let number = value.numericValue, !range.contains(number) else { return }
        throw RuntimeError(
            .argumentRange,
            "`\(function)`: parameter `\(spec.name)` must be \(range.text), found \(context.display(value))")
    }

    @usableFromInline
    func mismatch(_ value: Value, _ function: String, _ context: CallContext) -> any Error {
        if value.isAbsent {
            return RuntimeError(.callArguments, "`\(function)` needs an argument for parameter `\(spec.name)`")
        }
        if value.isString, !spec.choices.isEmpty {
            let choices = spec.choices.map(quoted).joined(separator: ", ")
            return RuntimeError(
                .argumentRange,
                "`\(function)`: parameter `\(spec.name)` must be one of \(choices), found \(context.display(value))")
        }
        return RuntimeError(
            .argumentType,
            "`\(function)`: parameter `\(spec.name)` must be \(spec.typeDescription), found \(context.typeName(value))",
            hint: value.isStream && spec.types.contains(.list) ? "`collect` makes a list of a stream" : nil)
    }
}
