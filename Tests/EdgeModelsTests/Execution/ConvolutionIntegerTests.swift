import EdgeModels
import EdgeTensors
import Testing

@Suite("Execution: convolutions of integers")
struct ConvolutionIntegerTests {
    @Test("a zero point of another type than the weights may be any number")
    func takesAnyZeroPoint() throws {
        var graph = Graph()
        let picture = graph.addValue(
            name: "x", type: TensorType(dtype: .u8, shape: [1, 1, 2, 2].map(Dimension.fixed)))
        let weights = graph.addConstant(name: "w", try Tensor([1, 1] as [Int8], shape: [2, 1, 1, 1]))
        let zeroPoint = graph.addConstant(name: "zero", try Tensor(scalar: Int64.min))
        let result = graph.addValue(name: "y")
        graph.nodes.append(
            Node(name: "conv", op: .convInteger, inputs: [picture, weights, nil, zeroPoint], outputs: [result]))
        graph.inputs = [picture]
        graph.outputs = [result]
        let session = try Session(Model(name: "odd", graph: graph, origin: "test"))
        let outputs = try session.run([try Tensor([0, 1, 2, 3] as [UInt8], shape: [1, 1, 2, 2])])
        #expect(try outputs[0].elements(as: Int32.self)[0] == 0)
    }
}
