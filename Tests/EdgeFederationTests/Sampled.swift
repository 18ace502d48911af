import EdgeFederation
import EdgeTensors

/// Updates for tests, made by a seed.
enum Sampled {
    /// A direction that all honest devices roughly share, each with noise of its own.
    static func honest(
        _ count: Int, shapes: [[Int]] = [[16, 9], [40]], noise: Double = 0.5, seed: UInt64 = 1
    ) throws -> (truth: Update, updates: [Update]) {
        var source = RandomSource(seed: seed)
        let truth = Update(
            try shapes.enumerated().map { index, shape in
                .init(
                    name: "w\(index)",
                    tensor: try Tensor(normalMean: 0, deviation: 1, shape: shape, from: &source))
            })
        let updates = try (0..<count).map { _ in
            Update(
                try truth.parts.map { part in
                    let noise = try Tensor(normalMean: 0, deviation: noise, shape: part.tensor.shape, from: &source)
                    return .init(name: part.name, tensor: try part.tensor + noise)
                })
        }
        return (truth, updates)
    }

    static func clients(_ updates: [Update]) -> [ClientUpdate] {
        updates.enumerated().map { ClientUpdate(client: "device \($0)", update: $1) }
    }

    static func distance(_ a: Update, _ b: Update) throws -> Double { try a.difference(from: b).norm() }

    static func one(_ numbers: [Float], name: String = "w") throws -> Update {
        Update([.init(name: name, tensor: try Tensor(numbers, shape: [numbers.count]))])
    }
}

extension Update {
    func mapped(_ transform: (Double) -> Double) throws -> Update {
        Update(
            try parts.map {
                .init(
                    name: $0.name,
                    tensor: try Tensor(
                        numbers: $0.tensor.numbers().map(transform), shape: $0.tensor.shape, dtype: $0.tensor.dtype))
            })
    }

    func floats() throws -> [Float] { try parts.flatMap { try $0.tensor.converted(to: .f32).elements(as: Float.self) } }
}
