@testable import EdgeLang

extension PlainEvaluator {
    func evaluate(_ expression: Expression, in scope: PlainScope) throws -> PlainData {
        switch expression.kind {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(Int(value))
        case .float(let value): return .float(value)
        case .quantity(let literal): return .quantity(literal.value, literal.dimension)
        case .string(let text): return .text(text)
        case .bytes(let bytes): return .bytes(bytes)
        case .interpolation(let parts):
            var text = ""
            // All parts are evaluated before any is written.
            let values = try parts.map { part -> PlainData in
                switch part {
                case .text(let text): .text(text)
                case .expression(let expression): try evaluate(expression, in: scope)
                }
            }
            for value in values { text += show(value) }
            return .text(text)
        case .list(let elements):
            var list: [PlainData] = []
            for element in elements {
                switch element {
                case .item(let item): list.append(try evaluate(item, in: scope))
                case .spread(let items):
                    let value = try evaluate(items, in: scope)
                    if case .record = value { throw PlainError(code: "E0321") }
                    list += try self.elements(of: value)
                }
            }
            try keepSmall(list.count)
            return .list(list)
        case .record(let elements): return try record(elements, in: scope)
        case .range(let lower, let upper, let isClosed):
            let ends = (try evaluate(lower, in: scope), try evaluate(upper, in: scope))
            guard case (.int(let low), .int(let high)) = ends else { throw PlainError(code: "E0301") }
            return .range(lower: low, upper: high, isClosed: isClosed)
        case .name(let use): return try scope.read(use.name, from: currentCall) ?? .builtin(use.name)
        case .unary(let symbol, let operand): return try apply(symbol, evaluate(operand, in: scope))
        case .binary(let symbol, let left, let right, _):
            let first = try evaluate(left, in: scope)
            return try apply(symbol, first, evaluate(right, in: scope))
        case .shortCircuit(let symbol, let left, let right):
            return try shortCircuit(symbol, left, right, in: scope)
        case .call(let call): return try evaluate(call, in: scope)
        case .field(let base, let name): return try field(evaluate(base, in: scope), name.name)
        case .index(let base, let index):
            let value = try evaluate(base, in: scope)
            return try element(value, evaluate(index, in: scope))
        case .slice(let base, let lower, let upper, let isClosed):
            let value = try evaluate(base, in: scope)
            let low = try lower.map { try evaluate($0, in: scope) }
            return try slice(value, low, upper.map { try evaluate($0, in: scope) }, isClosed: isClosed)
        case .function(let function): return .function(PlainFunction(function, in: scope))
        case .if(let node):
            for branch in node.branches where try isTrue(evaluate(branch.condition, in: scope)) {
                return try evaluate(branch.body, in: scope)
            }
            return try node.otherwise.map { try evaluate($0, in: scope) } ?? .null
        case .match(let node):
            let subject = try evaluate(node.subject, in: scope)
            for arm in node.arms {
                let inner = makeScope(scope)
                guard try matches(arm.pattern, subject, in: inner) else { continue }
                if let condition = arm.guard, try !isTrue(evaluate(condition, in: inner)) { continue }
                return try evaluate(arm.body, in: inner)
            }
            throw PlainError(code: "E0316")
        case .block(let block): return try evaluate(block, in: scope)
        case .try(let node):
            do {
                return try evaluate(node.body, in: scope)
            } catch let error as PlainError {
                let inner = makeScope(scope)
                if let name = node.error?.name { inner.declare(name, .error(error)) }
                return try evaluate(node.handler, in: inner)
            }
        case .return(let value): throw Exit.returned(try value.map { try evaluate($0, in: scope) } ?? .null)
        case .break: throw Exit.breakLoop
        case .continue: throw Exit.continueLoop
        case .lastResult, .invalid: throw Exit.tooLong
        }
    }

    /// Values that double again and again are another test's business.
    func keepSmall(_ count: Int) throws {
        if count > 5_000 { throw Exit.tooLong }
    }

    private func record(_ elements: [RecordElement], in scope: PlainScope) throws -> PlainData {
        var fields: [(key: String, value: PlainData)] = []
        func set(_ key: String, _ value: PlainData) {
            if let position = fields.firstIndex(where: { $0.key == key }) {
                fields[position].value = value
            } else {
                fields.append((key, value))
            }
        }
        for element in elements {
            switch element {
            case .field(let name, let value): set(name.name, try evaluate(value, in: scope))
            case .spread(let source):
                guard case .record(let entries) = try evaluate(source, in: scope) else {
                    throw PlainError(code: "E0301")
                }
                for entry in entries { set(entry.key, entry.value) }
            }
        }
        return .record(fields)
    }

    private func shortCircuit(
        _ symbol: ShortCircuitOperator, _ left: Expression, _ right: Expression, in scope: PlainScope
    ) throws -> PlainData {
        let first = try evaluate(left, in: scope)
        switch symbol {
        case .and: return .bool(try isTrue(first) ? isTrue(evaluate(right, in: scope)) : false)
        case .or: return .bool(try isTrue(first) ? true : isTrue(evaluate(right, in: scope)))
        case .coalesce:
            if case .null = first { return try evaluate(right, in: scope) }
            return first
        }
    }

    private func evaluate(_ call: Call, in scope: PlainScope) throws -> PlainData {
        let callee = try evaluate(call.callee, in: scope)
        let arguments = try call.arguments.map { argument in
            (label: argument.label?.name, value: try evaluate(argument.value, in: scope))
        }
        switch callee {
        case .function(let function): return try self.call(function, arguments)
        case .builtin(let name): return try callBuiltin(name, arguments)
        default: throw PlainError(code: "E0312")
        }
    }

    // MARK: Parts of values

    private func field(_ value: PlainData, _ name: String) throws -> PlainData {
        switch value {
        case .record(let fields):
            guard let field = fields.first(where: { $0.key == name }) else { throw PlainError(code: "E0306") }
            return field.value
        case .error(let error) where name == "code": return .text(error.code)
        case .error(let error) where name == "message": return .text(error.message)
        default: throw PlainError(code: "E0306")
        }
    }

    func element(_ value: PlainData, _ index: PlainData) throws -> PlainData {
        if case .range(let lower, let upper, let isClosed) = index, !value.isRecordOrRange {
            return try slice(value, .int(lower), .int(upper), isClosed: isClosed)
        }
        switch (value, index) {
        case (.list(let elements), .int(let index)): return elements[try place(index, elements.count)]
        case (.record(let fields), .text(let key)): return fields.first { $0.key == key }?.value ?? .null
        case (.text(let text), .int(let index)):
            let scalars = Array(text.unicodeScalars)
            return .text(String(scalars[try place(index, scalars.count)]))
        case (.bytes(let bytes), .int(let index)): return .int(Int(bytes[try place(index, bytes.count)]))
        case (.range, .int(let index)):
            let elements = try self.elements(of: value)
            return elements[try place(index, elements.count)]
        case (.list, _), (.record, _), (.text, _), (.bytes, _), (.range, _): throw PlainError(code: "E0301")
        default: throw PlainError(code: "E0322")
        }
    }

    private func slice(_ value: PlainData, _ lower: PlainData?, _ upper: PlainData?, isClosed: Bool) throws -> PlainData
    {
        let count: Int
        switch value {
        case .list(let elements): count = elements.count
        case .text(let text): count = text.unicodeScalars.count
        case .bytes(let bytes): count = bytes.count
        default: throw PlainError(code: "E0322")
        }
        func end(_ end: PlainData?, otherwise: Int, extra: Int) throws -> Int {
            guard let end else { return otherwise }
            guard case .int(let index) = end else { throw PlainError(code: "E0301") }
            let place = index < 0 ? index &+ count : index
            return max(0, min(place < Int.max ? place + extra : place, count))
        }
        let from = try end(lower, otherwise: 0, extra: 0)
        let to = max(from, try end(upper, otherwise: count, extra: isClosed && upper != nil ? 1 : 0))
        switch value {
        case .list(let elements): return .list(Array(elements[from..<to]))
        case .bytes(let bytes): return .bytes(Array(bytes[from..<to]))
        case .text(let text):
            var part = String.UnicodeScalarView()
            part.append(contentsOf: Array(text.unicodeScalars)[from..<to])
            return .text(String(part))
        default: return .null
        }
    }
}

extension PlainData {
    fileprivate var isRecordOrRange: Bool {
        switch self {
        case .record, .range, .null, .bool, .int, .float, .quantity, .function, .builtin, .error: true
        case .list, .text, .bytes: false
        }
    }
}
