/// What operators do with values of two types; says before the run what `Machine` does in it.
enum OperatorTable {
    enum Result {
        case type(StaticType)
        /// Quantities that measure different things.
        case differ(Dimension, Dimension)
        case undefined
    }

    static func result(
        _ symbol: BinaryOperator, _ left: StaticType.Alternative, _ right: StaticType.Alternative
    ) -> Result {
        // Objects of the runtime define operators as they like.
        if left.isHost || right.isHost { return .type(symbol.isComparison ? .bool : .unknown) }
        switch symbol {
        case .equal, .notEqual: return .type(.bool)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return order(left, right)
        case .contained: return contains(right, left) ? .type(.bool) : .undefined
        case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
            return left == .int && right == .int ? .type(.int) : .undefined
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power:
            return arithmetic(symbol, left, right)
        }
    }

    private static func order(_ left: StaticType.Alternative, _ right: StaticType.Alternative) -> Result {
        if left == .anyQuantity || right == .anyQuantity {
            return left.isMeasure && right.isMeasure ? .type(.bool) : .undefined
        }
        if let first = left.dimension, let second = right.dimension {
            return first == second ? .type(.bool) : .differ(first, second)
        }
        switch (left, right) {
        case (.string, .string), (.bool, .bool), (.list, .list): return .type(.bool)
        default: return .undefined
        }
    }

    private static func contains(_ container: StaticType.Alternative, _ item: StaticType.Alternative) -> Bool {
        switch container {
        case .list: true
        case .record, .string: item == .string
        case .range: item.isNumber
        case .bytes: item == .int
        case .host: true
        case .null, .bool, .int, .float, .function, .quantity, .anyQuantity: false
        }
    }

    private static func arithmetic(
        _ symbol: BinaryOperator, _ left: StaticType.Alternative, _ right: StaticType.Alternative
    ) -> Result {
        if left == .int, right == .int {
            switch symbol {
            case .divide: return .type(.float)
            case .power: return .type(.number)
            default: return .type(.int)
            }
        }
        if left.isNumber, right.isNumber { return .type(.float) }
        if left == .anyQuantity || right == .anyQuantity {
            return left.isMeasure && right.isMeasure ? .type(.unknown) : .undefined
        }
        if let first = left.dimension, let second = right.dimension {
            return quantities(symbol, first, second, isWhole: right == .int)
        }
        guard symbol == .add else { return .undefined }
        switch (left, right) {
        case (.string, .string): return .type(.string)
        case (.bytes, .bytes): return .type(.bytes)
        case (.list(let first), .list(let second)): return .type(StaticType(.list(first.joined(with: second))))
        default: return .undefined
        }
    }

    private static func quantities(
        _ symbol: BinaryOperator, _ left: Dimension, _ right: Dimension, isWhole: Bool
    ) -> Result {
        switch symbol {
        case .add, .subtract, .remainder: return left == right ? .type(quantity(left)) : .differ(left, right)
        case .floorDivide:
            if right.isNone { return .type(quantity(left)) }
            return left == right ? .type(.float) : .differ(left, right)
        case .multiply: return left.multiplied(by: right).map { .type(quantity($0)) } ?? .type(.unknown)
        case .divide: return left.divided(by: right).map { .type(quantity($0)) } ?? .type(.unknown)
        case .power: return isWhole ? .type(.unknown) : .undefined
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained, .bitAnd, .bitOr, .bitXor,
            .shiftLeft, .shiftRight:
            return .undefined
        }
    }

    private static func quantity(_ dimension: Dimension) -> StaticType {
        dimension.isNone ? .float : StaticType(.quantity(dimension))
    }
}

extension StaticType.Alternative {
    fileprivate var isMeasure: Bool { dimension != nil || self == .anyQuantity }
}
