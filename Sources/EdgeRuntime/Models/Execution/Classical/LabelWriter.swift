import EdgeTensors

/// Writes the labels of classes as elements of a result.
struct LabelWriter: Sendable {
    /// The type of the result's elements.
    let dtype: DType
    private let numbers: [Int64]
    /// The numbers of labels that are texts.
    private let texts: [UInt32]

    init(_ context: LoweringContext, _ labels: ClassLabels) throws(ModelError) {
        switch labels {
        case .numbers(let numbers):
            dtype = .i64
            self.numbers = numbers
            texts = []
        case .texts(let labels):
            dtype = .text
            numbers = []
            var known: [UInt32] = []
            for label in labels { known.append(try context.texts.number(of: label)) }
            texts = known
        }
    }

    func write(_ position: Int, _ base: UnsafeMutableRawPointer, _ place: Int) {
        if dtype == .text {
            base.assumingMemoryBound(to: UInt32.self)[place] = texts.indices.contains(position) ? texts[position] : 0
        } else {
            base.assumingMemoryBound(to: Int64.self)[place] = numbers.indices.contains(position) ? numbers[position] : 0
        }
    }

    func write(_ chosen: TreeChoice.Chosen, _ base: UnsafeMutableRawPointer, _ place: Int) {
        switch chosen {
        case .position(let position): write(position, base, place)
        case .number(let number): base.assumingMemoryBound(to: Int64.self)[place] = number
        }
    }
}
