@testable import EdgeLang
import Glibc

extension PlainEvaluator {
    func apply(_ symbol: UnaryOperator, _ value: PlainData) throws -> PlainData {
        switch (symbol, value) {
        case (.not, _): return .bool(try !isTrue(value))
        case (.negate, .int(let int)):
            if int == .min { throw PlainError(code: "E0302") }
            return .int(-int)
        case (.negate, .float(let float)): return .float(-float)
        case (.negate, .quantity(let number, let dimension)): return .quantity(-number, dimension)
        case (.bitNot, .int(let int)): return .int(~int)
        default: throw PlainError(code: "E0301")
        }
    }

    func apply(_ symbol: BinaryOperator, _ left: PlainData, _ right: PlainData) throws -> PlainData {
        switch symbol {
        case .equal: return .bool(areEqual(left, right))
        case .notEqual: return .bool(!areEqual(left, right))
        case .less: return .bool(try compare(left, right).map { $0 < 0 } ?? false)
        case .lessOrEqual: return .bool(try compare(left, right).map { $0 <= 0 } ?? false)
        case .greater: return .bool(try compare(left, right).map { $0 > 0 } ?? false)
        case .greaterOrEqual: return .bool(try compare(left, right).map { $0 >= 0 } ?? false)
        case .contained: return .bool(try contains(right, left))
        default: break
        }
        switch (left, right) {
        case (.int(let first), .int(let second)): return try integers(symbol, first, second)
        case (.text(let first), .text(let second)) where symbol == .add:
            try keepSmall((first.utf8.count + second.utf8.count) / 64)
            return .text(first + second)
        case (.bytes(let first), .bytes(let second)) where symbol == .add: return .bytes(first + second)
        case (.list(let first), .list(let second)) where symbol == .add:
            try keepSmall(first.count + second.count)
            return .list(first + second)
        default: break
        }
        guard let first = left.number, let second = right.number else { throw PlainError(code: "E0301") }
        if left.dimension.isNone, right.dimension.isNone {
            guard let result = floats(symbol, first, second) else { throw PlainError(code: "E0301") }
            return .float(result)
        }
        return try quantities(symbol, (first, left.dimension), (second, right.dimension), right)
    }

    /// In 128 bits, where nothing overflows, and then back.
    private func integers(_ symbol: BinaryOperator, _ left: Int, _ right: Int) throws -> PlainData {
        let (first, second) = (Int128(left), Int128(right))
        let result: Int128
        switch symbol {
        case .add: result = first + second
        case .subtract: result = first - second
        case .multiply: result = first * second
        case .divide:
            if right == 0 { throw PlainError(code: "E0303") }
            return .float(Double(left) / Double(right))
        case .floorDivide, .remainder:
            if right == 0 { throw PlainError(code: "E0303") }
            var (quotient, rest) = first.quotientAndRemainder(dividingBy: second)
            if rest != 0, (rest < 0) != (second < 0) {
                quotient -= 1
                rest += second
            }
            result = symbol == .remainder ? rest : quotient
        case .power:
            if right < 0 { return .float(pow(Double(left), Double(right))) }
            result = try power(first, right)
        case .bitAnd: return .int(left & right)
        case .bitOr: return .int(left | right)
        case .bitXor: return .int(left ^ right)
        case .shiftLeft:
            if right < 0 { throw PlainError(code: "E0315") }
            if left == 0 { return .int(0) }
            if right > 63 { throw PlainError(code: "E0302") }
            result = first << Int128(right)
        case .shiftRight:
            if right < 0 { throw PlainError(code: "E0315") }
            result = first >> Int128(min(right, 63))
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: throw Exit.tooLong
        }
        guard let int = Int(exactly: result) else { throw PlainError(code: "E0302") }
        return .int(int)
    }

    /// One multiplication after the other: whoever leaves 64 bits does not come back.
    private func power(_ base: Int128, _ exponent: Int) throws -> Int128 {
        if base == 0 { return exponent == 0 ? 1 : 0 }
        if base == 1 { return 1 }
        if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
        var result: Int128 = 1
        for _ in 0..<min(exponent, 64) {
            result *= base
            if Int(exactly: result) == nil { throw PlainError(code: "E0302") }
        }
        return result
    }

    private func floats(_ symbol: BinaryOperator, _ left: Double, _ right: Double) -> Double? {
        switch symbol {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide: return left / right
        case .floorDivide: return (left / right).rounded(.down)
        case .remainder:
            let rest = left.truncatingRemainder(dividingBy: right)
            return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
        case .power: return pow(left, right)
        default: return nil
        }
    }

    private func quantities(
        _ symbol: BinaryOperator, _ left: (Double, Dimension), _ right: (Double, Dimension), _ exponent: PlainData
    ) throws -> PlainData {
        switch symbol {
        case .add, .subtract, .remainder:
            guard left.1 == right.1 else { throw PlainError(code: "E0304") }
            return .measured(floats(symbol, left.0, right.0) ?? .nan, left.1)
        case .floorDivide:
            if right.1.isNone { return .measured((left.0 / right.0).rounded(.down), left.1) }
            guard left.1 == right.1 else { throw PlainError(code: "E0304") }
            return .float((left.0 / right.0).rounded(.down))
        case .multiply:
            guard let dimension = left.1.multiplied(by: right.1) else { throw PlainError(code: "E0304") }
            return .measured(left.0 * right.0, dimension)
        case .divide:
            guard let dimension = left.1.divided(by: right.1) else { throw PlainError(code: "E0304") }
            return .measured(left.0 / right.0, dimension)
        default: throw PlainError(code: "E0301")
        }
    }

    // MARK: Comparison

    func areEqual(_ left: PlainData, _ right: PlainData) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let first), .bool(let second)): first == second
        case (.int, .int), (.int, .float), (.float, .int), (.float, .float): orderOfNumbers(left, right) == 0
        case (.quantity(let first, let one), .quantity(let second, let other)): one == other && first == second
        case (.text(let first), .text(let second)): first.utf8.elementsEqual(second.utf8)
        case (.bytes(let first), .bytes(let second)): first == second
        case (.list(let first), .list(let second)):
            first.count == second.count && zip(first, second).allSatisfy { areElementsEqual($0, $1) }
        case (.record(let first), .record(let second)):
            first.count == second.count
                && first.allSatisfy { entry in
                    second.contains { $0.key == entry.key && areElementsEqual($0.value, entry.value) }
                }
        case (.range, .range):
            (try? zip(elements(of: left), elements(of: right)).allSatisfy { areEqual($0, $1) }
                && elements(of: left).count == elements(of: right).count) ?? false
        case (.function(let first), .function(let second)): first === second
        case (.builtin(let first), .builtin(let second)): first == second
        case (.error(let first), .error(let second)): first.code == second.code && first.message == second.message
        default: false
        }
    }

    /// A list that holds NaN may be equal to itself and yet to no other list of the same elements.
    private func areElementsEqual(_ left: PlainData, _ right: PlainData) -> Bool {
        if left.number?.isNaN == true, right.number?.isNaN == true { provesNothing = true }
        return areEqual(left, right)
    }

    /// Exact where an int has more digits than a float; nil where one is NaN.
    private func orderOfNumbers(_ left: PlainData, _ right: PlainData) -> Int? {
        switch (left, right) {
        case (.int(let first), .int(let second)): return first < second ? -1 : (first > second ? 1 : 0)
        case (.int(let int), .float(let float)): return order(int, float)
        case (.float(let float), .int(let int)): return order(int, float).map { -$0 }
        default:
            guard let first = left.number, let second = right.number, !first.isNaN, !second.isNaN else { return nil }
            return first < second ? -1 : (first > second ? 1 : 0)
        }
    }

    private func order(_ int: Int, _ float: Double) -> Int? {
        if float.isNaN { return nil }
        if float > 1e30 { return -1 }
        if float < -1e30 { return 1 }
        // Of a float below 1e30 the whole part fits 128 bits.
        let whole = Int128(float.rounded(.down))
        if Int128(int) != whole { return Int128(int) < whole ? -1 : 1 }
        return float > float.rounded(.down) ? -1 : 0
    }

    /// Below zero where the left one comes first; nil where one is NaN.
    func compare(_ left: PlainData, _ right: PlainData) throws -> Int? {
        switch (left, right) {
        case (.int, .int), (.int, .float), (.float, .int), (.float, .float): return orderOfNumbers(left, right)
        case (.quantity(_, let one), .quantity(_, let other)):
            if one != other { throw PlainError(code: "E0304") }
            return orderOfNumbers(left, right)
        case (.quantity, .int), (.quantity, .float), (.int, .quantity), (.float, .quantity):
            throw PlainError(code: "E0304")
        case (.text(let first), .text(let second)):
            return first.unicodeScalars.lexicographicallyPrecedes(second.unicodeScalars)
                ? -1 : (first.utf8.elementsEqual(second.utf8) ? 0 : 1)
        case (.bool(let first), .bool(let second)): return (first ? 1 : 0) - (second ? 1 : 0)
        case (.list(let first), .list(let second)):
            for (one, other) in zip(first, second) {
                guard let order = try compare(one, other) else { return nil }
                if order != 0 { return order }
            }
            return first.count - second.count
        default: throw PlainError(code: "E0301")
        }
    }

    func contains(_ whole: PlainData, _ part: PlainData) throws -> Bool {
        switch (whole, part) {
        case (.list(let elements), _): return elements.contains { areEqual($0, part) }
        case (.record(let fields), .text(let key)): return fields.contains { $0.key == key }
        case (.text(let text), .text(let part)): return isPart(Array(part.utf8), of: Array(text.utf8))
        case (.bytes(let bytes), .int(let byte)): return bytes.contains { Int($0) == byte }
        case (.range(let lower, let upper, let isClosed), .int(let int)):
            return int >= lower && (int < upper || isClosed && int == upper)
        case (.range, .float(let float)):
            guard let int = Int(exactly: float) else { return false }
            return try contains(whole, .int(int))
        default: throw PlainError(code: "E0301")
        }
    }

    private func isPart(_ part: [UInt8], of whole: [UInt8]) -> Bool {
        part.isEmpty || whole.indices.contains { whole[$0...].starts(with: part) }
    }
}
