import EdgeModels
import EdgeTensors
import EdgeTraining
import Testing

/// Every operator with a gradient against PyTorch.
@Suite("Autograd: PyTorch's gradients") struct GoldenGradientTests {
    @Test func theGoldenFileIsThere() {
        #expect(GoldenGradient.all.count >= 260)
        #expect(GoldenGradient.all.allSatisfy { Operator(rawValue: $0.op) != nil })
    }

    static let cases = GoldenGradient.all
    /// Operators whose further operands are no weights: masks, angles, windows, grids, updates.
    private static let weightless: Set<String> = [
        "RotaryEmbedding", "STFT", "GridSample", "ScatterElements", "ScatterND", "Mod",
    ]

    @Test("as PyTorch", arguments: cases)
    func operandsAsInputs(_ golden: GoldenGradient) throws {
        try compare(golden, ExecutionOptions()) { _, tensor in .input(tensor) }
    }

    @Test("as PyTorch, operands as parameters", arguments: cases)
    func operandsAsParameters(_ golden: GoldenGradient) throws {
        try compare(golden, ExecutionOptions()) { position, tensor in
            // Exponents, single numbers of arithmetic, masks and initial states are not learned.
            let isInput =
                position == 0 || position > 3 || tensor.count == 1 || golden.op == "Pow"
                || Self.weightless.contains(golden.op) || (golden.op == "Attention" && position > 2)
            return isInput ? .input(tensor) : .parameter(tensor)
        }
    }

    @Test("as PyTorch, on the portable kernels", arguments: cases)
    func portable(_ golden: GoldenGradient) throws {
        try compare(golden, ExecutionOptions(kernels: .scalar)) { _, tensor in .input(tensor) }
    }

    private func compare(
        _ golden: GoldenGradient, _ options: ExecutionOptions, _ place: (Int, Tensor) -> SingleNode.Operand
    ) throws {
        let operands = try golden.operands.enumerated().map { position, operand -> SingleNode.Operand in
            guard let operand else { return .absent }
            let tensor = try operand.tensor
            guard operand.gradient == nil else { return place(position, tensor) }
            return .setting(golden.op == "CumSum" ? try Tensor([Int64(operand.data[0])], shape: []) : tensor)
        }
        let node = SingleNode(
            op: golden.op, attributes: golden.nodeAttributes, operands: operands, outputs: golden.results.count)
        let found = try node.run(
            golden.results.map { ($0.gradient ?? []).map(Float.init) }, training: golden.training, options: options)
        for (expected, output) in zip(golden.results, found.outputs) {
            #expect(relativeDifference(expected.data, output) < 1e-4, "result")
        }
        for (position, operand) in golden.operands.enumerated() {
            guard let expected = operand?.gradient else { continue }
            let difference = relativeDifference(expected, found.byOperand[position] ?? [])
            #expect(difference < 2e-4, "gradient by operand \(position)")
        }
    }
}
