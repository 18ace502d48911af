import EdgeModels
import EdgeTensors
import Testing

@Suite("Execution: results without elements")
struct EmptyResultTests {
    @Test("a picture resized to nothing is empty, however it is smoothed", arguments: ["nearest", "linear", "cubic"])
    func resizesToNothing(mode: String) throws {
        var graph = Graph()
        let picture = graph.addValue(
            name: "x", type: TensorType(dtype: .f32, shape: [1, 1, 4, 4].map(Dimension.fixed)))
        let sizes = graph.addConstant(name: "sizes", try Tensor([1, 1, 0, 3] as [Int64], shape: [4]))
        let result = graph.addValue(name: "y")
        graph.nodes.append(
            Node(
                name: "resize", op: .resize, inputs: [picture, nil, nil, sizes], outputs: [result],
                attributes: ["mode": .string(mode), "antialias": .int(1)]))
        graph.inputs = [picture]
        graph.outputs = [result]
        let session = try Session(Model(name: "nothing", graph: graph, origin: "test"))
        let outputs = try session.run([try Tensor(zeros: [1, 1, 4, 4], dtype: .f32)])
        #expect(outputs[0].shape == [1, 1, 0, 3])
    }

    @Test("a picture without pixels is not written to TFLite as one to be resized")
    func refusesToWriteWhatCannotBeResized() throws {
        var graph = Graph()
        let picture = graph.addValue(
            name: "x", type: TensorType(dtype: .f32, shape: [1, 1, 0, 0].map(Dimension.fixed)))
        let sizes = graph.addConstant(name: "sizes", try Tensor([1, 1, 0, 0] as [Int64], shape: [4]))
        let result = graph.addValue(
            name: "y", type: TensorType(dtype: .f32, shape: [1, 1, 0, 0].map(Dimension.fixed)))
        graph.nodes.append(
            Node(name: "resize", op: .resize, inputs: [picture, nil, nil, sizes], outputs: [result], attributes: [:]))
        graph.inputs = [picture]
        graph.outputs = [result]
        #expect(throws: ModelError.self) {
            try TFLiteWriter().write(Model(name: "nothing", graph: graph, origin: "test"))
        }
    }
}
