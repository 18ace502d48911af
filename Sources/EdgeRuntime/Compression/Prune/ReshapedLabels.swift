import EdgeModels

/// Where channels go when a value takes another shape.
struct ReshapedLabels {
    let from: [Dimension]
    let to: [Dimension]

    /// Longer lists than this are not followed: the layer behind would be larger than any device's memory.
    private static let longest = 1 << 22

    /// - Returns: the labels in the new shape, and their axis there; nil where the channels' axis is taken apart, or extents
    ///   that matter are not known.
    func move(_ labels: ChannelLabels) -> (ChannelLabels, Int)? {
        // The axes of both shapes fall into blocks that hold the same elements.
        var (i, j) = (0, 0)
        while i < from.count, j < to.count {
            let (firstIn, firstOut) = (i, j)
            if from[i].fixedValue == nil || to[j].fixedValue == nil {
                // An open extent is matched by itself only.
                guard from[i].fixedValue == nil, to[j].fixedValue == nil, i != labels.axis else { return nil }
                (i, j) = (i + 1, j + 1)
                continue
            }
            guard var left = from[i].fixedValue, var right = to[j].fixedValue else { return nil }
            (i, j) = (i + 1, j + 1)
            while left != right {
                if left < right {
                    guard i < from.count, let next = from[i].fixedValue else { return nil }
                    left = left.multipliedReportingOverflow(by: next).partialValue
                    i += 1
                } else {
                    guard j < to.count, let next = to[j].fixedValue else { return nil }
                    right = right.multipliedReportingOverflow(by: next).partialValue
                    j += 1
                }
                guard left > 0, right > 0, left <= 1 << 40, right <= 1 << 40 else { return nil }
            }
            // Ones on either side belong to whichever block is at hand.
            while i < from.count, from[i].fixedValue == 1, i != labels.axis { i += 1 }
            while j < to.count, to[j].fixedValue == 1 { j += 1 }
            if (firstIn..<i).contains(labels.axis) { return spread(labels, firstIn..<i, firstOut..<j) }
        }
        return nil
    }

    /// The labels within one block.
    private func spread(
        _ labels: ChannelLabels, _ inputs: Range<Int>, _ outputs: Range<Int>
    ) -> (ChannelLabels, Int)? {
        let wide = outputs.filter { to[$0].fixedValue != 1 }
        if wide.count <= 1 {
            // The block becomes one axis: each channel stands there once for each element it has in the block.
            guard let axis = wide.first ?? outputs.first else { return nil }
            let inner = inputs.filter { $0 > labels.axis }.reduce(1) { $0 * (from[$1].fixedValue ?? 1) }
            let outer = inputs.filter { $0 < labels.axis }.reduce(1) { $0 * (from[$1].fixedValue ?? 1) }
            let total = inner.multipliedReportingOverflow(by: outer * labels.count)
            guard !total.overflow, total.partialValue <= ReshapedLabels.longest else { return nil }
            var result = ChannelLabels(axis: axis, atoms: [], strength: [])
            result.atoms.reserveCapacity(total.partialValue)
            for _ in 0..<outer {
                for index in labels.atoms.indices {
                    result.atoms.append(contentsOf: repeatElement(labels.atoms[index], count: inner))
                    result.strength.append(contentsOf: repeatElement(labels.strength[index], count: inner))
                }
            }
            return (result, axis)
        }
        // Several axes: the channels must come out as one of them, with as many elements before as ahead.
        let before = from[inputs.lowerBound..<labels.axis].reduce(1) { $0 * ($1.fixedValue ?? 1) }
        var passed = 1
        for axis in outputs {
            let extent = to[axis].fixedValue ?? 1
            if passed == before, extent == labels.count, extent > 1 {
                var result = labels
                result.axis = axis
                return (result, axis)
            }
            passed *= extent
        }
        return nil
    }
}
