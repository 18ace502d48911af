import EdgeModels
import Testing

@Suite("Formats: reading")
struct FormatsReadingTests {
    @Test(
        "a network of others is read, its shapes known throughout",
        .enabled(if: SharedData.isPresent, "the shared data is absent"),
        arguments: SharedData.onnxModels + SharedData.tfliteModels)
    func readsModels(path: String) throws {
        let model = try ModelFile.read(path: path)
        #expect(!model.graph.nodes.isEmpty)
        for node in model.graph.nodes {
            for output in node.outputs {
                #expect(model.graph.type(of: output)?.shape != nil, "\(node.name) makes \(model.graph[output].name)")
            }
        }
    }
}
