import EdgeModels
import EdgeTensors

/// Which channels stand along one axis of a value.
struct ChannelLabels {
    /// The axis that the channels run along.
    var axis: Int
    /// The atom at each index of the axis; one may stand several times, as behind a flattening.
    var atoms: [Int]
    /// How large the values at each index are, judged by the weights that make them.
    var strength: [Double]

    var count: Int { atoms.count }
}

/// An axis of a constant that is cut together with channels.
struct ConstantCut {
    /// The node's position and which of its inputs the constant is.
    let node: Int
    let input: Int
    let axis: Int
    /// One atom for each index of the axis.
    let atoms: [Int]
}

/// A number in a node that counts channels.
enum ChannelCount {
    /// The groups of a depthwise convolution: as many as there are input channels.
    case groups(node: Int, atoms: [Int])
    /// One entry of a constant list of extents, as the target of a reshape.
    case extent(node: Int, input: Int, entry: Int, atoms: [Int])
    /// The sizes of the parts of a split.
    case parts(node: Int, atoms: [[Int]])
}

/// A layer that makes channels of its own.
struct ChannelLayer {
    let node: Int
    let name: String
    /// One atom an output channel.
    let atoms: [Int]
}

/// A layer that sums over channels.
struct ChannelReader {
    let node: Int
    /// What it reads, and along which axis the channels stand there.
    let value: ValueID
    let axis: Int
    let atoms: [Int]
    /// How large the values that it reads are, judged by weights.
    let strength: [Double]
    /// The Euclidean norm of all weights that read each index.
    let norms: [Double]
}

/// The scales of a batch normalisation.
struct ChannelScale {
    let node: Int
    let atoms: [Int]
    /// |γ| of each channel.
    let magnitudes: [Double]
}

extension Tensor {
    /// The Euclidean norm of the elements at each index of an axis.
    func norms(along axis: Int) throws -> [Double] {
        let extent = shape[axis]
        let inner = shape[(axis + 1)...].reduce(1, *)
        var sums = [Double](repeating: 0, count: extent)
        try withElements(of: Float.self) { values in
            for (position, value) in values.enumerated() {
                sums[position / inner % extent] += Double(value) * Double(value)
            }
        }
        return sums.map { $0.squareRoot() }
    }

    /// The elements at some indices of an axis, in that order.
    func selecting(_ indices: [Int], along axis: Int) throws -> Tensor {
        let source = try contiguous()
        let inner = shape[(axis + 1)...].reduce(1, *) * dtype.bits / 8
        let outer = shape[..<axis].reduce(1, *)
        var extents = shape
        extents[axis] = indices.count
        var result = try Tensor(zeros: extents, dtype: dtype)
        let row = shape[axis] * inner
        try source.withBytes { bytes in
            try result.withMutableBytes { target in
                var position = 0
                for block in 0..<outer {
                    for index in indices {
                        let start = block * row + index * inner
                        UnsafeMutableRawBufferPointer(rebasing: target[position..<position + inner]).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + inner]))
                        position += inner
                    }
                }
            }
        }
        return result
    }
}
