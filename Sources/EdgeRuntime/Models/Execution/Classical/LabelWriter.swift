import EdgeTensors

/// Writes the labels of classes as elements of a result.
struct LabelWriter: Sendable {
    /// The type of the result's elements.
    let dtype: DType
    private let numbers: [Int64]

    init(_ context: LoweringContext, _ labels: ClassLabels) throws(ModelError) {
        switch labels {
        case .numbers(let numbers):
            dtype = .i64
            self.numbers = numbers
        case .texts: throw context.fail("labels that are texts are not supported")
        }
    }

    func write(_ position: Int, _ base: UnsafeMutableRawPointer, _ place: Int) {
        base.assumingMemoryBound(to: Int64.self)[place] = numbers.indices.contains(position) ? numbers[position] : 0
    }

    func write(_ chosen: TreeChoice.Chosen, _ base: UnsafeMutableRawPointer, _ place: Int) {
        switch chosen {
        case .position(let position): write(position, base, place)
        case .number(let number): base.assumingMemoryBound(to: Int64.self)[place] = number
        }
    }
}
