import EdgeModels
import EdgeTensors
import Testing

/// What a session tells of where its time and memory go, and which nodes it joined.
@Suite("Execution: profile")
struct ProfileTests {
    /// x, its hyperbolic tangent twice, and the product with x of their sum: 64 numbers each.
    private static func graph() -> Graph {
        var graph = Graph()
        let type = TensorType(dtype: .f32, shape: [.fixed(4), .fixed(16)])
        let x = graph.addValue(name: "x", type: type)
        let ids = ["first", "second", "sum", "y"].map { graph.addValue(name: $0, type: type) }
        graph.inputs = [x]
        graph.outputs = [ids[3]]
        graph.nodes = [
            Node(name: "a", op: .tanh, inputs: [x], outputs: [ids[0]]),
            Node(name: "b", op: .tanh, inputs: [x], outputs: [ids[1]]),
            Node(name: "c", op: .add, inputs: [ids[0], ids[1]], outputs: [ids[2]]),
            Node(name: "d", op: .mul, inputs: [ids[2], x], outputs: [ids[3]]),
        ]
        return graph
    }

    private static func session() throws -> Session { try Session(Model(name: "m", graph: graph(), origin: "test")) }

    @Test("what is computed twice is one layer, and shares add up to the whole")
    func profilesJoinedLayers() throws {
        let input = try Tensor((0..<64).map { Float($0) / 32 - 1 }, shape: [4, 16])
        let profile = try Self.session().profile(of: [input], runs: 3)
        #expect(profile.layers.map(\.op) == ["Tanh", "Add", "Mul"])
        #expect(profile.layers.map(\.outputShape) == [[4, 16], [4, 16], [4, 16]])
        #expect(profile.layers[0].bytesMoved == 2 * 256)
        #expect(abs(profile.layers.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        #expect(profile.runs == 3)
    }

    @Test("the memory map holds every value within the arena, and no less than what is alive at once")
    func mapsActivations() throws {
        let input = try Tensor(zeros: [4, 16], dtype: .f32)
        let map = try #require(try Self.session().activationMap(for: [input]))
        #expect(map.lowerBound >= 256 && map.lowerBound <= map.byteCount)
        #expect(map.blocks.contains { $0.name?.contains("y") == true })
        for block in map.blocks { #expect(block.offset >= 0 && block.offset + block.byteCount <= map.byteCount) }
    }

    @Test("what is merged gives the same numbers")
    func mergesCommonSubexpressions() throws {
        var graph = Self.graph()
        graph.mergeCommonSubexpressions()
        #expect(graph.nodes.map(\.name) == ["a", "c", "d"])
        let input = try Tensor((0..<64).map { Float($0) / 16 - 2 }, shape: [4, 16])
        let merged = try Session(Model(name: "m", graph: graph, origin: "test")).run([input])[0].elements(
            as: Float.self)
        let plain = try Session(
            Model(name: "m", graph: Self.graph(), origin: "test"), options: ExecutionOptions(kernels: .reference)
        ).run([input])[0].elements(as: Float.self)
        #expect(zip(merged, plain).allSatisfy { abs($0 - $1) < 1e-6 })
    }
}
