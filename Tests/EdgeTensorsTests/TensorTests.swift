import EdgeTensors
import Testing

@Suite struct TensorTests {
    @Test func aTensorKeepsItsElementsAndShape() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.strides == [3, 1])
        #expect(try tensor.elements(as: Float.self) == [1, 2, 3, 4, 5, 6])
    }

    @Test func writingToACopyLeavesTheOriginalAlone() throws {
        let original = try Tensor([1, 2] as [Float], shape: [2])
        var copy = original
        try copy.withMutableElements(of: Float.self) { $0[0] = 9 }
        #expect(try original.elements(as: Float.self) == [1, 2])
        #expect(try copy.elements(as: Float.self) == [9, 2])
    }

    @Test func aShapeThatMemoryCannotHoldIsRefused() {
        #expect(throws: TensorError.self) { try Tensor(zeros: [Int.max, 2]) }
        #expect(throws: TensorError.self) { try Tensor(zeros: [-1]) }
    }
}
