import EdgeModels
import EdgeTensors
import EdgeTraining
import Glibc

/// Measures training steps of one network through the Swift API: forward pass, cross-entropy, backward pass, momentum update. Prints the
/// median of the CPU microseconds of a step.
@main struct StepTime {
    static func main() throws {
        let arguments = CommandLine.arguments
        let name = arguments.count > 1 ? arguments[1] : "mlp"
        let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 1 : 1
        let network = try BenchmarkNetwork(named: name)
        let trainable = try TrainableModel(Model(name: name, graph: network.graph, origin: "benchmark"))
        let plan = try trainable.plan(for: network.inputShapes)
        var source = RandomSource(seed: 3)
        for slot in plan.inputs {
            if slot.dtype == .f32 {
                for position in slot.floats.indices { slot.floats[position] = Float(source.normal()) }
            } else {
                let indices = slot.bytes.bindMemory(to: Int64.self)
                for position in indices.indices {
                    indices[position] = Int64(source.next() % UInt64(BenchmarkNetwork.words))
                }
            }
        }
        let classes = plan.outputs[0].shape.last ?? 1
        let rows = plan.outputs[0].floats.count / classes
        let labels = (0..<rows).map { _ in Int(source.next() % UInt64(classes)) }
        let momenta = UnsafeMutablePointer<Float>.allocate(capacity: trainable.parameters.count)
        momenta.initialize(repeating: 0, count: trainable.parameters.count)
        guard let gradients = plan.outputGradients[0]?.floats else { return }
        func step() throws {
            try plan.forward(training: true, seed: 1)
            // The network ends in logarithms of probabilities.
            gradients.update(repeating: 0)
            for row in 0..<rows { gradients[row * classes + labels[row]] = -1 / Float(rows) }
            trainable.parameters.zeroGradients()
            plan.backward()
            update(trainable.parameters, momenta)
        }
        for _ in 0..<3 { try step() }
        var perStep: [Double] = []
        var count = 1
        let start = now()
        while now() - start < seconds || perStep.count < 5 {
            let began = now()
            for _ in 0..<count { try step() }
            let took = now() - began
            perStep.append(took / Double(count))
            // Long enough for the clock, short enough for a median.
            if took < 2e-3 { count *= 2 }
        }
        perStep.sort()
        print(perStep[perStep.count / 2] * 1e6, perStep[0] * 1e6)
    }

    private static func update(_ parameters: ParameterVector, _ momenta: UnsafeMutablePointer<Float>) {
        guard let values = parameters.values.baseAddress, let gradients = parameters.gradients.baseAddress else {
            return
        }
        for position in 0..<parameters.count {
            momenta[position] = 0.9 * momenta[position] + gradients[position]
            values[position] -= 1e-3 * momenta[position]
        }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
