import EdgeTensors

/// Operators that rearrange elements.
extension ShapeInference {
    func targetShape(_ node: Node, _ position: Int) throws -> [Dimension]? {
        if let values = contents(node, position) ?? integers(node, position)?.map(Dimension.fixed) {
            for value in values {
                if let extent = value.fixedValue, extent < 0 {
                    throw ModelError.shape(node, "the extent \(extent) is negative")
                }
            }
            return values
        }
        // A list of known length gives the number of axes at least.
        guard let length = shape(node, position)?.first?.fixedValue, length <= 16 else { return nil }
        return (0..<length).map { unknown(node, $0) }
    }

    func inferReshape(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        let known = contents(node, 1) ?? integers(node, 1)?.map(Dimension.fixed)
        guard var target = known else {
            guard let length = shape(node, 1)?.first?.fixedValue, length <= 16 else {
                return TensorType(dtype: source.dtype, shape: nil)
            }
            return TensorType(dtype: source.dtype, shape: (0..<length).map { unknown(node, $0) })
        }
        let text = target.map(\.description).joined(separator: ", ")
        for axis in target.indices where target[axis] == .fixed(0) && node.int("allowzero") != 1 {
            guard let shape = source.shape else {
                target[axis] = unknown(node, axis)
                continue
            }
            guard axis < shape.count else {
                throw ModelError.shape(node, "[\(text)] copies axis \(axis), which the data lacks")
            }
            target[axis] = shape[axis]
        }
        let wild = target.indices.filter { target[$0] == .fixed(-1) }
        guard wild.count <= 1, target.allSatisfy({ ($0.fixedValue ?? 0) >= -1 }) else {
            throw ModelError.shape(node, "[\(text)] is no shape")
        }
        if let axis = wild.first { target[axis] = try remainder(node, source.shape, target, axis, text) }
        if let shape = source.shape, let before = product(shape), let after = product(target), before != after {
            throw ModelError.shape(node, "\(before) elements cannot take the shape [\(text)]")
        }
        return TensorType(dtype: source.dtype, shape: target)
    }

    /// The extent that -1 stands for: what is left of the elements. Names that stand on both sides cancel.
    private func remainder(
        _ node: Node, _ source: [Dimension]?, _ target: [Dimension], _ axis: Int, _ text: String
    ) throws -> Dimension {
        guard let source else { return unknown(node, axis) }
        var before = source
        var after = target
        after.remove(at: axis)
        for symbol in after where symbol.fixedValue == nil {
            if let match = before.firstIndex(of: symbol), let own = after.firstIndex(of: symbol) {
                before.remove(at: match)
                after.remove(at: own)
            }
        }
        guard after.allSatisfy({ $0.fixedValue != nil }), let divisor = product(after) else {
            return unknown(node, axis)
        }
        let symbols = before.filter { $0.fixedValue == nil }
        guard let whole = product(before.filter { $0.fixedValue != nil }) else { return unknown(node, axis) }
        if symbols.isEmpty {
            if divisor == 0 { return .fixed(0) }
            guard whole % divisor == 0 else {
                throw ModelError.shape(node, "\(whole) elements cannot take the shape [\(text)]")
            }
            return .fixed(whole / divisor)
        }
        return symbols.count == 1 && whole == divisor ? symbols[0] : unknown(node, axis)
    }

    func product(_ shape: [Dimension]) -> Int? {
        var extents: [Int] = []
        for dimension in shape {
            guard let extent = dimension.fixedValue else { return nil }
            extents.append(extent)
        }
        return Tensor.elementCount(of: extents)
    }

    func inferFlatten(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape else {
            return TensorType(dtype: source.dtype, shape: [unknown(node, 0), unknown(node, 1)])
        }
        let value = node.int("axis") ?? 1
        guard value >= -shape.count, value <= shape.count else {
            throw ModelError.shape(node, "axis \(value) is not one of the \(shape.count) axes")
        }
        let axis = value < 0 ? value + shape.count : value
        func joined(_ part: [Dimension], _ position: Int) -> Dimension {
            if let count = product(part) { return .fixed(count) }
            let open = part.filter { $0 != .fixed(1) }
            return open.count == 1 ? open[0] : unknown(node, position)
        }
        return TensorType(
            dtype: source.dtype, shape: [joined(Array(shape[..<axis]), 0), joined(Array(shape[axis...]), 1)])
    }

    func inferTranspose(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        let order = node.ints("perm") ?? Array(shape.indices.reversed())
        guard order.sorted() == Array(shape.indices) else {
            throw ModelError.shape(node, "\(order) is not an order of the \(shape.count) axes")
        }
        return TensorType(dtype: source.dtype, shape: order.map { shape[$0] })
    }

    func inferSqueeze(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        let removed: Set<Int>
        if node.input(1) == nil {
            guard shape.allSatisfy({ $0.fixedValue != nil }) else { return TensorType(dtype: source.dtype, shape: nil) }
            removed = Set(shape.indices.filter { shape[$0] == .fixed(1) })
        } else {
            guard let values = integers(node, 1) else { return TensorType(dtype: source.dtype, shape: nil) }
            removed = Set(try axes(values, rank: shape.count, of: node))
            for axis in removed {
                if let extent = shape[axis].fixedValue, extent != 1 {
                    throw ModelError.shape(node, "axis \(axis) has the extent \(extent), not 1")
                }
            }
        }
        return TensorType(dtype: source.dtype, shape: shape.indices.filter { !removed.contains($0) }.map { shape[$0] })
    }

    func inferUnsqueeze(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape, let values = integers(node, 1), values.count <= 16 else {
            return TensorType(dtype: source.dtype, shape: nil)
        }
        let rank = shape.count + values.count
        let added = Set(try axes(values, rank: rank, of: node))
        var rest = shape.makeIterator()
        return TensorType(
            dtype: source.dtype, shape: (0..<rank).map { added.contains($0) ? .fixed(1) : rest.next() ?? .fixed(1) })
    }

    func inferConcat(_ node: Node) throws -> TensorType? {
        guard let dtype = type(node, 0)?.dtype else { return nil }
        guard var result = shape(node, 0) else { return TensorType(dtype: dtype, shape: nil) }
        guard let value = node.int("axis") else { throw ModelError.shape(node, "the axis is missing") }
        let axis = try axis(value, rank: result.count, of: node)
        for position in node.inputs.indices.dropFirst() {
            guard let next = shape(node, position) else { return TensorType(dtype: dtype, shape: nil) }
            guard next.count == result.count else {
                throw ModelError.shape(node, "inputs have \(result.count) and \(next.count) axes")
            }
            for other in result.indices {
                if other == axis {
                    if let a = result[axis].fixedValue, let b = next[axis].fixedValue, a >= 0, b >= 0, a <= 1 << 40,
                        b <= 1 << 40
                    {
                        result[axis] = .fixed(a + b)
                    } else {
                        result[axis] = Dimension.sum([result[axis], next[axis]]) ?? unknown(node, axis)
                    }
                } else {
                    try agree(result[other], next[other], node, "extents of axis \(other)")
                    if result[other].fixedValue == nil { result[other] = next[other] }
                }
            }
        }
        return TensorType(dtype: dtype, shape: result)
    }

    func inferSplit(_ node: Node) throws -> [TensorType?] {
        guard let source = type(node, 0) else { return node.outputs.map { _ in nil } }
        guard let shape = source.shape else {
            return node.outputs.map { _ in TensorType(dtype: source.dtype, shape: nil) }
        }
        let axis = try axis(node.int("axis") ?? 0, rank: shape.count, of: node)
        let count = node.outputs.count
        var parts: [Dimension]
        if let sizes = integers(node, 1) {
            guard sizes.count == count, sizes.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
                throw ModelError.shape(node, "\(sizes.count) sizes for \(count) outputs")
            }
            if let extent = shape[axis].fixedValue, sizes.reduce(0, +) != extent {
                throw ModelError.shape(node, "the sizes \(sizes) do not add up to \(extent)")
            }
            parts = sizes.map(Dimension.fixed)
        } else if node.input(1) == nil, let extent = shape[axis].fixedValue {
            let size = (extent + count - 1) / count
            parts = (0..<count).map { .fixed(max(0, min(size, extent - $0 * size))) }
        } else {
            parts = (0..<count).map { unknown(node, $0) }
        }
        return parts.map { part in
            var result = shape
            result[axis] = part
            return TensorType(dtype: source.dtype, shape: result)
        }
    }

    func inferGather(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape, let indices = self.shape(node, 1) else {
            return TensorType(dtype: source.dtype, shape: nil)
        }
        let axis = try axis(node.int("axis") ?? 0, rank: shape.count, of: node)
        if let extent = shape[axis].fixedValue, let values = integers(node, 1),
            let wrong = values.first(where: { $0 < -extent || $0 >= extent })
        {
            throw ModelError.shape(node, "the index \(wrong) is not one of \(extent)")
        }
        return TensorType(dtype: source.dtype, shape: Array(shape[..<axis]) + indices + Array(shape[(axis + 1)...]))
    }

    func inferPad(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard var shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        let targets: [Int]
        if node.input(3) != nil {
            guard let values = integers(node, 3) else {
                return TensorType(dtype: source.dtype, shape: shape.indices.map { unknown(node, $0) })
            }
            targets = try axes(values, rank: shape.count, of: node)
        } else {
            targets = Array(shape.indices)
        }
        guard let pads = integers(node, 1) else {
            return TensorType(dtype: source.dtype, shape: shape.indices.map { unknown(node, $0) })
        }
        guard pads.count == targets.count * 2, pads.allSatisfy({ abs($0.clamped) <= Int(Int32.max) }) else {
            throw ModelError.shape(node, "\(pads.count) pads for \(targets.count) axes")
        }
        for (position, axis) in targets.enumerated() {
            let added = pads[position] + pads[position + targets.count]
            guard let extent = shape[axis].fixedValue else {
                if added != 0 { shape[axis] = unknown(node, axis) }
                continue
            }
            guard extent + added >= 0 else { throw ModelError.shape(node, "axis \(axis) would shrink below nothing") }
            shape[axis] = .fixed(extent + added)
        }
        return TensorType(dtype: source.dtype, shape: shape)
    }

    func inferExpand(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape, let target = try targetShape(node, 1) else {
            return TensorType(dtype: source.dtype, shape: nil)
        }
        return TensorType(dtype: source.dtype, shape: try broadcast(shape, target, node))
    }

    func inferTile(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard let shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        guard let repeats = integers(node, 1) else {
            return TensorType(dtype: source.dtype, shape: shape.indices.map { unknown(node, $0) })
        }
        guard repeats.count == shape.count, repeats.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
            throw ModelError.shape(node, "\(repeats.count) repeats for \(shape.count) axes")
        }
        return TensorType(
            dtype: source.dtype,
            shape: zip(shape.indices, shape).map { axis, dimension in
                guard let extent = dimension.fixedValue, extent <= Int(Int32.max) else {
                    return repeats[axis] == 1 ? dimension : unknown(node, axis)
                }
                return .fixed(extent * repeats[axis])
            })
    }

    func inferBlocks(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard var shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        guard shape.count == 4, let block = node.int("blocksize"), block > 0, block <= 32768 else {
            throw ModelError.shape(node, "the block size is missing or the data has not 4 axes")
        }
        let (channel, spatial) = spatialAxes(rank: 4, layout: node.layout)
        let deepens = node.op == .spaceToDepth
        for axis in spatial { shape[axis] = try scaled(shape[axis], block, divide: deepens, node, axis) }
        shape[channel] = try scaled(shape[channel], block * block, divide: !deepens, node, channel)
        return TensorType(dtype: source.dtype, shape: shape)
    }

    private func scaled(_ dimension: Dimension, _ factor: Int, divide: Bool, _ node: Node, _ axis: Int) throws
        -> Dimension
    {
        guard let extent = dimension.fixedValue else { return unknown(node, axis) }
        guard divide else { return .fixed(extent * factor) }
        guard extent % factor == 0 else {
            throw ModelError.shape(node, "the extent \(extent) cannot be divided by \(factor)")
        }
        return .fixed(extent / factor)
    }

    func inferBatchBlocks(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard var shape = source.shape, let blocks = integers(node, 1), let pads = integers(node, 2) else {
            return TensorType(dtype: source.dtype, shape: nil)
        }
        guard blocks.count + 1 < shape.count || blocks.count + 1 == shape.count, pads.count == blocks.count * 2,
            blocks.allSatisfy({ $0 > 0 && $0 <= 65536 }), pads.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) })
        else { throw ModelError.shape(node, "blocks \(blocks) and pads \(pads) do not fit \(shape.count) axes") }
        let spreads = node.op == .spaceToBatch
        for (position, block) in blocks.enumerated() {
            let added = pads[position * 2] + pads[position * 2 + 1]
            let axis = position + 1
            guard let extent = shape[axis].fixedValue, extent <= Int(Int32.max), let batch = shape[0].fixedValue,
                batch <= Int(Int32.max)
            else {
                shape[axis] = unknown(node, axis)
                shape[0] = unknown(node, 0)
                continue
            }
            let result = spreads ? extent + added : extent * block - added
            guard result >= 0, spreads ? result % block == 0 : batch % block == 0 else {
                throw ModelError.shape(node, "blocks \(blocks) and pads \(pads) do not divide the data")
            }
            shape[axis] = .fixed(spreads ? result / block : result)
            shape[0] = .fixed(spreads ? batch * block : batch / block)
        }
        return TensorType(dtype: source.dtype, shape: shape)
    }
}

extension Int {
    /// This number, or the nearest whose absolute value can be taken.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
