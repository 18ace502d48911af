import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Operations on random arrays, each compared with what NumPy makes of the same arrays.
@Suite(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
struct NumPyOperationTests {
    /// Runs a NumPy expression of `a` and `b` and gives its value.
    private func numPy(_ expression: String, _ a: Tensor, _ b: Tensor? = nil) throws -> Tensor {
        let folder = try TemporaryDirectory()
        try folder.write("a.npy", bytes: NPYFile.write(a))
        try folder.write("b.npy", bytes: NPYFile.write(b ?? a))
        _ = try PythonPeer.run(
            [
                "-c",
                "import numpy as np; a = np.load('a.npy'); b = np.load('b.npy'); np.save('out.npy', \(expression))",
            ], directory: folder.path)
        return try NPYFile.read(Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("out.npy")))))
    }

    private func random(_ shape: [Int], _ dtype: DType = .f32, seed: UInt64 = 1) throws -> Tensor {
        var source = RandomSource(seed: seed)
        return try Tensor(uniform: -50...50, shape: shape, dtype: dtype, from: &source)
    }

    private func expectSame(_ found: Tensor, _ expected: Tensor, tolerance: Double = 0) throws {
        #expect(found.shape == expected.shape)
        #expect(try TensorComparison(found, expected: expected).maxRelativeDifference <= tolerance)
    }

    @Test(arguments: [
        ([3, 1, 5], [4, 1]), ([2, 3], [3]), ([2, 3], []), ([], [2, 3]), ([4, 3], [4, 3]), ([0, 3], [1, 3]),
    ])
    func arithmeticBroadcastsAsNumPyDoes(shapes: ([Int], [Int])) throws {
        let (a, b) = (try random(shapes.0, seed: 1), try random(shapes.1, seed: 2))
        for (operation, symbol) in [
            ("add", "a + b"), ("subtract", "a - b"), ("multiply", "a * b"), ("divide", "a / b"),
        ] {
            let found = try a.combined(try #require(BinaryOperation(rawValue: operation)), with: b)
            try expectSame(found, numPy(symbol, a, b), tolerance: 1e-6)
        }
    }

    @Test func viewsAreThoseOfNumPy() throws {
        let a = try random([4, 5, 6])
        try expectSame(a.transposed([2, 0, 1]), numPy("a.transpose(2, 0, 1)", a))
        try expectSame(a.sliced(axis: 1, 1..<5, step: 2), numPy("a[:, 1:5:2]", a))
        try expectSame(a.sliced(axis: 2, 1..<6, step: -2), numPy("a[:, :, 5:0:-2]", a))
        try expectSame(a.selected(axis: -1, at: 3).transposed(), numPy("a[:, :, 3].T", a))
        try expectSame(
            a.sliced(axis: 0, 1..<2).broadcast(to: [3, 5, 6]), numPy("np.broadcast_to(a[1:2], (3, 5, 6))", a))
        try expectSame(a.gathered(axis: 1, at: [4, 0, 4]), numPy("a[:, [4, 0, 4]]", a))
        try expectSame(
            .concatenated([a, a.sliced(axis: 1, 0..<2)], axis: 1), numPy("np.concatenate([a, a[:, :2]], 1)", a))
        try expectSame(.stacked([a, a], axis: 2), numPy("np.stack([a, a], 2)", a))
    }

    @Test func reductionsAreThoseOfNumPy() throws {
        let a = try random([4, 5, 6])
        try expectSame(a.sum(axes: [0, 2]), numPy("a.sum((0, 2))", a), tolerance: 1e-5)
        try expectSame(a.mean(axes: [1], keepingAxes: true), numPy("a.mean(1, keepdims=True)", a), tolerance: 1e-5)
        try expectSame(a.minimum(), numPy("a.min()", a))
        try expectSame(a.maximum(axes: [-1]), numPy("a.max(-1)", a))
        try expectSame(a.argmax(axis: 1), numPy("a.argmax(1)", a))
        let integers = try random([7, 3], .i16)
        try expectSame(integers.sum(axes: [0]), numPy("a.sum(0)", integers))
        try expectSame(integers.mean(), numPy("a.mean()", integers))
    }

    @Test(arguments: [
        ([3, 4], [4, 5]), ([2, 1, 3, 4], [5, 4, 6]), ([4], [4, 5]), ([3, 4], [4]), ([4], [4]), ([1, 33], [33, 70]),
    ])
    func matrixProductsAreThoseOfNumPy(shapes: ([Int], [Int])) throws {
        let (a, b) = (try random(shapes.0, seed: 3), try random(shapes.1, seed: 4))
        try expectSame(a.matrixProduct(with: b), numPy("a @ b", a, b), tolerance: 1e-4)
        let (c, d) = (try a.converted(to: .f64), try b.converted(to: .f64))
        try expectSame(c.matrixProduct(with: d), numPy("a @ b", c, d), tolerance: 1e-12)
    }

    @Test func conversionToHalfPrecisionRoundsAsNumPyDoes() throws {
        var source = RandomSource(seed: 9)
        let numbers = try Tensor(normalMean: 0, deviation: 100, shape: [5000], dtype: .f64, from: &source)
        try expectSame(numbers.converted(to: .f16), numPy("a.astype('f2')", numbers))
        try expectSame(numbers.converted(to: .f32), numPy("a.astype('f4')", numbers))
        try expectSame(numbers.converted(to: .i8), numPy("np.trunc(np.clip(a, -128, 127)).astype('i1')", numbers))
    }
}
