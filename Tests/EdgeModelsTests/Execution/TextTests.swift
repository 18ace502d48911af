import EdgeModels
import EdgeTensors
import Testing

/// Texts in tensors and at the border of sessions, and the names that a classifier gives to its columns.
@Suite("Execution: texts")
struct TextTests {
    /// A graph that joins a text to each element.
    private func joining(_ suffix: String) throws -> Model {
        var graph = Graph()
        let input = graph.addValue(name: "x", type: TensorType(dtype: .text, shape: [.symbol("n")]))
        let other = graph.addConstant(name: "suffix", try Tensor(texts: [suffix], shape: [1]))
        let output = graph.addValue(name: "y", type: TensorType(dtype: .text, shape: [.symbol("n")]))
        graph.inputs = [input]
        graph.outputs = [output]
        graph.nodes = [Node(name: "join", op: .stringConcat, inputs: [input, other], outputs: [output])]
        return Model(name: "join", graph: graph, origin: "test")
    }

    @Test("a session run many times gives each run its own texts")
    func runs() throws {
        let session = try Session(try joining("!"))
        for run in 0..<200 {
            let given = (0..<5).map { "run \(run) text \($0)" }
            let output = try session.run([try Tensor(texts: given, shape: [5])])[0]
            #expect(try output.texts() == given.map { $0 + "!" })
        }
        #expect(session.plansBuilt == 1)
    }

    @Test("what looks the same in other bytes is another text")
    func bytes() throws {
        let tensor = try Tensor(texts: ["e\u{301}", "\u{E9}", ""], shape: [3])
        #expect(try tensor.texts().map { $0.unicodeScalars.count } == [2, 1, 0])
    }

    @Test("texts stay themselves in slices, transpositions and joined tensors")
    func views() throws {
        let tensor = try Tensor(texts: ["a", "b", "c", "d"], shape: [2, 2])
        #expect(try tensor.transposed().contiguous().texts() == ["a", "c", "b", "d"])
        #expect(try tensor.selected(axis: 1, at: 1).texts() == ["b", "d"])
        let other = try Tensor(texts: ["d", "x"], shape: [1, 2])
        #expect(try Tensor.concatenated([tensor, other]).texts() == ["a", "b", "c", "d", "d", "x"])
        #expect(try Tensor(zeros: [2], dtype: .text).texts() == ["", ""])
    }

    @Test("numbers cannot be passed off as texts")
    func forged() throws {
        #expect(throws: TensorError.self) { try Tensor(bytes: [1, 0, 0, 0], shape: [1], dtype: .text) }
        #expect(throws: TensorError.self) { try Tensor(texts: ["a"], shape: [1]).numbers() }
    }

    @Test("TensorFlow Lite refuses texts")
    func unwritable() throws {
        let error = #expect(throws: ModelError.self) { try TFLiteWriter().write(try joining("!")) }
        #expect(error?.code == "M0007" || error?.code == "M0004")
    }

    @Test("the columns behind ZipMap have names")
    func names() throws {
        var graph = Graph()
        let input = graph.addValue(name: "x", type: TensorType(dtype: .f32, shape: [.symbol("n"), .fixed(2)]))
        let output = graph.addValue(name: "y")
        graph.inputs = [input]
        graph.outputs = [output]
        graph.nodes = [
            Node(
                name: "zip", op: .zipMap, inputs: [input], outputs: [output],
                attributes: ["classlabels_strings": .strings(["no", "yes"])])
        ]
        #expect(graph.columnLabels(of: output) == ["no", "yes"])
        #expect(graph.columnLabels(of: input) == nil)
    }
}
