import EdgeModels
import EdgeTensors
import Testing

@Suite("Execution: operators that do not always give the same")
struct MutableOperatorTests {
    /// A node without inputs beside another of the same attributes.
    private static func twins(_ op: Operator, _ attributes: [String: Attribute]) throws -> Session {
        var graph = Graph()
        for name in ["one", "other"] {
            let value = graph.addValue(name: name)
            graph.nodes.append(Node(name: name, op: op, inputs: [], outputs: [value], attributes: attributes))
            let result = graph.addValue(name: name + " result")
            graph.nodes.append(
                Node(name: name + " result", op: .neg, inputs: [value], outputs: [result], attributes: [:]))
            graph.outputs.append(result)
        }
        return try Session(Model(name: "twins", graph: graph, origin: "test"))
    }

    @Test("each node draws its own numbers, others in each run", arguments: [Operator.randomNormal, .randomUniform])
    func drawsAnew(op: Operator) throws {
        let session = try Self.twins(op, ["shape": .ints([8])])
        let first = try session.run([]).map { try $0.elements(as: Float.self) }
        let second = try session.run([]).map { try $0.elements(as: Float.self) }
        #expect(Set([first[0], first[1], second[0], second[1]]).count == 4)
    }

    @Test("a variable that is read before and after an assignment has two contents")
    func readsWhatWasAssigned() throws {
        var graph = Graph()
        let type = TensorType(dtype: .f32, shape: [.fixed(1)])
        let values = ["x", "before", "sum", "assigned", "after", "y"].map { graph.addValue(name: $0, type: type) }
        func node(_ name: String, _ op: Operator, _ inputs: [Int], _ output: Int) -> Node {
            let isVariable = op == .readVariable || op == .assignVariable
            return Node(
                name: name, op: op, inputs: inputs.map { values[$0] }, outputs: [values[output]],
                attributes: isVariable ? ["variable": .string("v")] : [:])
        }
        graph.nodes = [
            node("before", .readVariable, [], 1), node("sum", .add, [1, 0], 2),
            node("assigned", .assignVariable, [2], 3), node("after", .readVariable, [], 4), node("y", .add, [1, 4], 5),
        ]
        graph.inputs = [values[0]]
        graph.outputs = [values[5]]
        let session = try Session(Model(name: "variable", graph: graph, origin: "test"))
        let one = try Tensor([1] as [Float], shape: [1])
        let results = try (0..<3).map { _ in try session.run([one])[0].elements(as: Float.self)[0] }
        #expect(results == [1, 3, 5])
    }
}
