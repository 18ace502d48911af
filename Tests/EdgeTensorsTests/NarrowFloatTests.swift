import EdgeTensors
import Foundation
import PeerTesting
import Testing

/// Floating-point numbers of eight bits and fewer, against the ml_dtypes package.
@Suite struct NarrowFloatTests {
    private static let names: [NarrowFloat: String] = [
        .f8e4m3fn: "float8_e4m3fn", .f8e4m3fnuz: "float8_e4m3fnuz", .f8e5m2: "float8_e5m2",
        .f8e5m2fnuz: "float8_e5m2fnuz", .f8e8m0: "float8_e8m0fnu", .f4e2m1: "float4_e2m1fn",
    ]

    /// What a NumPy expression of `a`, an array, and `kind`, the format, gives.
    private func numPy(_ expression: String, _ a: Tensor, _ format: NarrowFloat) throws -> Tensor {
        let folder = try TemporaryDirectory()
        try folder.write("a.npy", bytes: NPYFile.write(a))
        let kind = try #require(Self.names[format])
        let script = """
            import ml_dtypes, numpy as np
            a, kind = np.load('a.npy'), np.dtype(ml_dtypes.\(kind))
            np.save('out.npy', \(expression))
            """
        _ = try PythonPeer.run(["-c", script], directory: folder.path)
        return try NPYFile.read(Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("out.npy")))))
    }

    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"), arguments: NarrowFloat.allCases)
    func everyCodeStandsForTheNumberOfThePeer(format: NarrowFloat) throws {
        let codes = (0..<1 << format.bits).map { UInt8($0) }
        let expected = try numPy("a.view(kind).astype(np.float32)", Tensor(codes, shape: [codes.count]), format)
        let found = NarrowFloatCodec(format).values
        for (value, other) in zip(found, try expected.elements(as: Float.self)) {
            #expect(value.bitPattern == other.bitPattern || value.isNaN && other.isNaN)
        }
    }

    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"), arguments: NarrowFloat.allCases)
    func numbersAreRoundedAsThePeerRounds(format: NarrowFloat) throws {
        var source = RandomSource(seed: 8)
        let values = NarrowFloatCodec(format).values.filter { $0.isFinite && $0 < 1e38 }
        // Numbers all over the range, those in the middle of two neighbours, and beyond the ends.
        var numbers = (0..<500).map { _ in Float.random(in: -1...1, using: &source) * (values.max() ?? 1) * 1.2 }
        let sorted = values.sorted()
        if format != .f8e8m0 { numbers += zip(sorted, sorted.dropFirst()).map { ($0 + $1) / 2 } }
        numbers += values + [.infinity, -.infinity, .nan, 0, -0.0, 1e-30]
        if format == .f8e8m0 { numbers = numbers.filter { $0 > 0 || $0.isNaN } }
        let given = try Tensor(numbers, shape: [numbers.count])
        let expected = try numPy("a.astype(kind).view(np.uint8)", given, format).elements(as: UInt8.self)
        let codec = NarrowFloatCodec(format, saturates: false, rounding: .nearest)
        for (number, code) in zip(numbers, expected) {
            let found = codec.code(of: Double(number))
            #expect(found == code || number.isNaN && codec.values[Int(found)].isNaN, "\(number)")
        }
    }

    @Test func whatIsOutOfRangeBecomesTheLargestNumber() {
        #expect(NarrowFloatCodec(.f8e4m3fn).code(of: .infinity) == 0x7E)
        #expect(NarrowFloatCodec(.f8e5m2).code(of: -1e9) == 0xFB)
        #expect(NarrowFloatCodec(.f8e5m2, saturates: false).code(of: -1e9) == 0xFC)
    }

    @Test func powersOfTwoRoundTheWayAskedFor() {
        func exponent(_ number: Double, _ rounding: NarrowFloatCodec.Rounding) -> Int {
            Int(NarrowFloatCodec(.f8e8m0, rounding: rounding).code(of: number)) - 127
        }
        #expect([2.1, 2.9, 3, 4].map { exponent($0, .up) } == [2, 2, 2, 2])
        #expect([2.1, 2.9, 3, 4].map { exponent($0, .down) } == [1, 1, 1, 2])
        #expect([2.1, 2.9, 3, 4].map { exponent($0, .nearest) } == [1, 1, 2, 2])
        #expect(exponent(0, .up) == -127)
    }

    @Test func tensorsOfFourBitsKeepTheirNumbers() throws {
        let numbers = [0.5, -6, 1.5, 0, 3]
        let tensor = try Tensor(numbers: numbers, shape: [5], dtype: .narrow(.f4e2m1))
        #expect(tensor.byteCount == 3)
        #expect(try tensor.numbers() == numbers)
        #expect(try tensor.sliced(axis: 0, 1..<4).numbers() == [-6, 1.5, 0])
        #expect(try tensor.gathered(at: [4, 0]).numbers() == [3, 0.5])
        #expect(try tensor.converted(to: .i8).integers() == [0, -6, 1, 0, 3])
        #expect(tensor.description == "f4e2m1[5] [0.5, -6.0, 1.5, 0.0, 3.0]")
    }

    @Test(arguments: NarrowFloat.allCases) func safetensorsKeepTheNumbers(format: NarrowFloat) throws {
        let numbers = [0.5, 4, 2, 1]
        let tensor = try Tensor(numbers: numbers, shape: [2, 2], dtype: .narrow(format))
        let file = try SafetensorsFile.read(SafetensorsFile.write(.init(tensors: [("w", tensor)])))
        #expect(try file.tensors.first?.tensor.numbers() == numbers)
    }
}
