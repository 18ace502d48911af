import EdgeTensors
import Testing

@Suite struct TensorConversionTests {
    @Test(arguments: [DType.i4, .u4, .i2, .u2])
    func packedNumbersComeBack(dtype: DType) throws {
        let range = PackedIntegers.range(of: dtype)
        let numbers = Array(range) + [range.lowerBound]
        let tensor = try Tensor(integers: numbers, shape: [numbers.count], dtype: dtype)
        #expect(tensor.byteCount == (numbers.count * dtype.bits + 7) / 8)
        #expect(try tensor.integers() == numbers)
        #expect(try tensor.sliced(axis: 0, 1..<numbers.count).integers() == Array(numbers.dropFirst()))
    }

    @Test func theLowerIndexStandsInTheLowerBits() throws {
        let tensor = try Tensor(integers: [1, -2, 3], shape: [3], dtype: .i4)
        #expect(try tensor.withBytes { Array($0) } == [0xE1, 0x03])
    }

    @Test func whatDoesNotFitBecomesTheNearestThatDoes() throws {
        let tensor = try Tensor([300, -300, .nan, 1.9, -1.9] as [Float], shape: [5])
        #expect(try tensor.converted(to: .i8).elements(as: Int8.self) == [127, -128, 0, 1, -1])
        #expect(try tensor.converted(to: .u8).elements(as: UInt8.self) == [255, 0, 0, 1, 0])
        #expect(try tensor.converted(to: .i4).integers() == [7, -8, 0, 1, -1])
    }

    @Test func bfloat16RoundsToTheNearestWithTiesToEven() {
        // One unit in the last place at 1 is 2^-7.
        #expect(Float(BFloat16(Float(1 + 0x1p-8))) == 1)
        #expect(Float(BFloat16(Float(1 + 0x3p-8))) == 1 + 0x4p-8)
        #expect(Float(BFloat16(Float(1 + 0x1p-8).nextUp)) == 1 + 0x1p-7)
        #expect(Float(BFloat16(Float.greatestFiniteMagnitude)) == .infinity)
        #expect(Float(BFloat16(Float.nan)).isNaN)
        #expect(Float(BFloat16(Float(bitPattern: 0x7F80_0001))).isNaN)
        #expect(Float(BFloat16(-Float.infinity)) == -.infinity)
    }

    @Test func bfloat16OfADoubleIsRoundedOnce() {
        // Rounded to single precision first, this would fall on the tie and then down to 1.
        #expect(Float(BFloat16(1 + 0x1p-8 + 0x1p-40)) == 1 + 0x1p-7)
        #expect(Float(BFloat16(1 + 0x1p-8 - 0x1p-40)) == 1)
        #expect(Float(BFloat16(-1 - 0x1p-8 - 0x1p-40)) == -1 - 0x1p-7)
    }

    @Test func largeIntegersStayExact() throws {
        let tensor = try Tensor([Int64.max, Int64.min, (1 << 53) + 1], shape: [3])
        #expect(try tensor.integers() == [Int64.max, Int64.min, (1 << 53) + 1])
        #expect(try tensor.converted(to: .u64).elements(as: UInt64.self) == [UInt64(Int64.max), 0, (1 << 53) + 1])
    }

    @Test func aSeedGivesTheSameNumbersOnEveryMachine() {
        // The first outputs of xoshiro256** seeded with splitmix64 from 0, as the authors' C code gives them.
        var source = RandomSource(seed: 0)
        #expect([source.next(), source.next()] == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A])
    }

    @Test func aDescriptionShortensLongAxes() throws {
        let small = try Tensor([1, 2.5, -3, 4] as [Float], shape: [2, 2])
        #expect(small.description == "f32[2, 2] [[1.0, 2.5], [-3.0, 4.0]]")
        let long = try Tensor((0..<100).map { Int32($0) }, shape: [100])
        #expect(long.description == "i32[100] [0, 1, 2, …, 97, 98, 99]")
    }

    @Test func aSharedViewIsCopiedBeforeItIsWritten() throws {
        let whole = try Tensor([1, 2, 3, 4] as [Float], shape: [4])
        var part = try whole.sliced(axis: 0, 2..<4)
        try part.withMutableElements(of: Float.self) { $0[0] = 9 }
        #expect(try part.elements(as: Float.self) == [9, 4])
        #expect(try whole.elements(as: Float.self) == [1, 2, 3, 4])
    }

    @Test func wrongAxesAndRangesAreErrors() throws {
        let tensor = try Tensor(zeros: [2, 3])
        #expect(throws: TensorError.self) { try tensor.sliced(axis: 2, 0..<1) }
        #expect(throws: TensorError.self) { try tensor.sliced(axis: 0, 0..<3) }
        #expect(throws: TensorError.self) { try tensor.selected(axis: 0, at: -1) }
        #expect(throws: TensorError.self) { try tensor.transposed([0, 0]) }
        #expect(throws: TensorError.self) { try tensor.broadcast(to: [2, 4]) }
        #expect(throws: TensorError.self) { try tensor.gathered(at: [2]) }
        #expect(throws: TensorError.self) { try tensor.matrixProduct(with: tensor) }
        #expect(throws: TensorError.self) { try tensor + Tensor(zeros: [4]) }
        #expect(throws: TensorError.self) { try Tensor(zeros: [0]).maximum() }
    }

    @Test func comparisonMeasuresTheNoise() throws {
        let expected = try Tensor([3, 4] as [Float], shape: [2])
        let found = try Tensor([3, 4.5] as [Float], shape: [2])
        let comparison = try TensorComparison(found, expected: expected)
        #expect(comparison.maxAbsoluteDifference == 0.5)
        #expect(comparison.maxRelativeDifference == 0.125)
        #expect(comparison.signalToNoise == 20)
        #expect(comparison.equalShare == 0.5)
        #expect(try TensorComparison(expected, expected: expected).signalToNoise == .infinity)
        let broken = try Tensor([3, .nan] as [Float], shape: [2])
        #expect(try broken.maxAbsoluteDifference(from: expected) == .infinity)
    }
}
