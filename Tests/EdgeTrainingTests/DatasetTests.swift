import EdgeTensors
import EdgeTraining
import Testing

@Suite struct DatasetTests {
    private func numbered(_ count: Int, classes: Int = 3) throws -> LabelledDataset {
        LabelledDataset(
            inputs: [try Tensor((0..<count * 2).map { Float($0) }, shape: [count, 2])],
            labels: try Tensor((0..<count).map { Int32($0 % classes) }, shape: [count]))
    }

    @Test func rowsKeepSamplesAndLabelsTogether() throws {
        let chosen = try numbered(10).rows([7, 1])
        #expect(try chosen.inputs[0].elements(as: Float.self) == [14, 15, 2, 3])
        #expect(chosen.classes == [1, 1])
        #expect(throws: TrainingError.self) { try numbered(3).rows([3]) }
        #expect(throws: TrainingError.self) { try numbered(3).rows(2..<4) }
    }

    @Test func aSampleIsTheSameForTheSameSeedAndHasNoRowTwice() throws {
        let data = try numbered(100)
        let first = try data.sample(20, seed: 7).inputs[0].elements(as: Float.self)
        #expect(try data.sample(20, seed: 7).inputs[0].elements(as: Float.self) == first)
        #expect(try data.sample(20, seed: 8).inputs[0].elements(as: Float.self) != first)
        #expect(Set(first).count == 40)
        #expect(try data.sample(1000).count == 100)
    }

    @Test func aStratifiedSplitKeepsTheShareOfEachClass() throws {
        let (first, second) = try numbered(90).split(1.0 / 3, seed: 1, stratified: true)
        #expect(first.count == 30 && second.count == 60)
        for name in 0..<3 { #expect(first.classes?.count { $0 == name } == 10) }
        let rows = try [first, second].flatMap { try $0.inputs[0].elements(as: Float.self) }
        #expect(Set(rows).count == 180)
    }

    @Test func aSplitNeedsAFractionAndTwoSamples() throws {
        #expect(throws: TrainingError.self) { try numbered(10).split(1) }
        #expect(throws: TrainingError.self) { try numbered(1).split(0.5) }
    }

    @Test func batchesCoverAllRowsInOrder() throws {
        let batches = try numbered(7).batches(of: 3)
        #expect(batches.map(\.count) == [3, 3, 1])
        #expect(try batches[2].inputs[0].elements(as: Float.self) == [12, 13])
    }

    @Test func rescalingTurnsStoredIntegersIntoRealNumbers() throws {
        let data = LabelledDataset(inputs: [try Tensor([Int8(-128), 0, 127], shape: [3, 1])], labels: nil)
        #expect(try data.rescaled(scale: 0.5, zero: -128).inputs[0].elements(as: Float.self) == [0, 64, 127.5])
    }
}
