import CEdgeKernels
import EdgeTensors
import Glibc

/// Writes a block in C order from elements that lie at regular distances: transposing, slicing, expanding, tiling and space-to-depth
/// are all this with other strides.
struct StridedCopy {
    private struct Axis {
        var extent: Int
        var stride: Int
    }

    private var axes: [Axis]
    private let start: Int
    private let width: Int
    private let isEmpty: Bool

    /// - Parameters:
    ///   - shape: the extents of the target.
    ///   - strides: for each axis of the target, the distance of neighbours in the source, in elements; may be 0 or negative.
    ///   - start: where the first element lies in the source.
    ///   - width: the bytes of one element.
    init(shape: [Int], strides: [Int], start: Int = 0, width: Int) {
        self.start = start
        self.width = width
        self.isEmpty = shape.contains(0)
        var axes: [Axis] = []
        for (extent, stride) in zip(shape, strides) where extent != 1 {
            if let last = axes.last, last.stride == stride * extent {
                axes[axes.count - 1] = Axis(extent: last.extent * extent, stride: stride)
            } else {
                axes.append(Axis(extent: extent, stride: stride))
            }
        }
        self.axes = axes.isEmpty ? [Axis(extent: 1, stride: 1)] : axes
    }

    /// The source is copied as it lies.
    var isPlain: Bool { axes.count == 1 && axes[0].stride == 1 && start == 0 }

    func run(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
        guard !isEmpty else { return }
        switch width {
        case 1: run(UInt8.self, source, target)
        case 2: run(UInt16.self, source, target)
        case 4: run(UInt32.self, source, target)
        default: run(UInt64.self, source, target)
        }
    }

    private func run<T: BitwiseCopyable>(_ type: T.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer)
    {
        var next = target.assumingMemoryBound(to: T.self)
        axes.withUnsafeBufferPointer { axes in
            copy(axes[...], from: source.assumingMemoryBound(to: T.self) + start, to: &next)
        }
    }

    private func copy<T: BitwiseCopyable>(
        _ axes: Slice<UnsafeBufferPointer<Axis>>, from source: UnsafePointer<T>,
        to target: inout UnsafeMutablePointer<T>
    ) {
        let axis = axes[axes.startIndex]
        var source = source
        if axes.count > 1 {
            let inner = axes.dropFirst()
            if axes.count == 2, axis.stride == 1, let last = inner.first, last.stride > 0 {
                // Neighbours in the source lie along the other axis of the target: a transposed matrix.
                edge_transpose(
                    edge_isa_detected(), MemoryLayout<T>.stride, axis.extent, last.extent, source, last.stride, target)
                target += axis.extent * last.extent
                return
            }
            for _ in 0..<axis.extent {
                copy(inner, from: source, to: &target)
                source += axis.stride
            }
            return
        }
        if axis.stride == 1 {
            memcpy(target, source, axis.extent * MemoryLayout<T>.stride)
        } else if axis.stride == 0 {
            target.update(repeating: source.pointee, count: axis.extent)
        } else {
            for position in 0..<axis.extent {
                target[position] = source.pointee
                source += axis.stride
            }
        }
        target += axis.extent
    }

    /// The step that does this copy.
    func lowered(as type: ConcreteType) -> Lowered {
        if isPlain { return .view(as: type) }
        return Lowered([type]) { memory throws(ModelError) in
            run(from: memory.inputs[0], to: memory.outputs[0])
        }
    }
}
