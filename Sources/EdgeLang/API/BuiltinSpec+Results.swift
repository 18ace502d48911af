extension ResultSpec {
    /// The types that a result may have, `any` among them where it may have every one. Types of elements are left out.
    public var types: [ValueType] { StaticType(declared: type).valueTypes }
}

extension BuiltinSpec {
    /// What becomes of a call of a function that is observed.
    package enum CallEvent {
        case entered
        case returned(Value)
        case failed(Diagnostic)
    }

    /// The same function, which tells of its calls. For tests that hold declarations against what is true.
    package func observed(by observer: @escaping @Sendable (CallEvent) -> Void) -> BuiltinSpec {
        var spec = self
        let original = body
        // An instruction of its own would pass the body by.
        spec.intrinsic = nil
        spec.body = { context, arguments, count in
            observer(.entered)
            do {
                let value = try original(context, arguments, count)
                observer(.returned(value))
                return value
            } catch {
                observer(.failed(RuntimeError.wrapping(error).diagnostic))
                throw error
            }
        }
        return spec
    }

    /// Whether a value is of a type that the function declares to give.
    package func declares(_ value: Value) -> Bool {
        let given = StaticType(StaticType.Alternative(of: value))
        return given.mayBeAccepted(by: result.types)
    }
}

extension StaticType.Alternative {
    /// The type of a value, without elements and fields.
    init(of value: Value) {
        switch value.kind {
        case .null, .absent, .box: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .float: self = .float
        case .string: self = .string
        case .bytes: self = .bytes
        case .list: self = .list(.unknown)
        case .record: self = .record(nil)
        case .range: self = .range
        case .builtin, .closure: self = .function
        case .quantity: self = .quantity(value.dimension)
        case .host, .error: self = .host(value.typeName)
        }
    }
}
