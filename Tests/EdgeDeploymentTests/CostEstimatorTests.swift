@testable import EdgeDeployment
import EdgeModels
import EdgeTensors
import PeerTesting
import Testing

/// Estimates against counts by hand, and against what was published.
@Suite struct CostEstimatorTests {
    private static let device = DeviceProfile(
        name: "round", title: "round figures", clock: .init(1000, source: ""), ram: .init(1000, source: ""),
        flash: .init(1000, source: ""),
        multiplication: [
            .convolution: .init(int8: 2, f32: 4, source: ""), .pointwise: .init(int8: 1, f32: 3, source: ""),
            .depthwise: .init(int8: 5, f32: 7, int4: 6, source: ""), .dense: .init(int8: 2, f32: 6, source: ""),
        ], movedByte: .init(1, source: ""), layer: .init(10, source: ""))

    /// 1×4×4 → conv 3×3 to 2 channels, rectifier, depthwise 3×3, sum with the rectifier's result, dense to 3.
    private func network(batch: Dimension = .symbol("n"), width: Dimension = .fixed(4)) throws -> Model {
        var graph = Graph()
        func constant(_ name: String, _ shape: [Int]) throws -> ValueID {
            graph.addConstant(name: name, try Tensor([Float](repeating: 1, count: shape.reduce(1, *)), shape: shape))
        }
        func node(_ op: Operator, _ name: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:])
            -> ValueID
        {
            let output = graph.addValue(name: name + ":0")
            graph.nodes.append(Node(name: name, op: op, inputs: inputs, outputs: [output], attributes: attributes))
            return output
        }
        let x = graph.addValue(
            name: "x", type: TensorType(dtype: .f32, shape: [batch, .fixed(1), .fixed(4), width]))
        graph.inputs = [x]
        let window: [String: Attribute] = ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])]
        let a = node(.conv, "conv", [x, try constant("w", [2, 1, 3, 3]), try constant("b", [2])], window)
        let r = node(.relu, "relu", [a])
        let d = node(
            .conv, "depthwise", [r, try constant("dw", [2, 1, 3, 3])], window.merging(["group": .int(2)]) { $1 })
        let s = node(.add, "sum", [r, d])
        let f = node(.flatten, "flat", [s], ["axis": .int(1)])
        let y = node(.gemm, "dense", [f, try constant("m", [3, 32])], ["transB": .int(1)])
        graph.outputs = [y]
        try graph.inferShapes()
        return Model(name: "net", graph: graph, origin: "")
    }

    @Test func everyLayerIsCounted() throws {
        let estimate = try CostEstimator.estimate(try network(), on: Self.device)
        let cycles = estimate.layers.map { ($0.latency * 1000).rounded() }
        // conv 288 × 4 + 10; relu in the conv; depthwise 288 × 7 + 10; sum 3 × 128 bytes + 10; flat; dense 96 × 6 + 10.
        #expect(cycles == [1162, 0, 2026, 394, 0, 586])
        #expect((estimate.latency * 1000).rounded() == 4168)
        #expect(estimate.layers.map(\.kind) == [.convolution, nil, .depthwise, nil, nil, .dense])
        // At the sum the rectifier's result, the depthwise result and the sum itself are held.
        #expect(estimate.layers.map(\.ram) == [192, 128, 256, 384, 128, 140])
        #expect(estimate.ram == 384)
        #expect(estimate.flash == 4 * (18 + 2 + 18 + 96))
        #expect(estimate.fits)
    }

    @Test func aFloatNetworkAsIfItWereQuantized() throws {
        let estimate = try CostEstimator.estimate(
            try network(), on: Self.device, assumedBits: ["conv": 8, "depthwise": 4, "dense": 8])
        #expect(estimate.layers.map { ($0.latency * 1000).rounded() } == [586, 0, 1738, 106, 0, 202])
        #expect(estimate.ram == 96)
        #expect(estimate.layers.map(\.flash) == [18 + 24, 0, 9 + 24, 0, 0, 96 + 36])
    }

    @Test func whatDoesNotFitIsSaid() throws {
        var small = Self.device
        small.ram.value = 383
        #expect(try !CostEstimator.estimate(try network(), on: small).fits)
        small = Self.device
        small.flash.value = 535
        #expect(try !CostEstimator.estimate(try network(), on: small).fits)
    }

    @Test func openShapesAreRefused() throws {
        let error = try #require(
            #expect(throws: DeploymentError.self) {
                var model = try network()
                let id = model.graph.nodes[0].outputs[0]
                model.graph[id].type?.shape = [.symbol("n"), .fixed(2), .symbol("h"), .fixed(4)]
                _ = try CostEstimator.estimate(model, on: Self.device)
            })
        #expect(error.code == "V0003")
        #expect(error.message.contains("conv:0"))
    }

    /// The networks of MLPerf Tiny in 8 bits on an STM32L4R5 at 120 MHz, in milliseconds as published.
    static let published: [(String, Double)] = [
        ("pretrainedResnet_quant", 165.7), ("vww_96_int8", 89.4), ("kws_ref_model", 43.4), ("ad01_int8", 4.8),
    ]

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func theCortexM4RanksTheTinyNetworksAsTheyWereMeasured() throws {
        let device = try DeviceLibrary.profile(PackageRoot.file("stdlib/devices/cortex-m4.yaml"))
        let estimates = try Self.published.map { name, _ in
            let model = try ModelFile.read(path: SharedData.file("models/tflite/mlperf_tiny/\(name).tflite"))
            let estimate = try CostEstimator.estimate(model, on: device)
            #expect(estimate.fits)
            return estimate.latency * 1000
        }
        #expect(estimates == estimates.sorted(by: >), "\(estimates)")
        let errors = zip(estimates, Self.published).map { abs($0 / $1.1 - 1) }.sorted()
        #expect((errors[1] + errors[2]) / 2 <= 0.3, "\(estimates)")
        #expect(errors[3] <= 0.4, "\(estimates)")
    }
}
