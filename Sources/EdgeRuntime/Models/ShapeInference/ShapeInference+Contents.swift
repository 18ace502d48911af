import EdgeTensors

/// Follows the elements of small integer values through the operators that shape computations use.
extension ShapeInference {
    mutating func follow(_ node: Node) {
        guard node.outputs.count == 1, let id = node.outputs.first, let type = graph.type(of: id), !type.dtype.isFloat,
            type.quantization == nil
        else { return }
        guard let values = known(node), values.count <= Self.contentsLimit else { return }
        contents[id] = values
    }

    private func known(_ node: Node) -> [Dimension]? {
        switch node.op {
        case .shape:
            guard let shape = shape(node, 0), let range = try? shapeRange(node, rank: shape.count) else { return nil }
            return Array(shape[range])
        case .identity, .cast, .squeeze, .unsqueeze, .reshape, .flatten:
            return contents(node, 0)
        case .concat:
            var result: [Dimension] = []
            guard shape(node, 0)?.count == 1 else { return nil }
            for position in node.inputs.indices {
                guard let part = contents(node, position) else { return nil }
                result += part
            }
            return result
        case .gather:
            guard shape(node, 0)?.count == 1, let values = contents(node, 0), let indices = integers(node, 1) else {
                return nil
            }
            guard indices.allSatisfy({ $0 >= -values.count && $0 < values.count }) else { return nil }
            return indices.map { values[$0 < 0 ? $0 + values.count : $0] }
        case .slice:
            guard let shape = shape(node, 0), shape.count == 1, let values = contents(node, 0),
                let cut = (try? cuts(node, [.fixed(values.count)]))?.first?.1
            else { return nil }
            return (0..<cut.count).map { values[cut.start + $0 * cut.step] }
        case .add, .sub, .mul, .div, .maximum, .minimum, .equal, .less, .greater: return arithmetic(node)
        case .selectWhere:
            guard let choice = integers(node, 0), let yes = contents(node, 1), let no = contents(node, 2) else {
                return nil
            }
            let count = max(choice.count, yes.count, no.count)
            guard [choice.count, yes.count, no.count].allSatisfy({ $0 == count || $0 == 1 }) else { return nil }
            return (0..<count).map { index in
                choice[choice.count == 1 ? 0 : index] != 0
                    ? yes[yes.count == 1 ? 0 : index] : no[no.count == 1 ? 0 : index]
            }
        case .constantOfShape:
            guard let id = node.outputs.first, let shape = graph.type(of: id)?.fixedShape, shape.count <= 1,
                let count = Tensor.elementCount(of: shape), count <= Self.contentsLimit,
                case .tensor(let value)? = node.attributes["value"], let number = value.integerValues()?.first
            else { return nil }
            return [Dimension](repeating: .fixed(number), count: count)
        case .range:
            guard let start = integers(node, 0)?.first, let delta = integers(node, 2)?.first,
                let id = node.outputs.first,
                let count = graph.type(of: id)?.fixedShape?.first, count <= Self.contentsLimit
            else { return nil }
            return (0..<count).map { .fixed(start &+ $0 &* delta) }
        case .reduceMin, .reduceMax, .reduceSum:
            guard let values = integers(node, 0), shape(node, 0)?.count == 1, !values.isEmpty else { return nil }
            let sum = values.reduce(0, &+)
            return [.fixed(node.op == .reduceMin ? values.min() ?? 0 : node.op == .reduceMax ? values.max() ?? 0 : sum)]
        default: return nil
        }
    }

    /// The axes that `Shape` reports.
    func shapeRange(_ node: Node, rank: Int) throws -> Range<Int> {
        func bound(_ value: Int) -> Int { min(max(value < 0 ? max(value, -rank) + rank : value, 0), rank) }
        let start = bound(node.int("start") ?? 0)
        return start..<max(start, bound(node.int("end") ?? rank))
    }

    private func arithmetic(_ node: Node) -> [Dimension]? {
        guard node.inputs.count == 2, let left = contents(node, 0), let right = contents(node, 1) else { return nil }
        let count = max(left.count, right.count)
        guard left.count == count || left.count == 1, right.count == count || right.count == 1 else { return nil }
        var result: [Dimension] = []
        for index in 0..<count {
            let a = left[left.count == 1 ? 0 : index]
            let b = right[right.count == 1 ? 0 : index]
            if node.op == .mul, a == .fixed(1) { result.append(b); continue }
            if (node.op == .mul || node.op == .div) && b == .fixed(1)
                || (node.op == .add || node.op == .sub) && b == .fixed(0)
            {
                result.append(a)
                continue
            }
            if let x = a.fixedValue, let y = b.fixedValue {
                guard let value = apply(node.op, x, y) else { return nil }
                result.append(.fixed(value))
            } else if node.op == .add, let sum = Dimension.sum([a, b]) {
                result.append(sum)
            } else if node.op == .mul, let factor = a.fixedValue ?? b.fixedValue,
                let multiple = (a.fixedValue == nil ? a : b).multiplied(by: factor)
            {
                result.append(multiple)
            } else {
                return nil
            }
        }
        return result
    }

    private func apply(_ op: Operator, _ x: Int, _ y: Int) -> Int? {
        let bounds = -(1 << 31)...(1 << 31)
        guard bounds.contains(x), bounds.contains(y) else { return nil }
        switch op {
        case .add: return x + y
        case .sub: return x - y
        case .mul: return x * y
        case .div: return y == 0 ? nil : x / y
        case .maximum: return max(x, y)
        case .minimum: return min(x, y)
        case .equal: return x == y ? 1 : 0
        case .less: return x < y ? 1 : 0
        case .greater: return x > y ? 1 : 0
        default: return nil
        }
    }
}
